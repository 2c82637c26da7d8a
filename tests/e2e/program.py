"""The built program from outside: start it on ports and folders of its own, talk to it as people and applications do."""
import base64
import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time

PROGRAM = os.environ["MODELGATE_PROGRAM"]
SOURCE = os.environ["MODELGATE_SOURCE"]
PATIENCE = 60  # seconds; used up only when something is broken

TENSOR = {
    "data": {
        "names": ["sl", "sw", "pl", "pw"],
        "tensor": {"shape": [2, 4], "values": [5.1, 3.5, 1.4, 0.2, 6.7, 3.0, 5.2, 2.3]},
    }
}


def wait_until(check, what):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = check()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"{what}: did not happen within {PATIENCE} s")


def environment_of(pid):
    try:
        with open(f"/proc/{pid}/environ", "rb") as environment:
            return environment.read().split(b"\0")
    except OSError:
        return []


def start_time(pid):
    """In clock ticks since boot: with it a process id names one process for good."""
    with open(f"/proc/{pid}/stat") as stat:
        return int(stat.read().rsplit(")", 1)[1].split()[19])


class Program:
    """One data folder, served by one process after the other."""

    def __init__(self, *arguments, config=None):
        self.folder = tempfile.mkdtemp(prefix="modelgate-e2e-")
        os.chmod(self.folder, 0o755)
        self.data = os.path.join(self.folder, "data")
        self.config = config or os.path.join(SOURCE, "conf", "modelgate.toml")
        self.arguments = arguments
        self.process = None
        self.starts = 0

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *unused):
        if self.process.poll() is None:
            self.stop(signal.SIGTERM)
        shutil.rmtree(self.folder, ignore_errors=True)

    def command(self):
        ports = [word for name in ("prediction", "control", "metrics") for word in (f"--{name}-listen", "127.0.0.1:0")]
        return [PROGRAM, "serve", "--config", self.config, "--data-dir", self.data, *ports, *self.arguments]

    def start(self):
        path = os.path.join(self.data, "ports.json")
        if os.path.exists(path):
            os.remove(path)
        self.starts += 1
        self.out = os.path.join(self.folder, f"out.{self.starts}")
        self.err = os.path.join(self.folder, f"err.{self.starts}")
        with open(self.out, "w") as out, open(self.err, "w") as err:
            self.process = subprocess.Popen(self.command(), stdout=out, stderr=err, stdin=subprocess.DEVNULL)

        def listening():
            assert self.process.poll() is None, self.log()
            return os.path.exists(path)

        wait_until(listening, "ports.json")
        with open(path) as text:
            self.ports = json.load(text)
        with open(os.path.join(self.data, "initial-admin-token")) as text:
            self.token = text.read().strip()

    def log(self):
        with open(self.err) as text:
            return text.read()

    def printed(self):
        with open(self.out) as text:
            return text.read()

    def stop(self, how):
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)

    def url(self, port):
        return "http://" + self.ports[port]

    def connect(self, port):
        host, number = self.ports[port].rsplit(":", 1)
        return http.client.HTTPConnection(host, int(number), timeout=PATIENCE)

    def api(self, method, path, body=None, token=None, **fields):
        connection = self.connect("control")
        headers = {"Authorization": "Bearer " + (token or self.token)}
        headers.update({name.replace("_", "-"): value for name, value in fields.items()})
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
            body = body if isinstance(body, (str, bytes)) else json.dumps(body)
        connection.request(method, "/api/v1" + path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        is_json = "json" in answer.headers.get("Content-Type", "")
        return answer.status, json.loads(text) if is_json and text else text.decode(), answer.headers

    def metrics(self):
        """Every series by its name with its labels."""
        with contextlib.closing(self.connect("metrics")) as page:
            page.request("GET", "/metrics")
            lines = page.getresponse().read().decode().splitlines()
        return {series: float(value) for series, value in (line.rsplit(" ", 1) for line in lines if line and line[0] != "#")}

    def must(self, method, path, body=None, **fields):
        status, value, _ = self.api(method, path, body, **fields)
        assert status < 300, f"{method} {path}: {status} {value}"
        return value

    def predict(self, deployment, body=None, client=None, headers=None, connection=None):
        if connection is None:
            with contextlib.closing(self.connect("prediction")) as own:
                return self.predict(deployment, body, client, headers, own)
        fields = {"Content-Type": "application/json", **(headers or {})}
        if client:
            fields["Authorization"] = "Basic " + base64.b64encode(client.encode()).decode()
        connection.request("POST", f"/deployment/{deployment}/api/v1.0/predictions", json.dumps(body or TENSOR), fields)
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, text.decode(), answer.headers

    def prepare(self, **group):
        """A group and an instance type to deploy with."""
        self.must("POST", "/groups", {"name": "research", "displayName": "Research", "enabledDeployment": True, **group})
        self.must("POST", "/instance-types", {"name": "cpu-1", "displayName": "CPU 1", "cpu": 1, "memoryGiB": 1, "gpu": 0})

    def deploy(self, identifier, **more):
        document = {"id": identifier, "name": identifier, "group": "research", "modelImage": "demo/iris:1.0",
                    "instanceType": "cpu-1", "replicas": 2, "endpointAccessType": "public", **more}
        return self.must("POST", "/deployments", document)

    def prepare_iris(self):
        """The same and a deployment that is up, two replicas."""
        self.prepare()
        self.deploy("iris")
        self.wait_for("iris")

    def wait_for(self, identifier, phase="Deployed", check=lambda deployment: True):
        def there():
            deployment = self.must("GET", f"/deployments/{identifier}")
            return deployment["status"]["phase"] == phase and check(deployment) and deployment

        return wait_until(there, f"{identifier} {phase}")

    def models(self):
        """The same as `replicas`, with what tells whether one was started anew."""
        return {pid: (name, start_time(pid)) for pid, name in self.replicas()}

    def replicas(self):
        """Living processes of this data folder's replicas: (process id, replica's name)."""
        with open(os.path.join(self.data, "instance-id")) as text:
            cookie = b"MODELGATE_COOKIE=" + text.read().strip().encode()
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            variables = environment_of(pid)
            if any(variable.startswith(cookie) for variable in variables):
                names = [each.split(b"=", 1)[1].decode() for each in variables if each.startswith(b"MODELGATE_REPLICA=")]
                found.append((int(pid), names[0]))
        return sorted(found, key=lambda each: each[1])


class Load:
    """Clients in threads, at a pace or without a pause; `fresh` of them take a new connection for each request. Knows when each
    failed request began."""

    def __init__(self, program, deployment, connections=32, client=None, pause=0, fresh=0):
        self.program, self.deployment, self.client, self.pause = program, deployment, client, pause
        self.ending = threading.Event()
        self.answered = 0
        self.failures = []  # (began, what)
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.run, args=(each >= fresh,), daemon=True) for each in range(connections)]
        for thread in self.threads:
            thread.start()

    def run(self, keeps):
        connection = self.program.connect("prediction")
        while not self.ending.wait(self.pause):
            began = time.monotonic()
            try:
                status, text, _ = self.program.predict(self.deployment, client=self.client, connection=connection)
                failure, broken = None if status == 200 else f"{status} {text}", False
            except (OSError, http.client.HTTPException) as problem:
                failure, broken = repr(problem), True
            if broken or not keeps:
                connection.close()
                connection = self.program.connect("prediction")
            with self.lock:
                self.answered += 1
                if failure:
                    self.failures.append((began, failure))
        connection.close()

    def wait_for_answers(self, count):
        target = self.answered + count
        wait_until(lambda: self.answered >= target, f"{count} more answers")

    def stop(self):
        self.ending.set()
        for thread in self.threads:
            thread.join(PATIENCE)
        return self.answered, self.failures
