#!/usr/bin/env python3
"""What PrimeHub's clients must find, each line of the checklist by its number."""
import contextlib
import http.server
import itertools
import json
import os
import re
import shutil
import threading
import unittest
import urllib.parse

from primehub import DEPLOYMENT_NOT_FOUND, DOCUMENTS, INSTANCE_TYPE_NOT_FOUND, IRIS, Console, WithProgram, broken_program, document
from program import wait_until


class Replica(http.server.BaseHTTPRequestHandler):
    """Writes down what it is asked."""
    protocol_version = "HTTP/1.1"
    seen = []

    def do_POST(self):
        self.seen.append(dict(self.headers))
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    do_GET = do_POST

    def log_message(self, *_):
        pass


class MustPass(WithProgram):
    """The checklist of what PrimeHub's clients need, each line by its number."""

    make_program = staticmethod(broken_program)

    def test_01_forms_and_json_are_taken(self):
        query = document("sdk_me")
        by_form = self.sdk.request(query)
        self.assertEqual(by_form["me"], {"id": "ada", "username": "ada", "firstName": "Ada", "lastName": None, "email": None, "isAdmin": False})
        self.assertEqual(self.console.request(query), by_form)
        status, _, text = self.console.post('{"query":"{me{id,username}}"}', {"Authorization": "Bearer " + self.sdk.token, "Content-Type": "application/json"})
        self.assertEqual((status, json.loads(text)), (200, {"data": {"me": {"id": "ada", "username": "ada"}}}))

    def test_02_success_has_no_errors_and_every_field(self):
        self.create("two-1", env=[{"name": "A", "value": "b"}])
        self.sdk.wait("two-1")
        where, group = {"where": {"id": "two-1"}}, {"where": {"id": self.group}}
        variables = {"sdk_deployments_list": {"where": {"groupId_in": [self.group]}}, "sdk_deployments_get": where, "sdk_deployments_history": where,
                     "sdk_deployments_logs": where, "sdk_deployments_wait": where, "console_detail": where, "console_recent": {"where": {"groupId_in": [self.group]}},
                     "console_list": {"first": 12, "where": {"groupId_in": [self.group]}}, "console_id_available": {"deploymentId": "x-y-z"},
                     "console_model_deploy": {"groupId": self.group}, "console_group_usages": group, "console_group_to_delete": group,
                     "sdk_admin_groups_list": {"orderBy": {}, "where": {}, "page": 1}, "sdk_admin_instancetypes_list": {"page": 1},
                     "sdk_admin_groups_get": {**group, "everyoneGroupWhere": {"id": "everyone"}}, "sdk_admin_instancetypes_get": {"where": {"id": "cpu-1"}},
                     "sdk_admin_users_list": {"userAfter": "0", "userFirst": 10}, "sdk_admin_users_get": {"where": {"id": "ada"}}}
        reading = [name[:-8] for name in sorted(os.listdir(DOCUMENTS)) if not document(name[:-8]).lstrip().startswith("mutation")]
        self.assertGreater(len(reading), 30)
        for name in reading:  # Sdk.run holds the answer against what is selected
            with self.subTest(name):
                self.admin.run(name, variables.get(name))
                Console(self.program).run(name, variables.get(name))
        self.forget("two-1")

    def test_03_refusals_are_json(self):
        for status, body, fields in ((400, "{", {"Content-Type": "application/json"}), (400, "query=%7B", {"Content-Type": "application/x-www-form-urlencoded"}),
                                     (400, "x", {"Content-Type": "text/plain"}), (400, "", {})):
            got, fields, text = self.sdk.post(body, {"authorization": "Bearer " + self.sdk.token, **fields})
            self.assertEqual((got, fields["Content-Type"]), (status, "application/json"), body)
            answer = json.loads(text)
            self.assertEqual((set(answer), answer["data"]), ({"errors", "data"}, None))
            self.assertTrue(answer["errors"][0]["message"] and answer["errors"][0]["extensions"]["code"])
        for method, path, status in (("GET", "/api/graphql", 405), ("PUT", "/api/graphql", 405), ("GET", "/api/logs/nothing", 404), ("POST", "/api/logs/x", 405)):
            with contextlib.closing(self.program.connect("control")) as connection:
                connection.request(method, path, headers={"Authorization": "Bearer " + self.sdk.token, "Accept": "*/*"})
                answer = connection.getresponse()
                self.assertEqual((answer.status, answer.headers["Content-Type"]), (status, "application/json"), path)
                json.loads(answer.read())
        refused = self.refusal(self.sdk.run, "sdk_deployments_get", {"where": {"id": "three-1"}})
        self.assertEqual(re.findall(DEPLOYMENT_NOT_FOUND, refused.message), ["three-1"])
        refused = self.refusal(self.admin.run, "sdk_admin_instancetypes_get", {"where": {"id": "three"}})
        self.assertEqual(re.findall(INSTANCE_TYPE_NOT_FOUND, refused.message), ["three"])

    def test_04_changes_are_answered_before_they_are_done(self):
        for change in (lambda: self.create("four-1"), lambda: self.sdk.run("sdk_deployments_update", {"data": {"replicas": 2}, "where": {"id": "four-1"}})["updatePhDeployment"]):
            self.assertEqual(change()["status"], "Deploying")
        self.sdk.wait("four-1")
        self.forget("four-1")

    def test_05_groups_come_first_and_keep_their_ids(self):
        groups = self.sdk.run("sdk_groups_at_start")["me"]["effectiveGroups"]
        self.assertEqual(groups, [{"id": self.group, "name": "research", "displayName": "Research"}])
        self.program.must("PATCH", "/groups/research", {"displayName": "Research!"})
        self.assertEqual(self.sdk.group_id("research"), self.group)
        self.program.must("PATCH", "/groups/research", {"displayName": "Research"})
        self.assertEqual({each["name"] for each in self.admin.run("sdk_groups_at_start")["me"]["effectiveGroups"]}, {"research", "sales"}, "an administrator acts on all")
        self.assertIn("everyone", [each["name"] for each in self.sdk.run("sdk_admin_groups_everyone")["me"]["groups"]])

    def test_06_lists_are_filtered_sorted_and_cut(self):
        for number, name in enumerate(("Alpha", "alpha two", "Beta", "Gamma", "Delta")):
            self.create(f"six-{number}", name=name)
        self.admin.run("sdk_deployments_stop", {"where": {"id": "six-1"}})  # now the newest, and changed by another

        def asked(page=None, run=self.console, **where):
            found = run.run("console_list", {"where": {"groupId_in": [self.group], **where}, **(page or {})})["phDeploymentsConnection"]
            ids = [each["node"]["id"] for each in found["edges"]]
            self.assertEqual([each["cursor"] for each in found["edges"]], ids)
            info = found["pageInfo"]
            self.assertEqual((info["startCursor"], info["endCursor"]), (ids[0], ids[-1]) if ids else (None, None))
            return "<" * info["hasPreviousPage"] + ",".join(each[-1] for each in ids) + ">" * info["hasNextPage"]

        self.assertEqual(asked(), "1,4,3,2,0")
        self.assertEqual(asked({"first": 2}), "1,4>")
        self.assertEqual(asked({"first": 2, "after": "six-4"}), "<3,2>")
        self.assertEqual(asked({"first": 2, "after": "six-2"}), "<0")
        self.assertEqual(asked({"last": 2, "before": "six-2"}), "<4,3>")
        self.assertEqual(asked(name_contains="alpha"), "1", "as it is written")
        self.assertEqual(asked(search="ALPHA"), "1,0")
        self.assertEqual(asked(search="SIX-3"), "3", "ids, too")
        self.assertEqual(asked(search=""), "1,4,3,2,0")
        self.assertEqual(asked(search="a", name_contains="lta"), "4", "all of them hold")
        self.assertEqual(asked(mine=True), "4,3,2,0", "changed last by the caller")
        self.assertEqual(asked(mine=False), "1,4,3,2,0")
        self.assertEqual(asked(id="six-2", search="nothing"), "2", "an id is all that counts")
        self.assertEqual(asked(groupId_in=[self.group, "sales", "no-such"]), "1,4,3,2,0", "others' groups are passed over")
        self.assertEqual(asked(groupId_in=["sales"]), "")
        self.assertEqual(asked(groupId_in=[]), "1,4,3,2,0")
        self.assertEqual(self.refusal(asked, {"first": -1}).code, "BAD_USER_INPUT")
        listed = self.sdk.request("query ($n: Int) { phDeployments(first: $n) { id } }", {"n": 2})["phDeployments"]
        self.assertEqual([each["id"] for each in listed], ["six-1", "six-4"])
        self.assertEqual(asked(run=self.eve, groupId_in=[self.group]), "")

        for page, names in ((1, ["research", "sales"]), (2, [])):
            found = self.admin.run("sdk_admin_groups_list", {"orderBy": {}, "where": {}, "page": page})["group"]
            self.assertEqual([each["node"]["name"] for each in found["edges"]], names)
            self.assertEqual(found["pageInfo"], {"currentPage": page, "totalPage": 1})
        self.assertEqual(self.admin.run("sdk_admin_instancetypes_list", {"page": 2})["instanceTypesConnection"]["edges"], [])
        for number in range(12):
            self.admin.run("sdk_admin_users_create", {"payload": {"username": f"many-{number:02}"}})
        pages = [[each["node"]["username"] for each in self.admin.run("sdk_admin_users_list", {"userAfter": str(page), "userFirst": 10})["users"]["edges"]] for page in range(3)]
        self.assertEqual([len(each) for each in pages], [10, 5, 0])
        self.assertEqual(len(set(sum(pages, []))), 15)
        for number in range(12):
            self.admin.run("sdk_admin_users_delete", {"where": {"id": f"many-{number:02}"}})
        self.forget(*(f"six-{number}" for number in range(5)))

    def test_07_a_list_needs_no_condition(self):
        self.create("seven-1")
        self.assertEqual(self.sdk.request("{ phDeployments { id } }"), {"phDeployments": [{"id": "seven-1"}]})
        self.assertEqual(self.sdk.run("sdk_deployments_list")["phDeployments"][0]["id"], "seven-1")
        self.assertEqual(self.sdk.run("sdk_deployments_list", {"where": None})["phDeployments"][0]["id"], "seven-1")
        self.forget("seven-1")

    def test_08_ids_and_replicas_are_named_as_expected(self):
        self.assertEqual(self.create("Eight-1")["id"], "eight-1")
        for identifier in ("-eight", "e", "eight_1", "e" * 64, ""):
            self.assertEqual(self.refusal(self.create, identifier).code, "REQUEST_BODY_INVALID", identifier)
        for identifier, free in (("eight-1", False), ("eight-2", True), ("-", False)):
            self.assertEqual(self.console.run("console_id_available", {"deploymentId": identifier}), {"phDeploymentAvail": free})
        self.sdk.wait("eight-1")
        pod = self.sdk.run("sdk_deployments_logs", {"where": {"id": "eight-1"}})["phDeployment"]["pods"][0]
        self.assertTrue(pod["name"].startswith("deploy-eight-1-"))
        self.assertEqual(pod["phase"], "Running")
        self.assertEqual(pod["logEndpoint"], self.program.url("control") + "/api/logs/namespaces/hub/phdeployments/" + pod["name"])
        self.forget("eight-1")

    def test_09_logs_are_text_whole_lines_and_followed(self):
        self.create("nine-1")
        self.sdk.wait("nine-1")
        for how, chunked in (({"tail": 2}, False), ({"tail": 0}, True), ({"follow": True}, True)):
            connection, answer = self.sdk.logs("nine-1", **how)
            with contextlib.closing(connection):
                self.assertEqual(answer.status, 200)
                self.assertTrue(answer.headers["Content-Type"].startswith("text/plain"))
                self.assertEqual(answer.headers["Transfer-Encoding"] == "chunked", chunked, how)
                if not how.get("follow"):
                    self.assertTrue(answer.read().endswith(b"\n"))
        connection, answer = self.sdk.logs("nine-1", follow=True, tail=1)
        with contextlib.closing(connection):
            self.assertTrue(answer.readline().strip())
            # A health check may have its line between them.
            heard = iter(answer.readline, b"")
            self.assertEqual([b"\n", b"\n"], list(itertools.islice((line for line in heard if line == b"\n"), 2)),
                             "who hears nothing hears that, and is not cut off")
        with self.assertRaises(IndexError):
            self.sdk.logs("nine-1", pod="deploy-nine-2")
        pod = self.sdk.run("sdk_deployments_logs", {"where": {"id": "nine-1"}})["phDeployment"]["pods"][0]
        path = urllib.parse.urlsplit(pod["logEndpoint"]).path
        for token, target, status, code in ((self.eve.token, path, 404, "RESOURCE_NOT_FOUND"), ("", path, 401, "AUTH_REQUIRED"),
                                            (self.sdk.token, path + "?tailLines=x", 400, "BAD_REQUEST"), (self.sdk.token, path + "x", 404, "RESOURCE_NOT_FOUND")):
            with contextlib.closing(self.program.connect("control")) as connection:
                connection.request("GET", target, headers={"authorization": "Bearer " + token} if token else {})
                answer = connection.getresponse()
                told = json.loads(answer.read())
                self.assertEqual((answer.status, set(told), told["code"]), (status, {"code", "message"}, code))
        self.forget("nine-1")

    def test_10_statuses_and_messages(self):
        self.create("ten-1")
        up = self.sdk.wait("ten-1")
        self.assertEqual((up["status"], up["message"]), ("Deployed", "Deployment is deployed and available now"))
        self.assertLessEqual(up["availableReplicas"], up["replicas"])
        self.program.must("PATCH", "/groups/research", {"enabledDeployment": False})
        get = lambda: self.sdk.run("sdk_deployments_get", {"where": {"id": "ten-1"}})["phDeployment"]
        wait_until(lambda: get()["status"] == "Failed", "Failed, as its group may not deploy")
        self.assertEqual(get()["message"], "The model deployment is not enabled for the selected group")
        refused = self.refusal(self.create, "ten-2")
        self.assertEqual(refused.message, "The model deployment is not enabled for the selected group")
        self.program.must("PATCH", "/groups/research", {"enabledDeployment": True})
        self.sdk.wait("ten-1")
        self.sdk.run("sdk_deployments_stop", {"where": {"id": "ten-1"}})
        seen = set()

        def is_down():
            now = get()
            seen.add((now["status"], now["message"]))
            return now["status"] == "Stopped"

        wait_until(is_down, "Stopped")
        self.assertLessEqual(seen, {("Stopping", "deployment is stopping"), ("Stopped", "deployment has stopped")})
        down = self.sdk.wait("ten-1")
        self.assertEqual((down["status"], down["message"], down["availableReplicas"]), ("Stopped", "deployment has stopped", 0))
        started = self.sdk.run("sdk_deployments_update", {"data": {"description": "x"}, "where": {"id": "ten-1"}})["updatePhDeployment"]
        self.assertEqual((started["stop"], started["status"]), (False, "Deploying"), "an update starts")
        self.forget("ten-1")
        self.create("ten-3", modelImage="bad/crashes:1")
        self.assertRegex(self.message_with("ten-3", "Failed because of pod is terminated"),
                         r"^Failed because of pod is terminated\npod\[deploy-ten-3-\S+\] failed\n  container state: Terminated, reason: Error, message exited with code 3; .*, exit-code: 3$")
        self.create("ten-4", modelURI="file:///nowhere/model")
        self.assertRegex(self.message_with("ten-4", "Failed because cannot"),
                         r"^Failed because cannot successfully copy the model from the model URI\.\npod\[deploy-ten-4-\S+\] failed\n"
                         r"  container state: Terminated, reason: Error, message could not be started: the model .*, exit-code: 1$")
        self.create("ten-5", modelImage="gone/soon:1")
        self.sdk.wait("ten-5")
        self.sdk.run("sdk_deployments_stop", {"where": {"id": "ten-5"}})
        self.sdk.wait("ten-5")
        shutil.rmtree(os.path.join(self.program.place, "images", "gone"))
        self.sdk.run("sdk_deployments_start", {"where": {"id": "ten-5"}})
        self.assertRegex(self.message_with("ten-5", "Failed because of wrong"),
                         r"^Failed because of wrong image settings\.\npod\[deploy-ten-5-\S+\] failed\n  container state: Waiting, reason: ErrImagePull, message could not be started: .*$")
        self.forget("ten-3", "ten-4", "ten-5")

    def test_11_delete_takes_either_selection(self):
        for run, name in ((self.sdk, "sdk_deployments_delete"), (self.console, "console_detail_delete")):
            self.create("eleven-1")
            gone = run.run(name, {"where": {"id": "eleven-1"}})["deletePhDeployment"]
            self.assertEqual(gone["id"], "eleven-1")
            self.assertEqual({key for key, value in gone.items() if value not in (None, [])} - {"__typename"}, {"id"})
            wait_until(lambda: self.program.api("GET", "/deployments/eleven-1")[0] == 404, "it has gone")

    def test_12_the_language(self):
        self.create("twelve-1")
        query = """query Asked($where: PhDeploymentWhereUniqueInput!, $no: Boolean = false) {
          one: phDeployment(where: $where) { ...Part, replicas replicas __typename status @skip(if: true) ... on PhDeployment @include(if: $no) { message } }
          two: phDeployment(where: {id: "twelve-1"}) { kind: __typename ...Part } }
          fragment Part on PhDeployment { id name, instanceType { id } instanceType { name } }"""
        _, _, text = self.sdk.send(query, {"where": {"id": "twelve-1"}})
        part = {"id": "twelve-1", "name": "Iris", "instanceType": {"id": "cpu-1", "name": "cpu-1"}}
        self.assertEqual(json.loads(text), {"data": {"one": {**part, "replicas": 1, "__typename": "PhDeployment"}, "two": {"kind": "PhDeployment", **part}}})
        for wrong in ("{ phDeployments { nothing } }", "query ($a: Int) { me { id } }", "{ me { id } } { me { id } }", "{ me { ...F } } fragment F on User { ...F }",
                      "subscription { me { id } }", "{ phDeployment { id } }", "{" * 5000, "{ me { " + "effectiveGroups { users { " * 14 + "id" + " } }" * 14 + " } }"):
            refused = self.refusal(self.sdk.request, wrong)
            self.assertEqual(refused.status, 400, wrong[:60])
        deep = "{ me { " + "effectiveGroups { users { " * 5 + "id" + " } }" * 5 + " } }"
        counted = lambda outcome: self.program.metrics()[f'modelgate_graphql_requests_total{{outcome="{outcome}"}}']
        too_large, answered, invalid, refused = map(counted, ("too_large", "answered", "invalid", "refused"))
        self.assertEqual(self.refusal(self.sdk.request, deep).code, "QUERY_TOO_LARGE")
        self.sdk.request("{ me { id } }")
        self.refusal(self.sdk.request, "{ me { nothing } }")
        self.assertEqual(self.console.post('{"query":"{me{id}}"}', {"Content-Type": "application/json"})[0], 401)
        self.assertEqual(tuple(map(counted, ("too_large", "answered", "invalid", "refused"))), (too_large + 1, answered + 1, invalid + 1, refused + 1))
        self.forget("twelve-1")

    def test_13_history_is_short_and_newest_first(self):
        self.create("thirteen-1", updateMessage="0")
        for number in range(1, 40):
            self.sdk.run("sdk_deployments_update", {"data": {"description": str(number), "updateMessage": str(number)}, "where": {"id": "thirteen-1"}})
        history = self.console.run("console_detail", {"where": {"id": "thirteen-1"}})["phDeployment"]["history"]
        self.assertEqual([each["deployment"]["updateMessage"] for each in history], [str(number) for number in range(39, 7, -1)])
        self.assertEqual(history[0]["deployment"]["instanceType"]["name"], "cpu-1")
        self.sdk.run("sdk_deployments_update", {"data": {"description": "39", "updateMessage": "39"}, "where": {"id": "thirteen-1"}})
        again = self.console.run("console_detail", {"where": {"id": "thirteen-1"}})["phDeployment"]["history"]
        self.assertEqual(len(again), 32)
        self.assertEqual(again[0], history[0], "what changes nothing is no change")
        self.forget("thirteen-1")

    def test_14_private_endpoints_know_their_clients(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Replica)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for identifier, access in (("fourteen-1", "private"), ("fourteen-2", "public")):
            self.program.must("POST", "/deployments", {"id": identifier, "name": identifier, "group": "research", "endpointAccessType": access,
                                                       "external": {"urls": [f"http://127.0.0.1:{server.server_port}"]}})
            self.program.wait_for(identifier)
        made = self.console.run("console_client_add", {"data": {"deploymentId": "fourteen-1", "name": "app"}})["createPhDeploymentClient"]
        token = made["plainTextToken"]
        self.assertEqual(made["name"], "app")
        for client in (None, "app:wrong", f"other:{token}"):
            status, _, fields = self.program.predict("fourteen-1", client=client)
            self.assertEqual((status, fields["WWW-Authenticate"]), (401, 'Basic realm="Authentication Required"'), client)
        self.assertEqual(self.program.predict("fourteen-1", client=f"app:{token}", headers={"X-Forwarded-User": "root"})[0], 200)
        self.assertEqual(Replica.seen[-1]["X-Forwarded-User"], "app")
        self.assertEqual(self.program.predict("fourteen-2", headers={"X-Forwarded-User": "root"})[0], 200)
        self.assertNotIn("X-Forwarded-User", Replica.seen[-1])

        again = self.console.run("console_client_add", {"data": {"deploymentId": "fourteen-1", "name": "app"}})["createPhDeploymentClient"]["plainTextToken"]
        self.assertNotEqual(again, token)
        self.assertEqual([self.program.predict("fourteen-1", client=f"app:{each}")[0] for each in (token, again)], [401, 200], "the name got another token")
        self.assertEqual(self.refusal(self.console.run, "console_client_add", {"data": {"deploymentId": "fourteen-1", "name": "a:b"}}).code, "REQUEST_BODY_INVALID")
        where = {"where": {"deploymentId": "fourteen-1", "name": "app"}}
        self.assertEqual(self.console.run("console_detail", {"where": {"id": "fourteen-1"}})["phDeployment"]["endpointClients"][0]["name"], "app")
        self.assertEqual(self.console.run("console_client_remove", where)["deletePhDeploymentClient"]["endpointClients"], [])
        self.assertEqual(self.program.predict("fourteen-1", client=f"app:{again}")[0], 401)
        self.forget("fourteen-1", "fourteen-2")

    def test_15_a_stopped_deployment_says_503(self):
        self.create("fifteen-1")
        self.sdk.wait("fifteen-1")
        self.sdk.run("sdk_deployments_stop", {"where": {"id": "fifteen-1"}})
        self.sdk.wait("fifteen-1")
        status, text, _ = self.program.predict("fifteen-1")
        self.assertEqual(status, 503)
        self.assertIn("503 Service Temporarily Unavailable", text)
        self.forget("fifteen-1")

    def test_16_quotas(self):
        self.program.must("POST", "/groups", {"name": "small", "enabledDeployment": True, "maxDeploy": 2, "members": ["ada"], "quota": {"cpu": 2, "memoryGiB": 3, "gpu": 0}})
        for name, cpu, memory, gpu in (("wide", 1.5, 1, 0), ("fat", 0.5, 2, 0), ("with-gpu", 0.5, 0.5, 1), ("tiny", 0.5, 0.5, 0)):
            self.program.must("POST", "/instance-types", {"name": name, "cpu": cpu, "memoryGiB": memory, "gpu": gpu})
        make = lambda identifier, kind, replicas=1: self.create(identifier, groupId="small", instanceType=kind, replicas=replicas)

        def told(*words, **named):
            refused = self.refusal(*words, **named)
            self.assertEqual(refused.code, "EXCEED_QUOTA")
            return refused.message

        self.assertEqual(told(make, "sixteen-1", "wide", 2), "Group Cpu Quota exceeded", "replicas count")
        self.assertEqual(told(make, "sixteen-1", "fat", 2), "Group Memory exceeded")
        self.assertEqual(told(make, "sixteen-1", "with-gpu"), "Group Gpu Quota exceeded")
        make("sixteen-1", "wide")
        refused = self.refusal(make, "sixteen-2", "wide")
        self.assertEqual(refused.message, "Group Cpu Quota exceeded", "what is used counts")
        self.assertEqual(refused.errors[0]["extensions"]["detail"], "Group small exceeded cpu quota: 2, requesting 1.5, in use 1.5")
        make("sixteen-2", "tiny")
        self.assertEqual(told(make, "sixteen-3", "tiny"), "Group Maximum Deployments exceeded")
        self.sdk.run("sdk_deployments_update", {"data": {"description": "at the limit"}, "where": {"id": "sixteen-2"}})
        self.sdk.run("sdk_deployments_stop", {"where": {"id": "sixteen-2"}})
        make("sixteen-3", "tiny")
        self.assertEqual(told(self.sdk.run, "sdk_deployments_start", {"where": {"id": "sixteen-2"}}), "Group Maximum Deployments exceeded")
        self.assertEqual(told(self.sdk.run, "sdk_deployments_update", {"data": {"replicas": 9}, "where": {"id": "sixteen-3"}}), "Group Cpu Quota exceeded")
        usage = self.admin.run("console_group_usages", {"where": {"id": "small"}})["group"]
        self.assertEqual({key: usage["resourceStatus"][key] for key in ("cpuUsage", "memUsage", "gpuUsage")}, {"cpuUsage": 2, "memUsage": 1.5, "gpuUsage": 0})
        self.assertEqual({each["name"]: each["cpu"] for each in usage["resourceDetails"]["details"]}, {"sixteen-1": 1.5, "sixteen-3": 0.5})
        self.assertEqual(self.admin.run("console_group_to_delete", {"where": {"id": "small"}})["groupResourcesToBeDeleted"]["deployments"], 3)
        self.assertEqual(self.admin.run("sdk_admin_groups_delete", {"where": {"id": "small"}}), {"deleteGroup": {"id": "small"}})
        wait_until(lambda: not self.admin.request("{ phDeployments { id } }")["phDeployments"], "its deployments went with it")

    def test_17_who_is_not_a_member_may_not(self):
        self.create("seventeen-1")
        refused = self.refusal(self.eve.run, "sdk_deployments_create", {"data": {**IRIS, "id": "seventeen-2", "groupId": self.group}})
        self.assertEqual((refused.message, refused.code), ("user not auth", "NOT_AUTH"))
        for name in ("sdk_deployments_get", "sdk_deployments_stop", "sdk_deployments_delete"):  # there is none for who may not know of it
            self.assertEqual(re.findall(DEPLOYMENT_NOT_FOUND, self.refusal(self.eve.run, name, {"where": {"id": "seventeen-1"}}).message), ["seventeen-1"])
        for name, variables in (("sdk_admin_groups_create", {"data": {"name": "mine"}}), ("sdk_admin_instancetypes_create", {"payload": {"name": "big", "cpuLimit": 1, "memoryLimit": 1}}),
                                ("sdk_admin_users_list", {}), ("sdk_admin_users_create", {"payload": {"username": "mallory"}}),
                                ("sdk_admin_users_password", {"id": "ada", "password": "hunter2hunter2"}), ("sdk_admin_groups_update", {"data": {"projectQuotaCpu": 99}, "where": {"id": "sales"}})):
            refused = self.refusal(self.eve.run, name, variables)
            self.assertEqual((refused.code, refused.message), ("NOT_AUTH", "user not auth"), name)
        self.admin.run("sdk_deployments_stop", {"where": {"id": "seventeen-1"}})  # an administrator may, without being a member
        self.forget("seventeen-1")

    def test_18_license_and_group_let_the_console_deploy(self):
        self.assertEqual(self.console.run("console_license")["license"], {"maxModelDeploy": -1, "usage": {"maxModelDeploy": 0, "__typename": "LicenseUsage"}, "__typename": "License"})
        self.assertEqual(self.console.run("console_license_banner")["license"]["licenseStatus"], "unexpired")
        group = self.console.run("console_current_user")["me"]["groups"][0]
        self.assertEqual([group[key] for key in ("enabledDeployment", "maxDeploy", "deploymentsUsage", "projectQuotaCpu", "projectQuotaMemory", "projectQuotaGpu", "admins")],
                         [True, 50, 0, 30, 64, 0, ""])
        self.assertEqual(group["resourceStatus"], {"cpuUsage": 0, "memUsage": 0, "gpuUsage": 0, "__typename": "ResourceStatus"})
        self.assertIn({"id": "cpu-1", "displayName": "CPU 1", "description": "", "cpuLimit": 1, "gpuLimit": 0, "memoryLimit": 1},
                      [{key: each[key] for key in ("id", "displayName", "description", "cpuLimit", "gpuLimit", "memoryLimit")} for each in group["instanceTypes"]])

    def test_19_metrics_have_seldons_names_and_are_not_public(self):
        self.create("nineteen-1")
        self.sdk.wait("nineteen-1")
        self.assertEqual(self.program.predict("nineteen-1")[0], 200)
        with contextlib.closing(self.program.connect("metrics")) as connection:
            connection.request("GET", "/metrics")
            text = connection.getresponse().read().decode()
        for name in ("seldon_api_executor_server_requests_seconds_count", "seldon_api_executor_client_requests_seconds_count"):
            line = next(each for each in text.splitlines() if each.startswith(name) and 'deployment_name="nineteen-1"' in each)
            for label in ('predictor_name="deploy"', 'method="post"', 'code="200"', 'status="200"'):
                self.assertIn(label, line)
        for path in ("prometheus", "metrics"):
            with contextlib.closing(self.program.connect("prediction")) as connection:
                connection.request("GET", "/deployment/nineteen-1/" + path)
                self.assertEqual(connection.getresponse().status, 404)
        self.forget("nineteen-1")


if __name__ == "__main__":
    unittest.main()
