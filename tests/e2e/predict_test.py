#!/usr/bin/env python3
"""Trying a deployment on the control port: the request goes the way of an application's, and the answer tells how that was."""
import base64
import http.server
import json
import os
import subprocess
import threading
import unittest

from changes import ChangeableProgram
from program import TENSOR, wait_until

TENSOR_TEXT = json.dumps(TENSOR)


class Replica(http.server.BaseHTTPRequestHandler):
    """Answers what the request's body asks for; its head is written down."""
    protocol_version = "HTTP/1.1"
    seen = []
    go_on = threading.Event()
    waiting = threading.Semaphore(0)

    def do_POST(self):
        order = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.append((self.path, self.headers, order))
        if order == b"wait":
            self.waiting.release()
            self.go_on.wait(60)
        body = {b"large": b"x" * 70_000, b"bytes": bytes(range(256))}.get(order, b"you said " + order)
        announced = len(body) + (100 if order == b"cut" else 0)
        self.send_response(422 if order == b"refuse" else 200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(announced))
        self.send_header("X-Twice", "one")
        self.send_header("X-Twice", "two")
        self.end_headers()
        self.wfile.write(body)
        if order == b"cut":
            self.close_connection = True

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):  # an answer that nobody wanted whole
        pass


class Predict(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(("127.0.0.1", 0), Replica)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.program = ChangeableProgram(settings={"limits.try_it_bytes": 65536, "limits.try_it_requests": 1,
                                                  "access_log.path": '"-"', "access_log.flush_interval": '"20ms"'})
        cls.program.settings["access_log.path"] = json.dumps(os.path.join(cls.program.folder, "access.log"))
        cls.program.write_config()
        cls.program.start()
        cls.program.prepare_iris()
        cls.program.must("POST", "/users", {"name": "ann"})
        cls.program.must("POST", "/users", {"name": "eve"})
        cls.program.must("PATCH", "/groups/research", {"members": ["ann"]})
        cls.ann = cls.program.must("POST", "/tokens", {"name": "t", "user": "ann"})["token"]
        cls.eve = cls.program.must("POST", "/tokens", {"name": "t", "user": "eve"})["token"]
        for name, access in (("open", "public"), ("closed", "private")):
            cls.program.must("POST", "/deployments", {"id": name + "-one", "name": name, "group": "research", "endpointAccessType": access, "serving": {"protocol": "seldon"},
                                                      "external": {"urls": [f"http://127.0.0.1:{cls.server.server_port}"]}})
            cls.program.wait_for(name + "-one")
        cls.app = cls.program.must("POST", "/deployments/closed-one/clients", {"name": "app"})["token"]

    @classmethod
    def tearDownClass(cls):
        Replica.go_on.set()
        cls.program.__exit__()
        cls.server.shutdown()
        cls.server.server_close()

    def predict(self, deployment, body, token=None, expected=200, **more):
        status, answer, fields = self.program.api("POST", f"/deployments/{deployment}/predict", {"body": body, **more}, token=token or self.ann)
        self.assertEqual(status, expected, answer)
        if expected == 200:
            self.assertEqual(fields["Cache-Control"], "no-store")
        return answer

    def test_a_model_answers_and_it_is_told_how_that_went(self):
        answer = self.predict("iris", TENSOR_TEXT)
        self.assertEqual((answer["status"], answer["reason"], answer["error"], answer["bodyEncoding"]), (200, None, None, "utf-8"))
        self.assertEqual(json.loads(answer["body"])["data"]["names"], ["setosa", "versicolor", "virginica"])
        names = {replica["name"] for replica in self.program.must("GET", "/deployments/iris/replicas")["items"]}
        self.assertIn(answer["replica"], names)
        timing = answer["timing"]
        self.assertEqual(set(timing), {"queue", "connect", "firstByte", "total"})
        self.assertTrue(0 < timing["firstByte"] <= timing["total"] < 60, timing)
        self.assertLessEqual(timing["queue"] + timing["connect"] + timing["firstByte"], timing["total"] + 1e-6)

    def test_it_is_counted_and_written_down_as_a_prediction(self):
        def counted():
            return sum(value for series, value in self.program.metrics().items()
                       if series.startswith("seldon_api_executor_server_requests_seconds_count{") and 'deployment_name="closed-one"' in series
                       and 'service="predictions"' in series and 'code="200"' in series)

        before = counted()
        _, answer, fields = self.program.api("POST", "/deployments/closed-one/predict", {"body": "x"}, token=self.ann, X_Request_Id="try-1")
        self.assertEqual((answer["status"], fields["X-Request-Id"]), (200, "try-1"))
        wait_until(lambda: counted() == before + 1, "one more")

        def line():
            with open(os.path.join(self.program.folder, "access.log")) as log:
                found = [json.loads(each) for each in log if '"try-1"' in each]
            return found and found[0]

        written = wait_until(line, "the line in the access log")
        self.assertEqual((written["client"], written["deployment"], written["status"]), ("user:ann", "closed-one", 200))

    def test_what_comes_and_goes_is_not_touched(self):
        said = '{"a": 1.0,  "b": "\\u00fc"}'
        answer = self.predict("open-one", said, contentType="application/vnd.x+json; charset=utf-8")
        self.assertEqual(answer["body"], "you said " + said)
        path, fields, body = Replica.seen[-1]
        self.assertEqual((path, body.decode(), fields["Content-Type"]), ("/predict", said, "application/vnd.x+json; charset=utf-8"))
        self.assertEqual([each["value"] for each in answer["headers"] if each["name"] == "X-Twice"], ["one", "two"])
        self.assertIsNone(fields["Authorization"])
        answer = self.predict("open-one", "bytes")
        self.assertEqual((base64.b64decode(answer["body"]), answer["bodyEncoding"]), (bytes(range(256)), "base64"))
        self.assertEqual(self.predict("open-one", "")["body"], "you said ")

    def test_a_private_one_serves_its_group_and_its_clients(self):
        self.assertEqual(self.predict("closed-one", "x")["status"], 200)
        self.assertEqual(Replica.seen[-1][1]["X-Forwarded-User"], "user:ann")
        self.assertEqual(self.predict("closed-one", "x", client={"name": "app", "token": self.app})["status"], 200)
        self.assertEqual(Replica.seen[-1][1]["X-Forwarded-User"], "app")
        refused = self.predict("closed-one", "x", client={"name": "app", "token": "mgc_wrong"})
        self.assertEqual((refused["status"], refused["reason"], refused["replica"]), (401, "AUTH_FAILED", None))
        self.assertEqual(json.loads(refused["body"])["status"]["reason"], "AUTH_FAILED")
        self.predict("closed-one", "x", token=self.eve, expected=404)
        self.assertEqual(self.program.predict("closed-one")[0], 401)  # nothing of this is open to the prediction port
        fields = {"X-Forwarded-User": "user:ann"}
        self.assertEqual(self.program.predict("closed-one", headers=fields)[0], 401)

    def test_refusals_and_failures_are_answers_too(self):
        answer = self.predict("open-one", "refuse")
        self.assertEqual((answer["status"], answer["reason"], answer["error"]), (422, None, None))
        answer = self.predict("open-one", "x", path="api/v1.0/nothing")
        self.assertEqual((answer["status"], answer["reason"], answer["replica"]), (404, "ROUTE_NOT_FOUND", None))
        answer = self.predict("open-one", "cut")
        self.assertEqual((answer["status"], answer["reason"]), (502, "UPSTREAM_RESET"))
        self.assertTrue(answer["replica"])
        answer = self.predict("open-one", "large")
        self.assertEqual((answer["status"], answer["reason"], answer["body"]), (200, None, "x" * 65536))
        self.assertIn("limits.try_it_bytes", answer["error"])

    def test_documents_with_mistakes(self):
        for more, pointer in (({"path": "../other"}, "/path"), ({"path": "/v2"}, "/path"), ({"path": "a b"}, "/path"), ({"path": "a%2fb"}, "/path"),
                              ({"path": "a?b=c"}, "/path"), ({"contentType": "a\r\nX: y"}, "/contentType"), ({"client": {"name": "app"}}, "/client/token"),
                              ({"client": {"name": "a:b", "token": "t"}}, "/client/name"), ({"client": "app"}, "/client"), ({"other": 1}, "/other")):
            refused = self.predict("open-one", "x", expected=422, **more)
            self.assertEqual([each["pointer"] for each in refused["errors"]], [pointer])
        refused = self.predict("open-one", {"data": 1}, expected=422)
        self.assertEqual([each["pointer"] for each in refused["errors"]], ["/body"])
        self.predict("nothing-here", "x", expected=404)

    def test_who_may_only_look_tries_nothing_and_who_tries_is_in_the_audit_trail(self):
        looks = self.program.must("POST", "/tokens", {"name": "look", "readOnly": True})["token"]
        self.predict("open-one", "x", token=looks, expected=403)
        self.predict("open-one", "x")
        events = self.program.must("GET", "/audit-events?pageSize=5")["items"]
        ours = [each for each in events if each["path"] == "/deployments/open-one/predict"]
        self.assertEqual((ours[0]["user"], ours[0]["resource"], ours[0]["status"]), ("ann", "deployments/open-one", 200))
        self.assertNotIn(self.app, json.dumps(events))

    def test_one_that_takes_long_is_ended_and_others_are_told_to_wait(self):
        self.program.settings["timeouts.try_it"] = '"400ms"'
        self.program.write_config()
        self.program.reload()
        slow = {}
        asking = threading.Thread(target=lambda: slow.update(self.predict("open-one", "wait")))
        asking.start()
        self.assertTrue(Replica.waiting.acquire(timeout=60))
        busy = self.program.api("POST", "/deployments/open-one/predict", {"body": "x"}, token=self.ann)
        asking.join(60)
        self.assertIn(busy[0], (200, 503), busy[1])  # 200 only where this machine took longer than the other one's time
        if busy[0] == 503:
            self.assertEqual((busy[1]["code"], busy[2]["Retry-After"]), ("BUSY", "1"))
        self.assertEqual((slow["status"], slow["reason"]), (504, "UPSTREAM_TIMEOUT"))
        Replica.go_on.set()
        self.assertEqual(self.predict("open-one", "x")["status"], 200)


class BehindTls(unittest.TestCase):
    def test_a_port_that_wants_certificates_of_clients_keeps_nobody_from_trying(self):
        program = ChangeableProgram()
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=gate.test",
                   "-addext", "subjectAltName=DNS:gate.test", "-keyout", "gate.key", "-out", "gate.pem", "-days", "30"]
        subprocess.run(command, cwd=program.folder, check=True, capture_output=True)
        program.settings.update({"tls.prediction.certificates": '["gate.pem"]', "tls.prediction.keys": '["gate.key"]',
                                 "tls.prediction.client_certificates": '"required"', "tls.prediction.client_ca": '"gate.pem"'})
        program.write_config()
        with program:
            program.prepare_iris()
            answer = program.must("POST", "/deployments/iris/predict", {"body": TENSOR_TEXT})
            self.assertEqual((answer["status"], answer["error"]), (200, None), answer)


if __name__ == "__main__":
    unittest.main(verbosity=2)
