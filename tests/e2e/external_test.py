#!/usr/bin/env python3
"""Deployments over replicas that somebody else runs: one dies, the list changes under load, a Flask model learns who calls."""
import http.server
import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
import unittest

from program import PROGRAM, SOURCE, Load, Program, wait_until

# The snippet that PrimeHub's documentation shows for a model that wants to know its caller.
FLASK_MODEL = """
import sys
from flask import Flask, request as req
app = Flask(__name__)

@app.route("/api/v1.0/predictions", methods=["POST"])
def predict():
    return {"user": req.headers.get('X-Forwarded-User'), "all": [value for name, value in req.headers if name == "X-Forwarded-User"]}

app.run(host="127.0.0.1", port=int(sys.argv[1]))
"""


class Replica:
    """A model server of the test's own: answers everything with its name, with the status that `judge` gives a method and path."""

    def __init__(self, name, judge=lambda method, path: 200):
        self.name = name
        self.answered = 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                body = json.dumps({"replica": name, "path": self.path}).encode()
                # One write: a head and a body in two packets would wait for each other's acknowledgement.
                self.wfile.write(b"HTTP/1.1 %d Said\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                                 % (judge(self.command, self.path), len(body), body))
                outer.answered += 1

            do_GET = do_POST = answer

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def get_request(self):
                accepted = super().get_request()
                outer.connections.append(accepted[0])
                return accepted

        self.connections = []
        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def leave(self):
        """Takes no new connection, then closes those that are idle: how a server shuts down in order."""
        self.server.shutdown()
        self.server.server_close()
        for connection in self.connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def write(path, text):
    with open(path + ".new", "w") as file:
        file.write(text)
    os.rename(path + ".new", path)


class External(unittest.TestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.lists = folder
        config = os.path.join(folder, "modelgate.toml")
        with open(config, "w") as file:
            file.write(f'[catalogue]\npath = "{SOURCE}/conf/images"\n[runtime.external]\nfolder = "{folder}"\n'
                       'poll_interval = "50ms"\nprobe_interval = "50ms"\nresolve_interval = "100ms"\n')
        self.program = self.enterContext(Program(config=config))
        self.program.prepare()

    def deploy(self, identifier, external, **more):
        return self.program.must("POST", "/deployments", {"id": identifier, "name": identifier, "group": "research",
                                                          "external": external, **more})

    def replica_phases(self, identifier):
        status = self.program.must("GET", f"/deployments/{identifier}")["status"]
        return sorted(each["phase"] for each in status["replicas"])

    def test_one_of_two_dies_and_traffic_goes_on(self):
        first, second = Replica("a"), Replica("b")
        self.deploy("models", {"urls": [first.url, second.url], "healthPath": "/health"})
        self.program.wait_for("models", check=lambda each: each["status"]["availableReplicas"] == 2)
        self.assertEqual(json.loads(self.program.predict("models")[1])["path"], "/api/v1.0/predictions")
        before = (first.answered, second.answered)
        load = Load(self.program, "models", connections=4)
        wait_until(lambda: first.answered > before[0] + 20 and second.answered > before[1] + 20, "both serve")
        first.leave()
        wait_until(lambda: self.replica_phases("models") == ["Ready", "Unready"], "the dead one seen")
        load.wait_for_answers(100)
        _, failures = load.stop()
        # What was on its way in the very moment of the death may be lost: nobody knows whether the model has seen it.
        self.assertLessEqual(len(failures), 4, failures)
        for _, failure in failures:
            self.assertIn("UPSTREAM_RESET", failure)
        self.assertEqual(self.program.predict("models")[0], 200)

    def test_a_file_changes_under_load_without_a_failed_request(self):
        replicas = [Replica(name) for name in "abc"]
        path = os.path.join(self.lists, "models.txt")
        write(path, "".join(each.url + "\n" for each in replicas[:2]))
        self.deploy("models", {"file": "models.txt", "healthPath": None})
        self.program.wait_for("models", check=lambda each: each["status"]["availableReplicas"] == 2)
        load = Load(self.program, "models", connections=8)
        for listed in ("bc", "c", "abc", "a"):
            load.wait_for_answers(100)
            write(path, "# changed\n" + "".join(each.url + "\n" for each in replicas if each.name in listed))
            self.program.wait_for("models", check=lambda each: self.serve_alone(each, listed))
        write(path, "nonsense\n")
        self.program.wait_for("models", check=lambda each: "line 1: must start with http://" in each["status"]["message"])
        load.wait_for_answers(100)
        answered, failures = load.stop()
        self.assertEqual(failures, [])
        self.assertGreater(answered, 500)

    def serve_alone(self, deployment, names):
        """Whether exactly these replicas answer, and the status shows no others."""
        status = deployment["status"]
        if len(status["replicas"]) != len(names) or status["availableReplicas"] != len(names):
            return False
        return {json.loads(self.program.predict("models")[1])["replica"] for _ in range(8 * len(names))} == set(names)

    def test_moving_to_other_urls_loses_nothing(self):
        first, second = Replica("a"), Replica("b")
        self.deploy("models", {"urls": [first.url]})
        self.program.wait_for("models")
        load = Load(self.program, "models", connections=8)
        load.wait_for_answers(100)
        patched = self.program.must("PATCH", "/deployments/models", {"external": {"urls": [second.url]}}, If_Match="*")
        self.assertEqual(patched["revision"], 2)
        self.program.wait_for("models", check=lambda each: [r["revision"] for r in each["status"]["replicas"]] == [2])
        load.wait_for_answers(100)
        _, failures = load.stop()
        self.assertEqual(failures, [])
        self.assertEqual(json.loads(self.program.predict("models")[1])["replica"], "b")
        self.program.must("POST", "/deployments/models/stop")
        self.program.wait_for("models", "Stopped")
        self.assertEqual(self.program.predict("models")[0], 503)
        self.program.must("POST", "/deployments/models/start")
        self.program.wait_for("models")
        self.assertEqual(self.program.predict("models")[0], 200)

    def test_what_must_not_be_a_replica_is_refused(self):
        own = "http://" + self.program.ports["prediction"]
        status, answer, _ = self.program.api("POST", "/deployments", {
            "id": "models", "name": "models", "group": "research",
            "external": {"urls": ["http://127.0.0.1:1", own, "http://8.8.8.8", "ftp://a.lan"]}})
        self.assertEqual(status, 422)
        self.assertEqual([each["pointer"] for each in answer["errors"]], ["/external/urls/3"])
        status, answer, _ = self.program.api("POST", "/deployments", {
            "id": "models", "name": "models", "group": "research",
            "external": {"urls": ["http://127.0.0.1:1", own, "http://8.8.8.8"]}})
        self.assertEqual(status, 422)
        self.assertEqual([each["pointer"] for each in answer["errors"]], ["/external/urls/1", "/external/urls/2"])
        status, answer, _ = self.program.api("GET", "/deployments/models/logs")
        self.assertEqual(status, 404)

    def test_the_command_line_makes_and_shows_one(self):
        replica = Replica("a")
        environment = {**os.environ, "MODELGATE_TOKEN": self.program.token, "MODELGATE_SERVER": self.program.url("control")}

        def run(*words):
            return subprocess.run([PROGRAM, *words], env=environment, capture_output=True, text=True, check=True).stdout

        run("deployments", "create", "models", "--name", "models", "--group", "research", "--url", replica.url, "--health-path", "/ok")
        self.program.wait_for("models")
        shown = run("deployments", "get", "models")
        self.assertIn(f"external      {replica.url}", shown)
        self.assertIn("1 of 1 available", shown)
        self.assertRegex(run("deployments", "list"), r"models .* 1/1 +external ")

    def test_a_flask_model_learns_who_calls_and_never_a_forged_name(self):
        with socket.create_server(("127.0.0.1", 0)) as held:
            port = held.getsockname()[1]
        model = subprocess.Popen(["/usr/bin/python3", "-c", FLASK_MODEL, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(model.wait)
        self.addCleanup(model.send_signal, signal.SIGKILL)
        for access in ("private", "public"):
            self.deploy("flask-" + access, {"urls": [f"http://127.0.0.1:{port}"]}, endpointAccessType=access)
            self.program.wait_for("flask-" + access)
        client = "app:" + self.program.must("POST", "/deployments/flask-private/clients", {"name": "app"})["token"]
        self.assertEqual(self.ask("flask-private", client, {}), {"user": "app", "all": ["app"]})
        for spelling in ("X-Forwarded-User", "X_Forwarded_User", "X.Forwarded.User", "x-forwarded_user", "X-FORWARDED.user"):
            self.assertEqual(self.ask("flask-private", client, {spelling: "mallory"}), {"user": "app", "all": ["app"]}, spelling)
            self.assertEqual(self.ask("flask-public", None, {spelling: "mallory"}), {"user": None, "all": []}, spelling)
        self.assertEqual(self.program.predict("flask-private", headers={"X-Forwarded-User": "app"})[0], 401)

    def ask(self, deployment, client, headers):
        status, text, _ = self.program.predict(deployment, client=client, headers=headers)
        self.assertEqual(status, 200, text)
        return json.loads(text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
