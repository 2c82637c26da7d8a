#!/usr/bin/env python3
"""Deployments of PrimeHub, as kubectl writes them, become deployments here: histories, sizes, groups, and clients with their tokens."""
import json
import os
import subprocess
import unittest

from primehub import Sdk
from program import PROGRAM, SOURCE, Program

SAMPLE = os.path.join(SOURCE, "tests", "primehub", "samples", "hub.json")
TOKENS = {"web-shop": "k3jw81yq0zd", "batch": "g7z4z56goaa"}  # of the hashes in the sample


class ImportPrimeHub(unittest.TestCase):
    def setUp(self):
        self.program = self.enterContext(Program())

    def run_import(self, *words, given=None, token=None):
        environment = {"PATH": os.environ["PATH"], "HOME": self.program.folder, "NO_COLOR": "1",
                       "MODELGATE_SERVER": self.program.url("control"), "MODELGATE_TOKEN": token or self.program.token}
        return subprocess.run([PROGRAM, "import", "primehub", *(words or (SAMPLE,))], input=given, capture_output=True, text=True, env=environment, timeout=120)

    def reports(self, *words):
        done = self.run_import(SAMPLE, "-o", "json", *words)
        self.assertEqual(done.returncode, 1, "what was skipped is no success")
        return {each["name"]: each for each in json.loads(done.stdout)["items"]}

    def test_what_is_in_a_hub_is_here_afterwards(self):
        program = self.program
        done = self.run_import()
        self.assertIn("4 imported, 1 skipped", done.stderr)
        self.assertIn("skipped: instanceType InstanceType not found: gpu-huge", done.stdout)
        for line in ("client Web Shop", "env SELDON_DEPLOYMENT_ID", "spec.unknownKey", "imagePullSecret", "group phusers", "requests.cpu"):
            self.assertIn(line, done.stdout)

        iris = program.wait_for("iris-hub")
        self.assertEqual((iris["name"], iris["group"], iris["replicas"], iris["endpointAccessType"], iris["instanceType"]),
                         ("Iris of the hub", "phusers", 2, "private", "cpu-half"))
        self.assertEqual((iris["createdAt"], iris["createdBy"], iris["updatedBy"], iris["updateMessage"]), ("2022-01-01T00:00:00.000Z", "alice", "bob", "two of them"))
        self.assertEqual((iris["env"], iris["metadata"]), ([{"name": "LEVEL", "value": "debug"}], {"team": "ml"}))
        history = program.must("GET", "/deployments/iris-hub/history")["items"]
        self.assertEqual([(each["createdAt"], each["createdBy"], each["updateMessage"], each["spec"]["stop"], each["spec"]["replicas"]) for each in history],
                         [("2022-03-04T05:06:07.000Z", "bob", "two of them", False, 2), ("2022-02-02T02:02:02.000Z", "bob", "Deployment Stopped", True, 1),
                          ("2022-01-01T00:00:05.000Z", "alice", "first", False, 1)])
        self.assertEqual([each["clients"] for each in history], [["Web Shop", "batch", "plain", "web-shop"], ["batch", "web-shop"], ["web-shop"]],
                         "who the clients were then, also those that cannot be any here")
        for name, token in TOKENS.items():
            self.assertEqual(program.predict("iris-hub", client=f"{name}:{token}")[0], 200, "who had a token goes on with it")
            self.assertEqual(program.predict("iris-hub", client=f"{name}:{token}x")[0], 401)
        self.assertEqual(program.predict("iris-hub")[0], 401)

        half = program.must("GET", "/instance-types/cpu-half")
        self.assertEqual((half["cpu"], half["memoryGiB"], half["gpu"], half["groups"], half["displayName"]), (0.5, 0.5, 0, None, "Half a CPU"))
        elsewhere = program.must("GET", "/deployments/elsewhere")
        self.assertEqual((elsewhere["stop"], elsewhere["name"], elsewhere["modelImage"], elsewhere["modelURI"], elsewhere["imagePullSecret"]),
                         (True, "elsewhere", "infuseai/sklearn-prepackaged:v0.1.0", "gs://seldon-models/sklearn/iris", None))
        self.assertTrue(program.must("GET", "/deployments/stopped-one")["stop"])
        self.assertEqual(program.api("GET", "/deployments/no-type")[0], 404)

        # And PrimeHub's own clients go on with it.
        listed = Sdk(program).run("sdk_deployments_history", {"where": {"id": "iris-hub"}})["phDeployment"]["history"]
        self.assertEqual([each["time"] for each in listed], ["2022-03-04T05:06:07Z", "2022-02-02T02:02:02Z", "2022-01-01T00:00:05Z"])
        self.assertEqual([each["name"] for each in listed[2]["deployment"]["endpointClients"]], ["web-shop"])

        again = self.reports()
        self.assertEqual({each["imported"] for each in again.values()}, {False})
        self.assertEqual(again["iris-hub"]["detail"], "there is a deployment with this id; it stays as it is")

    def test_a_dry_run_tells_and_does_nothing(self):
        told = self.reports("--dry-run")
        self.assertEqual((told["iris-hub"]["imported"], told["cpu-half"]["imported"]), (False, True), "the size is not there yet, either")
        self.assertEqual(self.program.must("GET", "/deployments")["items"] + self.program.must("GET", "/instance-types")["items"] + self.program.must("GET", "/groups")["items"], [])
        self.program.must("POST", "/instance-types", {"name": "cpu-half", "cpu": 0.5, "memoryGiB": 0.5})
        told = self.reports("--dry-run")
        self.assertEqual((told["iris-hub"]["imported"], told["iris-hub"]["revisions"], told["iris-hub"]["clients"], told["iris-hub"]["groupMade"]), (True, 3, 2, True))
        self.assertEqual(self.program.must("GET", "/deployments")["items"] + self.program.must("GET", "/groups")["items"], [])
        self.assertFalse(self.program.replicas())

    def test_what_may_not_run_here_is_stopped(self):
        self.program.must("POST", "/groups", {"name": "PhUsers", "enabledDeployment": True, "quota": {"cpu": 0.5, "memoryGiB": None, "gpu": None}})
        told = self.reports()
        self.assertIn("Group PhUsers exceeded cpu quota: 0.5, requesting 1", json.dumps(told["iris-hub"]["notes"]), "two replicas are too many")
        self.assertEqual(told["iris-hub"]["groupMade"], False)
        self.assertTrue(self.program.must("GET", "/deployments/iris-hub")["stop"])
        self.assertEqual(self.program.must("GET", "/deployments/iris-hub")["group"], "PhUsers", "case does not count")

    def test_who_may_not_and_what_is_none(self):
        self.program.must("POST", "/users", {"name": "ada"})
        token = self.program.must("POST", "/tokens", {"name": "t", "user": "ada"})["token"]
        self.assertEqual(self.run_import(token=token).returncode, 5)
        for text, code in (("", 2), ("no json", 2), ("[]", 2), ('{"kind": "ConfigMap"}', 1)):
            self.assertEqual(self.run_import("-", given=text).returncode, code, text)
        with open(SAMPLE) as file:
            one = json.load(file)["items"][4]
        other = {"kind": "Secret", "metadata": {"name": "password"}}
        done = self.run_import("-", given=json.dumps({"kind": "List", "items": [other, None, one, 7, {"kind": "Group"}]}))
        self.assertEqual((done.returncode, "1 imported, 4 skipped" in done.stderr), (1, True), done.stderr)
        self.assertRegex(done.stdout, r"Secret +password .*only PhDeployment and InstanceType objects")
        done = self.run_import("-", given=json.dumps({**one, "metadata": {**one["metadata"], "name": one["metadata"]["name"] + "-2"}}))
        self.assertEqual((done.returncode, "1 imported, 0 skipped" in done.stderr), (0, True), done.stderr)

    def test_what_is_too_large_does_not_hold_up_the_rest(self):
        with open(SAMPLE) as file:
            one = json.load(file)["items"][4]
        large = {**one, "metadata": {**one["metadata"], "name": "large-one", "annotations": {"notes": "x" * (2 << 20)}}}
        done = self.run_import("-", given=json.dumps({"kind": "List", "items": [large, one]}))
        self.assertEqual((done.returncode, "1 imported, 1 skipped" in done.stderr), (1, True), done.stderr)
        self.assertRegex(done.stdout, r"large-one .*skipped: .*(large|bytes)")


if __name__ == "__main__":
    unittest.main()
