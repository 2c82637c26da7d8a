"""modelgate as a benchmark starts it: on free ports, with data of its own, driven over REST."""
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("MODELGATE_BUILD", "build/release"))


def wait_for(what, check, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = check()
        if value:
            return value
        time.sleep(0.05)
    sys.exit(f"{what} did not happen within {seconds} s")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


class Modelgate:
    """`config`: the text of its config file; none: the defaults."""

    def __init__(self, folder, config=None, program=None):
        os.makedirs(folder, exist_ok=True)
        self.data = os.path.join(folder, "data")
        self.log = os.path.join(folder, "log")
        command = [program or os.path.join(BUILD, "modelgate"), "serve", "--data-dir", self.data]
        if config is not None:
            file = os.path.join(folder, "modelgate.toml")
            with open(file, "w") as text:
                text.write(config)
            command += ["--config", file]
        for name in ("prediction", "control", "metrics"):
            command += [f"--{name}-listen", "127.0.0.1:0"]
        if os.path.exists(os.path.join(self.data, "ports.json")):
            os.remove(os.path.join(self.data, "ports.json"))  # those of the process that had the folder before
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT)
        self.ports = wait_for("start", self.read_ports)
        self.port = int(self.ports["prediction"].rsplit(":", 1)[1])
        with open(os.path.join(self.data, "initial-admin-token")) as text:
            self.token = text.read().strip()
        self.add_group("bench")

    def read_ports(self):
        if self.process.poll() is not None:
            with open(self.log) as text:
                sys.exit("modelgate ended: " + text.read())
        path = os.path.join(self.data, "ports.json")
        if not os.path.exists(path) or not os.path.getsize(path):
            return None
        with open(path) as text:
            return json.load(text)

    def rest(self, method, path, body=None, **fields):
        connection = http.client.HTTPConnection(self.ports["control"], timeout=30)
        connection.request(method, "/api/v1" + path, json.dumps(body) if body is not None else None,
                           {"Authorization": "Bearer " + self.token, "Content-Type": "application/json",
                            **{name.replace("_", "-"): value for name, value in fields.items()}})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status >= 300:
            sys.exit(f"{method} {path}: {answer.status} {text.decode()}")
        return json.loads(text) if text else None

    def find(self, path):
        """What is at `path`; none where there is nothing."""
        connection = http.client.HTTPConnection(self.ports["control"], timeout=30)
        connection.request("GET", "/api/v1" + path, headers={"Authorization": "Bearer " + self.token})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return json.loads(text) if answer.status == 200 else None

    def add_group(self, name):
        if self.find(f"/groups/{name}") is None:
            self.rest("POST", "/groups", {"name": name, "enabledDeployment": True})

    def deploy(self, name, replicas, group="bench", access="public", **serving):
        """A deployment over replicas on these ports, once all are available."""
        self.rest("POST", "/deployments",
                  {"id": name, "name": name, "group": group, "endpointAccessType": access,
                   "external": {"urls": [f"http://127.0.0.1:{port}" for port in replicas]},
                   "serving": {"protocol": "passthrough", **serving}})
        self.wait_until_available(name, len(replicas))

    def wait_until_available(self, name, replicas):
        wait_for("Deployed", lambda: self.rest("GET", f"/deployments/{name}")["status"]["availableReplicas"] == replicas)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
