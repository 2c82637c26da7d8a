#!/usr/bin/env python3
"""People: logging in, sessions and tokens over restarts, guessing, and who may do what in a group."""
import datetime
import http.client
import json
import os
import signal
import ssl
import subprocess
import threading
import unittest

from changes import ChangeableProgram
from program import Load, PATIENCE, Program, wait_until

PASSWORD = "correct horse battery"


class Browser:
    """Keeps the cookie, and says of each request that a page of this server made it."""

    def __init__(self, program, context=None):
        self.program, self.context, self.cookie, self.set_cookie = program, context, "", ""

    def ask(self, method, path, body=None, site="same-origin"):
        host, port = self.program.ports["control"].rsplit(":", 1)
        connection = (http.client.HTTPSConnection(host, int(port), timeout=PATIENCE, context=self.context) if self.context
                      else http.client.HTTPConnection(host, int(port), timeout=PATIENCE))
        fields = {"Sec-Fetch-Site": site, "Content-Type": "application/json"}
        if self.cookie:
            fields["Cookie"] = self.cookie
        connection.request(method, "/api/v1" + path, None if body is None else json.dumps(body), fields)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if "Set-Cookie" in answer.headers:
            self.set_cookie = answer.headers["Set-Cookie"]
            self.cookie = self.set_cookie.split(";")[0]
        return answer.status, json.loads(text) if text else None, answer.headers

    def log_in(self, name, password=PASSWORD):
        return self.ask("POST", "/session", {"name": name, "password": password})


class People(unittest.TestCase):
    def test_a_session_outlives_the_process_and_ends_when_it_is_told_to(self):
        with Program() as program:
            program.must("POST", "/users", {"name": "ada", "password": PASSWORD})
            browser = Browser(program)
            status, opened, _ = browser.log_in("ada")
            self.assertEqual((status, opened["user"]), (201, "ada"))
            self.assertIn("HttpOnly; SameSite=Strict", browser.set_cookie)
            for how in (signal.SIGTERM, signal.SIGKILL):
                program.stop(how)
                program.start()
                self.assertEqual(browser.ask("GET", "/me")[1]["name"], "ada")
            self.assertEqual(browser.ask("PATCH", "/users/ada", {"displayName": "Ada"}, site="cross-site")[0], 403)
            self.assertEqual(browser.ask("PATCH", "/users/ada", {"displayName": "Ada"})[0], 200)
            kept = browser.cookie
            self.assertEqual(browser.ask("DELETE", "/session")[0], 204)
            browser.cookie = kept
            self.assertEqual(browser.ask("GET", "/me")[0], 401)
            for name in os.listdir(program.data):
                if name.startswith("modelgate.db"):
                    with open(os.path.join(program.data, name), "rb") as file:
                        content = file.read()
                    self.assertNotIn(kept.split("=")[1].encode(), content)
                    self.assertNotIn(PASSWORD.encode(), content)
            self.assertNotIn(PASSWORD, program.log())

    def test_over_tls_the_cookie_is_for_tls_and_this_host_only(self):
        program = ChangeableProgram(settings={"tls.control.certificates": '["gate.pem"]'})
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "gate.pem", "-days", "2"],
                       cwd=program.folder, check=True, capture_output=True)
        with open(os.path.join(program.folder, "gate.pem"), "a") as both, open(os.path.join(program.folder, "key.pem")) as key:
            both.write(key.read())
        with program:
            browser = Browser(program, ssl.create_default_context(cafile=os.path.join(program.folder, "gate.pem")))
            status, _, _ = browser.ask("POST", "/session", {"token": program.token})
            self.assertEqual(status, 201)
            self.assertTrue(browser.cookie.startswith("__Host-modelgate-session=mgs_"), browser.set_cookie)
            self.assertTrue(browser.set_cookie.endswith("; Secure"), browser.set_cookie)
            self.assertEqual(browser.ask("GET", "/me")[1]["name"], "admin")

    def test_guessing_has_to_wait_for_as_long_as_is_set(self):
        with ChangeableProgram(settings={"people.login_failures": 2, "people.login_lock": '"1h"', "people.login_lock_max": '"2h"'}) as program:
            program.must("POST", "/users", {"name": "ada", "password": PASSWORD})
            browser = Browser(program)
            for _ in range(2):
                self.assertEqual(browser.log_in("ada", "a guess")[0], 401)
            status, problem, fields = browser.log_in("ada")
            self.assertEqual((status, problem["code"]), (429, "LOGIN_LOCKED"))
            self.assertGreater(int(fields["Retry-After"]), 3500)
            program.settings.update({"people.login_lock": '"1ms"', "people.login_lock_max": '"1ms"'})
            program.write_config()
            program.reload()
            self.assertEqual(browser.log_in("ada")[0], 429)  # what was said holds
            program.must("POST", "/users", {"name": "bob", "password": PASSWORD})
            for _ in range(3):
                self.assertIn(browser.log_in("bob", "a guess")[0], (401, 429))
            self.assertNotIn("a guess", program.log())

    def test_guessing_from_one_address_has_to_wait_whatever_the_names(self):
        settings = {"people.login_failures": 100, "people.login_failures_address": 3, "people.login_lock": '"1h"', "people.login_lock_max": '"2h"'}
        with ChangeableProgram(settings=settings) as program:
            program.must("POST", "/users", {"name": "ada", "password": PASSWORD})
            browser = Browser(program)
            for name in ("ada", "bob", "eve"):
                self.assertEqual(browser.log_in(name, "a guess")[0], 401)
            status, problem, fields = browser.log_in("ada")
            self.assertEqual((status, problem["code"]), (429, "LOGIN_LOCKED"))
            self.assertGreater(int(fields["Retry-After"]), 3500)
            self.assertEqual(browser.log_in("zoe", "a guess")[0], 429)
            # Only logins by password are held up: nobody who is in is locked out.
            self.assertEqual(program.api("GET", "/me")[0], 200)
            self.assertEqual(browser.ask("POST", "/session", {"token": program.token})[0], 201)
            events = program.must("GET", "/audit-events?resource=session")["items"]
            self.assertEqual([(each["user"], each["result"]) for each in events],
                             [("admin", "done"), ("", "refused"), ("ada", "refused"), ("", "refused"), ("", "refused"), ("ada", "refused")])

    def test_a_token_ends_when_it_was_said_to_and_what_was_opened_with_it(self):
        with Program() as program:
            until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=4)
            made = program.must("POST", "/tokens", {"name": "short", "expiresAt": until.isoformat(timespec="milliseconds").replace("+00:00", "Z")})
            browser = Browser(program)
            self.assertEqual(program.api("GET", "/me", token=made["token"])[0], 200)
            self.assertEqual(browser.ask("POST", "/session", {"token": made["token"]})[0], 201)
            self.assertEqual(browser.ask("GET", "/me")[0], 200)
            self.assertGreater(until, datetime.datetime.now(datetime.timezone.utc), "too slow to tell")
            wait_until(lambda: program.api("GET", "/me", token=made["token"])[0] == 401, "its end")
            self.assertGreaterEqual(datetime.datetime.now(datetime.timezone.utc), until)
            self.assertIn("expired", program.api("GET", "/me", token=made["token"])[1]["detail"])
            self.assertEqual(browser.ask("GET", "/me")[0], 401)
            self.assertEqual(browser.ask("POST", "/session", {"token": made["token"]})[0], 401)
            program.stop(signal.SIGKILL)
            program.start()
            self.assertEqual(program.api("GET", "/me", token=made["token"])[0], 401)
            self.assertEqual(program.must("GET", f"/tokens/{made['id']}")["name"], "short")

    def test_a_flood_of_logins_holds_up_no_prediction_and_no_other_request(self):
        with ChangeableProgram(settings={"people.login_failures": 1000, "people.login_failures_address": 100000}) as program:
            program.prepare_iris()
            program.must("POST", "/users", {"name": "ada", "password": PASSWORD})
            load = Load(program, "iris", connections=4)
            statuses = []

            def guess():
                for _ in range(5):
                    statuses.append(Browser(program).log_in("ada", "a guess")[0])

            threads = [threading.Thread(target=guess) for _ in range(12)]
            for thread in threads:
                thread.start()
            answered = 0
            while any(thread.is_alive() for thread in threads):
                self.assertEqual(program.api("GET", "/me")[0], 200)
                answered += 1
            for thread in threads:
                thread.join()
            _, failures = load.stop()
            self.assertEqual(failures, [])
            self.assertGreater(answered, 0)
            self.assertEqual(len(statuses), 60)
            self.assertLessEqual(set(statuses), {401, 503})  # refused, or sent away while others are served
            self.assertIn(401, statuses)

    def test_when_a_token_was_used_last_survives_a_restart(self):
        with Program() as program:
            made = program.must("POST", "/tokens", {"name": "reader", "readOnly": True})
            self.assertIsNone(made["lastUsedAt"])
            self.assertEqual(program.api("GET", "/me", token=made["token"])[0], 200)
            used = program.must("GET", f"/tokens/{made['id']}")["lastUsedAt"]
            self.assertTrue(used.endswith(":00.000Z"), used)
            program.stop(signal.SIGTERM)
            program.start()
            self.assertEqual(program.must("GET", f"/tokens/{made['id']}")["lastUsedAt"], used)
            status, problem, _ = program.api("POST", "/users", {"name": "x"}, token=made["token"])
            self.assertEqual((status, problem["code"]), (403, "NOT_AUTH"))

    def test_who_may_do_what_in_a_group(self):
        with Program() as program:
            tokens = {}
            for name in ("lead", "member", "newcomer", "outsider"):
                program.must("POST", "/users", {"name": name})
                tokens[name] = program.must("POST", "/tokens", {"name": name, "user": name})["token"]
            program.prepare(admins=["lead"], members=["member"], maxDeploy=2, quota={"cpu": 4, "memoryGiB": 4, "gpu": 0})
            program.deploy("iris", stop=True)

            def status(name, method, path, body=None):
                return program.api(method, path, body, token=tokens[name], If_Match="*")[0]

            for path in ("/deployments/iris", "/deployments/iris/history", "/deployments/iris/clients", "/groups/research"):
                self.assertEqual((status("member", "GET", path), status("outsider", "GET", path)), (200, 404), path)
            self.assertEqual(status("outsider", "DELETE", "/deployments/iris"), 404)
            self.assertEqual(status("newcomer", "GET", "/deployments/iris"), 404)
            self.assertEqual(status("member", "PATCH", "/groups/research", {"members": ["member", "newcomer"]}), 403)
            self.assertEqual(status("lead", "PATCH", "/groups/research", {"members": ["member", "newcomer"]}), 200)
            self.assertEqual(status("newcomer", "GET", "/deployments/iris"), 200)
            for change in ({"maxDeploy": 3}, {"quota": {"cpu": 8}}, {"enabledDeployment": False}):
                self.assertEqual(status("lead", "PATCH", "/groups/research", change), 403, change)
            events = program.must("GET", "/audit-events?user=lead")["items"]
            self.assertEqual([(each["resource"], each["status"]) for each in events], [("groups/research", 403)] * 3 + [("groups/research", 200)])


if __name__ == "__main__":
    unittest.main(verbosity=2)
