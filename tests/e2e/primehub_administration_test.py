#!/usr/bin/env python3
"""`primehub admin ...` and `primehub config generate-token` against the built program."""
import contextlib
import json
import re
import unittest
import urllib.parse

from primehub import Sdk, WithProgram


class Administration(WithProgram):
    def test_groups_instance_types_and_users(self):
        admin = self.admin
        made = admin.run("sdk_admin_groups_create", {"data": {"name": "Team_1", "displayName": "Team", "enabledDeployment": True, "maxDeploy": 3, "quotaCpu": 0.5, "quotaGpu": 0,
                                                              "projectQuotaCpu": 2, "projectQuotaMemory": 4.5, "admins": "ada", "users": {"connect": [{"id": "eve"}]}}})["createGroup"]
        self.assertEqual({key: made[key] for key in ("id", "name", "admins", "projectQuotaCpu", "projectQuotaGpu", "projectQuotaMemory", "quotaCpu")},
                         {"id": "Team_1", "name": "Team_1", "admins": "ada", "projectQuotaCpu": 2, "projectQuotaGpu": None, "projectQuotaMemory": 4.5, "quotaCpu": None})
        refused = self.refusal(admin.run, "sdk_admin_groups_create", {"data": {"name": "team-1"}})
        self.assertEqual(refused.code, "GROUP_CONFLICT_NAME")
        changed = admin.run("sdk_admin_groups_update", {"where": {"id": "Team_1"}, "data": {"projectQuotaGpu": 1, "users": {"disconnect": [{"id": "eve"}]}}})["updateGroup"]
        self.assertEqual((changed["projectQuotaGpu"], changed["projectQuotaCpu"]), (1, 2))
        whole = admin.run("sdk_admin_groups_get", {"where": {"id": "Team_1"}, "everyoneGroupWhere": {"id": "everyone"}})
        self.assertEqual([each["username"] for each in whole["group"]["users"]], ["ada"])
        self.assertEqual([each["id"] for each in whole["everyoneGroup"]["instanceTypes"]], ["cpu-1"])

        admin.run("sdk_admin_instancetypes_create", {"payload": {"name": "big", "displayName": "Big", "cpuLimit": 4, "memoryLimit": 0.5, "gpuLimit": 1, "groups": {"connect": [{"id": "Team_1"}]},
                                                                 "tolerations": {"set": [{"operator": "Exists", "key": "gpu"}]}}})
        big = admin.run("sdk_admin_instancetypes_get", {"where": {"id": "big"}})["instanceType"]
        self.assertEqual((big["cpuLimit"], big["memoryLimit"], big["gpuLimit"], big["global"], [each["id"] for each in big["groups"]], big["tolerations"]), (4, 0.5, 1, False, ["Team_1"], []))
        self.assertEqual(admin.run("sdk_admin_instancetypes_update", {"where": {"id": "big"}, "payload": {"global": True}})["updateInstanceType"]["global"], True)
        types = self.sdk.run("sdk_instancetypes_list")["me"]["effectiveGroups"][0]["instanceTypes"]
        self.assertEqual([each["name"] for each in types], ["big", "cpu-1"])
        self.assertEqual(self.refusal(admin.run, "sdk_admin_instancetypes_create", {"payload": {"name": "none", "cpuLimit": 0, "memoryLimit": 1}}).code, "REQUEST_BODY_INVALID")
        for wrong, words in (({"cpuLimit": 1, "cpuRequest": 2}, "cpuRequest must not be more than cpuLimit"), ({"gpuLimit": -1}, "gpuLimit must be"),
                             ({"tolerations": {"set": [{"operator": "Exists", "key": "gpu", "value": "yes"}]}}, "Exists has no value")):
            refused = self.refusal(admin.run, "sdk_admin_instancetypes_create", {"payload": {"name": "none", **wrong}})
            self.assertEqual(refused.code, "REQUEST_BODY_INVALID")
            self.assertIn(words, refused.message)
        self.assertIn("quotaCpu must not be", self.refusal(admin.run, "sdk_admin_groups_create", {"data": {"name": "none", "quotaCpu": 5, "projectQuotaCpu": 1}}).message)
        admin.run("sdk_admin_instancetypes_create", {"payload": {"name": "plain"}})
        plain = admin.run("sdk_admin_instancetypes_get", {"where": {"id": "plain"}})["instanceType"]
        self.assertEqual((plain["cpuLimit"], plain["memoryLimit"], plain["gpuLimit"]), (1, 1, 0))
        admin.run("sdk_admin_instancetypes_delete", {"where": {"id": "plain"}})
        self.assertEqual(admin.run("sdk_admin_instancetypes_delete", {"where": {"id": "big"}}), {"deleteInstanceType": {"id": "big"}})

        admin.run("sdk_admin_users_create", {"payload": {"username": "grace", "firstName": "Grace", "lastName": "Hopper", "email": "g@example.com", "groups": {"connect": [{"id": "Team_1"}]}}})
        grace = admin.run("sdk_admin_users_get", {"where": {"id": "grace"}})["user"]
        self.assertEqual((grace["firstName"], grace["lastName"], grace["enabled"], grace["isAdmin"], [each["name"] for each in grace["groups"]]), ("Grace", "Hopper", True, False, ["Team_1", "everyone"]))
        self.assertEqual(self.refusal(admin.run, "sdk_admin_users_create", {"payload": {"username": "grace"}}).code, "USER_CONFLICT_USERNAME")
        admin.run("sdk_admin_users_update", {"where": {"id": "grace"}, "payload": {"isAdmin": True, "groups": {"disconnect": [{"id": "Team_1"}]}}})
        self.assertEqual(admin.run("sdk_admin_users_get", {"where": {"id": "grace"}})["user"]["isAdmin"], True)
        self.assertEqual(admin.run("sdk_admin_users_password", {"id": "grace", "password": "correct horse battery", "temporary": False}), {"resetPassword": {"id": "grace"}})
        self.assertEqual(self.log_in("grace", "correct horse battery"), 201)
        self.assertEqual(admin.run("sdk_admin_users_delete", {"where": {"id": "grace"}})["deleteUser"]["username"], "grace")
        admin.run("sdk_admin_groups_delete", {"where": {"id": "Team_1"}})

        own = Sdk(self.program, self.program.must("POST", "/tokens", {"name": "one", "user": "eve"})["token"])
        self.assertEqual(own.run("console_token_count")["me"]["apiTokenCount"], 2)
        self.assertEqual(own.run("console_token_revoke")["revokeApiToken"]["id"], "eve")
        self.assertEqual(self.refusal(own.run, "sdk_me").status, 401)

    def test_pull_secrets_are_told_and_used_by_their_ids(self):
        self.program.must("POST", "/pull-secrets", {"name": "hub", "registry": "ghcr.io", "user": "robot", "password": "s3cret-of-the-registry"})
        self.assertEqual(self.sdk.run("sdk_secrets_list")["secrets"], [{"id": "image-hub", "name": "hub", "type": "kubernetes"}])
        self.assertEqual(self.create("pulled-1", imagePullSecret="image-hub")["imagePullSecret"], "image-hub")
        self.assertEqual(self.program.must("GET", "/deployments/pulled-1")["imagePullSecret"], "hub")
        update = lambda value: self.sdk.run("sdk_deployments_update", {"data": {"imagePullSecret": value}, "where": {"id": "pulled-1"}})["updatePhDeployment"]
        self.assertEqual(update("")["imagePullSecret"], "image-hub", "empty keeps")
        self.assertEqual(update(None)["imagePullSecret"], None, "null clears")
        refused = self.refusal(update, "image-none")
        self.assertEqual((refused.code, refused.message), ("REQUEST_BODY_INVALID", "Image pull secret not found: none"))
        self.forget("pulled-1")

    def log_in(self, name, password):
        with contextlib.closing(self.program.connect("control")) as connection:
            connection.request("POST", "/api/v1/session", json.dumps({"name": name, "password": password}), {"Content-Type": "application/json"})
            return connection.getresponse().status


class TokenExchange(WithProgram):
    """`primehub config generate-token`, and the person before the browser."""

    def send(self, method, path, body=None, **fields):
        with contextlib.closing(self.program.connect("control")) as connection:
            connection.request(method, path, urllib.parse.urlencode(body) if body is not None else None,
                               {"Content-Type": "application/x-www-form-urlencoded", **{name.replace("_", "-"): value for name, value in fields.items()}})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.headers

    def test_a_token_is_got_by_logging_in(self):
        self.program.must("PATCH", "/users/ada", {"password": "correct horse battery"})
        same = {"Origin": self.program.url("control")}
        for base in ("/oidc/auth-flow", "/console/oidc/auth-flow"):
            status, _, fields = self.send("HEAD", base + "/request")
            self.assertEqual((status, fields["Location"]), (302, "/oidc/auth-flow/login"))
        status, page, fields = self.send("GET", "/oidc/auth-flow/login")
        self.assertEqual((status, 'name="password"' in page, fields["Cache-Control"]), (200, True, "no-store"))
        person = {"name": "ada", "password": "correct horse battery"}
        self.assertEqual(self.send("POST", "/oidc/auth-flow/login", person)[0], 403, "another site's page may not ask")
        self.assertEqual(self.send("POST", "/oidc/auth-flow/login", person, Origin="http://evil.example")[0], 403)
        self.assertEqual(self.send("POST", "/oidc/auth-flow/login", {**person, "password": "wrong"}, **same)[0], 401)
        self.assertEqual(self.send("POST", "/oidc/auth-flow/login", {}, **same)[0], 401)
        status, page, fields = self.send("POST", "/oidc/auth-flow/login", person, **same)
        self.assertEqual(status, 200, page)
        code = re.search(r"<pre>([\w-]+)</pre>", page).group(1)

        exchange = lambda value: self.send("POST", "/console/oidc/auth-flow/exchange", {"code": value})
        self.assertEqual(exchange("wrong")[:2], (400, "Bad Request"))
        status, text, _ = exchange(code)
        self.assertEqual(status, 200)
        told = json.loads(text)
        self.assertEqual((set(told), told["endpoint"]), ({"api-token", "endpoint"}, self.program.url("control") + "/api/graphql"))
        self.assertEqual(exchange(code)[:2], (400, "Bad Request"), "a code holds once")
        self.assertEqual(Sdk(self.program, told["api-token"]).group_id("research"), self.group)

        # Who is logged in to the console needs no password again.
        cookie = fields["Set-Cookie"].split(";")[0]
        self.assertEqual(self.send("POST", "/api/graphql", {"query": "{ me { id } }"}, Cookie=cookie, **same)[0], 401, "a browser's cookie asks nothing here")
        status, page, _ = self.send("GET", "/oidc/auth-flow/login", Cookie=cookie)
        self.assertEqual((status, "<b>ada</b>" in page, 'name="password"' in page), (200, True, False))
        status, page, _ = self.send("POST", "/oidc/auth-flow/login", {}, Cookie=cookie, **same)
        self.assertEqual(exchange(re.search(r"<pre>([\w-]+)</pre>", page).group(1))[0], 200)
        tokens = [each["name"] for each in self.program.must("GET", "/tokens?user=ada")["items"]]
        self.assertEqual(tokens.count("primehub"), 2)
        events = self.program.must("GET", "/audit-events?user=ada")["items"]
        self.assertIn(("/console/oidc/auth-flow/exchange", 200), [(each["path"], each["status"]) for each in events])

    def test_a_code_ends_with_what_it_was_given_for(self):
        person, same = {"name": "carl", "password": "correct horse battery"}, {"Origin": self.program.url("control")}
        self.program.must("POST", "/users", person)
        exchange = lambda value: self.send("POST", "/oidc/auth-flow/exchange", {"code": value})[:2]

        def code():
            return re.search(r"<pre>([\w-]+)</pre>", self.send("POST", "/oidc/auth-flow/login", person, **same)[1]).group(1)

        tokens = lambda: len(self.program.must("GET", "/tokens?user=carl")["items"])
        before, late = tokens(), code()
        person["password"] = "another horse battery"
        self.program.must("PATCH", "/users/carl", {"password": person["password"]})
        self.assertEqual(exchange(late), (400, "Bad Request"), "his sessions have ended")
        late = code()
        self.program.must("PATCH", "/users/carl", {"disabled": True})
        self.assertEqual(exchange(late), (400, "Bad Request"), "he is disabled")
        self.program.must("PATCH", "/users/carl", {"disabled": False})
        self.assertEqual(tokens(), before)
        self.assertEqual(exchange(code())[0], 200)

    def test_paths_beside_it(self):
        self.assertEqual(self.send("GET", "/api/health")[0], 200)
        status, _, fields = self.send("GET", "/api/")
        self.assertEqual((status, fields["Location"]), (307, "/api/graphql"))
        self.assertEqual(self.send("POST", "/api/graphql/", {"query": "{ me { id } }"})[0], 401, "with a slash it is the same")
        status, _, fields = self.send("OPTIONS", "/api/graphql", Origin="http://notebook.example", Access_Control_Request_Method="POST")
        self.assertEqual((status, fields["Access-Control-Allow-Origin"]), (204, "*"))
        self.assertIn("authorization", fields["Access-Control-Allow-Headers"])
        self.assertNotIn("Access-Control-Allow-Credentials", fields)
        self.assertEqual(self.send("GET", "/oidc/auth-flow/nothing")[0], 404)
        self.assertEqual(self.send("POST", "/oidc/auth-flow/request")[0], 405)


if __name__ == "__main__":
    unittest.main()
