#!/usr/bin/env python3
"""PrimeHub's clients against the built program: a deployment's whole life, and what goes wrong in it."""
import contextlib
import re
import unittest
import urllib.parse

from primehub import DEPLOYMENT_NOT_FOUND, Refused, Sdk, WithProgram
from program import wait_until


class Transcript(WithProgram):
    def test_a_life_as_the_sdk_leads_it(self):
        sdk, where = self.sdk, {"where": {"id": "life-1"}}
        self.assertEqual(sdk.run("sdk_deployments_list", {"where": {"groupId_in": [self.group]}}), {"phDeployments": []})
        sdk.run("sdk_instancetypes_get")  # before every create
        made = self.create("life-1", updateMessage="first", metadata={"team": "ml"}, env=[{"name": "LEVEL", "value": "1"}])
        self.assertEqual({**made, "pods": None},
                         {"id": "life-1", "name": "Iris", "modelImage": "demo/iris:1.0", "imagePullSecret": None, "description": None,
                          "replicas": 1, "stop": False, "endpointAccessType": "public", "endpointClients": [], "status": "Deploying",
                          "endpoint": None, "availableReplicas": None, "message": None, "pods": None})

        up = sdk.wait("life-1")
        self.assertEqual((up["status"], up["message"], up["availableReplicas"]),
                         ("Deployed", "Deployment is deployed and available now", 1))
        self.assertEqual((up["metadata"], up["env"]), ({"team": "ml"}, [{"name": "LEVEL", "value": "1"}]))
        self.assertEqual((up["userName"], up["groupName"], up["instanceType"]), ("ada", "research", {"name": "cpu-1"}))
        self.assertRegex(up["creationTime"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertRegex(up["lastUpdatedTime"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertTrue(up["pods"][0]["name"].startswith("deploy-life-1-"))
        self.assertEqual(self.program.predict("life-1")[0], 200)
        self.assertEqual(urllib.parse.urlsplit(up["endpoint"]).path, "/deployment/life-1/api/v1.0/predictions")
        listed = sdk.run("sdk_deployments_list", {"where": {"groupId_in": [self.group]}})["phDeployments"]
        self.assertEqual([each["id"] for each in listed], ["life-1"])

        with self.logs("life-1", tail=0) as (answer, text):
            self.assertEqual(answer.status, 200)
            self.assertTrue(text().startswith("text/plain"))
            whole = answer.read().decode().splitlines()
        self.assertTrue(whole)
        with self.logs("life-1", tail=1) as (answer, _):
            self.assertEqual(len(answer.read().decode().splitlines()), 1)
        with self.logs("life-1", follow=True) as (followed, _):
            self.assertEqual(followed.headers["Transfer-Encoding"], "chunked")
            self.assertTrue(followed.readline().strip())

            changed = sdk.run("sdk_deployments_update", {"data": {"description": "two of them", "replicas": 2}, **where})["updatePhDeployment"]
            self.assertEqual((changed["replicas"], changed["description"]), (2, "two of them"))
            self.assertIn(changed["status"], ("Deploying", "Deployed"))
            wait_until(lambda: sdk.wait("life-1")["availableReplicas"] == 2, "two replicas")

            stopped = sdk.run("sdk_deployments_stop", where)["stopPhDeployment"]
            self.assertTrue(stopped["stop"])
            self.assertIn(stopped["status"], ("Stopping", "Stopped"))
            down = sdk.wait("life-1")
            self.assertEqual((down["status"], down["message"], down["availableReplicas"], down["pods"]), ("Stopped", "deployment has stopped", 0, []))
            followed.read()  # its replica has ended, and so does its log
        started = sdk.run("sdk_deployments_start", where)["deployPhDeployment"]
        self.assertEqual((started["stop"], started["status"]), (False, "Deploying"))
        sdk.wait("life-1")

        history = sdk.run("sdk_deployments_history", where)["phDeployment"]["history"]
        self.assertEqual([each["deployment"]["stop"] for each in history], [False, True, False, False])
        self.assertEqual([each["deployment"]["replicas"] for each in history], [2, 2, 2, 1])
        for each in history:
            self.assertRegex(each["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
            self.assertEqual(each["deployment"]["id"], "life-1-" + each["time"])
            self.assertEqual((each["deployment"]["status"], each["deployment"]["endpoint"]), (None, None))
        seen = self.console.run("console_detail", where)["phDeployment"]["history"]
        self.assertEqual([each["deployment"]["updateMessage"] for each in seen], ["Deployment Started", "Deployment Stopped", "first", "first"])

        self.assertEqual(sdk.run("sdk_deployments_delete", where), {"deletePhDeployment": {"id": "life-1"}})
        gone = wait_until(lambda: self.not_found("life-1"), "life-1 has gone")
        self.assertEqual(re.findall(DEPLOYMENT_NOT_FOUND, gone.message), ["life-1"])

    @contextlib.contextmanager
    def logs(self, identifier, **how):
        connection, answer = self.sdk.logs(identifier, **how)
        with contextlib.closing(connection):
            yield answer, lambda: answer.headers["Content-Type"]

    def not_found(self, identifier):
        try:
            self.sdk.run("sdk_deployments_get", {"where": {"id": identifier}})
        except Refused as refused:
            return refused
        return None

    def test_what_goes_wrong_is_told_as_the_sdk_expects_it(self):
        where = {"where": {"id": "nobody-1"}}
        for name in ("sdk_deployments_get", "sdk_deployments_history", "sdk_deployments_start", "sdk_deployments_stop", "sdk_deployments_delete",
                     "sdk_deployments_logs", "sdk_deployments_wait"):
            refused = self.refusal(self.sdk.run, name, where)
            self.assertEqual((re.findall(DEPLOYMENT_NOT_FOUND, refused.message), refused.code), (["nobody-1"], "RESOURCE_NOT_FOUND"), name)
        refused = self.refusal(self.sdk.run, "sdk_deployments_update", {"data": {"replicas": 2}, **where})
        self.assertEqual(re.findall(DEPLOYMENT_NOT_FOUND, refused.message), ["nobody-1"])
        refused = self.refusal(self.console.run, "console_client_add", {"data": {"deploymentId": "nobody-1", "name": "app"}})
        self.assertEqual(re.findall(DEPLOYMENT_NOT_FOUND, refused.message), ["nobody-1"])

        for token in ("", "mga_wrong", self.sdk.token[:-1]):
            refused = self.refusal(Sdk(self.program, token or "x").run, "sdk_groups_at_start")
            self.assertEqual((refused.status, refused.message, refused.code), (401, "request not authorized", "NOT_AUTH"))

        refused = self.refusal(self.create, "wrong-1", nme="typing mistake")
        self.assertIn('Variable "$data" got invalid value', refused.message)
        self.assertIn('Field "nme" is not defined by type "PhDeploymentCreateInput".', refused.message)
        refused = self.refusal(self.sdk.run, "sdk_deployments_update", {"data": {"id": "x"}, "where": {"id": "a"}})
        self.assertIn('Field "id" is not defined by type "PhDeploymentUpdateInput".', refused.message)
        for more, words in (({"instanceType": "none"}, "InstanceType not found: none"), ({"replicas": 0}, "replicas"), ({"name": "-"}, "name"),
                            ({"modelImage": "no/such:1"}, "is not in the catalogue"), ({"endpointAccessType": "open"}, "endpointAccessType"),
                            ({"metadata": {"a": 1}}, "metadata")):
            refused = self.refusal(self.create, "wrong-1", **more)
            self.assertEqual(refused.code, "REQUEST_BODY_INVALID", more)
            self.assertIn(words, refused.message)
        refused = self.refusal(self.create, "wrong-1", env=[{"name": "1A", "value": ""}])
        self.assertEqual(refused.code, "ILLEGAL_ENV_NAME")
        self.assertTrue(refused.message.startswith('EnvVar name "1A" is invalid, a valid environment variable name must consist of'))
        self.create("twice-1")
        refused = self.refusal(self.create, "twice-1")
        self.assertEqual(refused.code, "RESOURCE_CONFLICT")
        self.assertIn("Resource name already exist", refused.message)
        self.forget("twice-1")
        reader = self.program.must("POST", "/tokens", {"name": "reads", "user": "ada", "readOnly": True})["token"]
        refused = self.refusal(Sdk(self.program, reader).run, "sdk_deployments_stop", {"where": {"id": "a"}})
        self.assertEqual((refused.code, refused.message), ("NOT_AUTH", "this API token is read-only"))

    def test_every_change_is_in_the_audit_trail(self):
        self.create("seen-1")
        self.refusal(self.create, "seen-1")
        self.forget("seen-1")
        events = self.program.must("GET", "/audit-events?resource=deployments/seen-1")["items"]
        self.assertEqual([(each["path"], each["user"], each["status"]) for each in events if each["path"].startswith("/graphql/")],
                         [("/graphql/deletePhDeployment", "ada", 200), ("/graphql/createPhDeployment", "ada", 409), ("/graphql/createPhDeployment", "ada", 200)])


if __name__ == "__main__":
    unittest.main()
