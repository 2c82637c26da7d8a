"""A modelgate that a benchmark starts, drives over REST and stops; and where results are written."""
import datetime
import http.client
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(ROOT, os.environ.get("MODELGATE_BUILD", "build/release"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, check, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = check()
        if value:
            return value
        time.sleep(0.05)
    sys.exit(f"{what} did not happen within {seconds} s")


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


class Modelgate:
    """modelgate in front of external replicas, with its concurrency declared and nothing else."""

    def __init__(self, folder):
        os.makedirs(folder)
        self.data = os.path.join(folder, "data")
        self.log = open(os.path.join(folder, "log"), "w")
        command = [os.path.join(BUILD, "modelgate"), "serve", "--data-dir", self.data]
        for name in ("prediction", "control", "metrics"):
            command += [f"--{name}-listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, cwd=ROOT)
        ports = os.path.join(self.data, "ports.json")
        wait_for("start", lambda: os.path.exists(ports) and os.path.getsize(ports))
        self.ports = json.load(open(ports))
        self.port = int(self.ports["prediction"].rsplit(":", 1)[1])
        self.token = open(os.path.join(self.data, "initial-admin-token")).read().strip()
        self.add_group("bench")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def rest(self, method, path, body=None):
        connection = http.client.HTTPConnection(self.ports["control"], timeout=30)
        connection.request(method, "/api/v1" + path, json.dumps(body) if body is not None else None,
                           {"Authorization": "Bearer " + self.token, "Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            sys.exit(f"{method} {path}: {answer.status} {text.decode()}")
        return json.loads(text) if text else None

    def add_group(self, name, **more):
        self.rest("POST", "/groups", {"name": name, "enabledDeployment": True, **more})

    def deploy(self, name, replicas, group="bench", **serving):
        options = {"protocol": "passthrough", "concurrency": 1, "queueTimeout": 60, "maxQueue": 1000, **serving}
        self.rest("POST", "/deployments",
                  {"id": name, "name": name, "group": group, "endpointAccessType": "public",
                   "external": {"urls": [f"http://127.0.0.1:{port}" for port in replicas]}, "serving": options})
        wait_for("Deployed", lambda: self.rest("GET", f"/deployments/{name}")["status"]["availableReplicas"] == len(replicas))


def write_result(name, command, table):
    """Puts a table into its place in benchmarks/README.md, with the command and the machine that it comes from."""
    readme = os.path.join(ROOT, "benchmarks", "README.md")
    with open("/proc/cpuinfo") as info:
        cpu = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), platform.machine())
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    head = f"`{command}`, {datetime.date.today()}, commit {commit}, {os.cpu_count()} cores, {cpu}, Linux {platform.release()}."
    whole = open(readme).read()
    begin, end = f"<!-- result: {name} -->\n", f"<!-- end: {name} -->"
    before, rest = whole.split(begin)
    with open(readme, "w") as written:
        written.write(before + begin + head + "\n\n" + table + "\n" + end + rest.split(end, 1)[1])
