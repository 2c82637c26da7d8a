"""The programs under test, each in front of the same lanes: modelgate, and for comparison nginx and HAProxy."""
import base64
import hashlib
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from tls import client_context

HERE = Path(__file__).resolve().parent
PATIENCE = 60

MODELGATE_CONFIG = """
[listen]
prediction = "127.0.0.1:0"
control = "127.0.0.1:0"
metrics = "127.0.0.1:0"
[limits]
body_bytes = "1MiB"
[timeouts]
head = "3s"
body_grace = "3s"
first_byte = "3s"
total = "4s"
stream_idle = "3s"
keep_alive = "3s"
[runtime.external]
probe_interval = "10m"
[log]
level = "warning"
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as held:
        return held.getsockname()[1]


class Target:
    """Started with lanes whose replicas listen already; gives each lane its token. `tls`: how its clients speak it, if they do."""

    tls = None

    def __init__(self, name):
        self.name = name
        self.folder = tempfile.mkdtemp(prefix="modelgate-wire-")
        os.chmod(self.folder, 0o755)
        self.process = None

    def launch(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(os.path.join(self.folder, "err"), "w"))

    def log(self):
        return Path(self.folder, "err").read_text()

    def wait_for(self, check, what):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            assert self.process.poll() is None, f"{self.name} has ended: {self.log()}"
            if value := check():
                return value
            time.sleep(0.02)
        raise AssertionError(f"{self.name}: {what} did not happen within {PATIENCE} s: {self.log()}")

    def takes_connections(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Modelgate(Target):
    strict = True

    def __init__(self, program):
        super().__init__("modelgate")
        self.program = program

    def config(self):
        return MODELGATE_CONFIG

    def start(self, lanes):
        data = os.path.join(self.folder, "data")
        config = os.path.join(self.folder, "modelgate.toml")
        Path(config).write_text(self.config())
        self.launch(self.program, "serve", "--config", config, "--data-dir", data)
        ports = os.path.join(data, "ports.json")
        self.wait_for(lambda: os.path.exists(ports), "ports.json")
        addresses = json.loads(Path(ports).read_text())
        self.port = int(addresses["prediction"].rsplit(":", 1)[1])
        self.control, self.metrics = addresses["control"], addresses["metrics"]
        self.token = Path(data, "initial-admin-token").read_text().strip()
        self.api("POST", "/groups", {"name": "wire", "displayName": "Wire", "enabledDeployment": True})
        for lane in lanes:
            for kind, replica in (("pub", lane.pub), ("priv", lane.priv), ("sock", lane.pub)):
                self.api("POST", "/deployments", {"id": kind + lane.number, "name": kind + lane.number, "group": "wire", "external": {"urls": [f"http://127.0.0.1:{replica.port}"]},
                                                  "endpointAccessType": "private" if kind == "priv" else "public", "serving": {"allowUpgrade": kind == "sock"}})
            lane.token = self.api("POST", f"/deployments/priv{lane.number}/clients", {"name": "alice"})["token"]

    def ready(self):
        items = self.api("GET", "/deployments?pageSize=500")["items"]
        return all(each["status"]["phase"] == "Deployed" for each in items)

    def api(self, method, path, document=None):
        host, port = self.control.rsplit(":", 1)
        connection = http.client.HTTPConnection(host, int(port), timeout=PATIENCE)
        connection.request(method, "/api/v1" + path, document and json.dumps(document), {"Authorization": "Bearer " + self.token, "Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        assert answer.status < 300, f"{method} {path}: {answer.status} {text}"
        return json.loads(text)


class ModelgateOverTls(Modelgate):
    def __init__(self, program):
        super().__init__(program)
        self.name = "modelgate over TLS"

    def config(self):
        certificate, key = (os.path.join(self.folder, name) for name in ("gate.pem", "gate.key"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=gw.test",
                        "-addext", "subjectAltName=DNS:gw.test", "-keyout", key, "-out", certificate], check=True, capture_output=True)
        self.tls = client_context(certificate)
        return f'{super().config()}[tls.prediction]\ncertificates = ["{certificate}"]\nkeys = ["{key}"]\n'


class Peer(Target):
    strict = False

    def start(self, lanes):
        self.port = free_port()
        for lane in lanes:
            lane.token = "mgc_" + secrets.token_urlsafe(32)
        self.configure(lanes)

    def ready(self):
        return self.takes_connections()

    def fill(self, file, lanes, section):
        """The peer's config: its file with one more section for each lane."""
        text = (HERE / "peers" / file).read_text()
        head, _, tail = text.partition(f"# lane: {section}\n")
        template, _, rest = tail.partition("# end\n")
        lines = "".join(self.per_lane(template, lane) for lane in lanes)
        return (head + lines + rest).replace("@FOLDER@", self.folder).replace("@PORT@", str(self.port))

    def per_lane(self, template, lane):
        digest = base64.b64encode(hashlib.sha1(lane.token.encode()).digest()).decode()
        Path(self.folder, f"users{lane.number}").write_text(f"alice:{{SHA}}{digest}\n")
        for mark, value in (("@N@", lane.number), ("@PUB@", str(lane.pub.port)), ("@PRIV@", str(lane.priv.port)), ("@TOKEN@", lane.token)):
            template = template.replace(mark, value)
        return template


class Nginx(Peer):
    def __init__(self):
        super().__init__("nginx")

    def configure(self, lanes):
        config = os.path.join(self.folder, "nginx.conf")
        Path(config).write_text(self.fill("nginx.conf", lanes, "locations"))
        self.launch(shutil.which("nginx") or "/usr/sbin/nginx", "-p", self.folder, "-c", config, "-e", os.path.join(self.folder, "error.log"))


class Haproxy(Peer):
    def __init__(self):
        super().__init__("haproxy")

    def configure(self, lanes):
        text = (HERE / "peers" / "haproxy.cfg").read_text()
        for section in ("users", "rules", "backends"):
            head, _, tail = text.partition(f"# lane: {section}\n")
            template, _, rest = tail.partition("# end\n")
            text = head + "".join(self.per_lane(template, lane) for lane in lanes) + rest
        config = os.path.join(self.folder, "haproxy.cfg")
        Path(config).write_text(text.replace("@PORT@", str(self.port)))
        self.launch(shutil.which("haproxy") or "/usr/sbin/haproxy", "-db", "-q", "-f", config)
