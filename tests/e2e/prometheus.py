"""A real Prometheus that scrapes a program, and what it answers."""
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.error
import urllib.parse
import urllib.request

from program import wait_until


class Prometheus:
    """Scrapes once a second, on a port of its own, with data in a folder of its own. `config`: a file's text instead of that."""

    def __init__(self, target, rules=(), config=None):
        self.binary = shutil.which("prometheus")
        assert self.binary, "prometheus is missing: .ci/setup test fetches it"
        self.config = config or json.dumps({"global": {"scrape_interval": "1s", "evaluation_interval": "1s"}, "rule_files": list(rules),
                                            "scrape_configs": [{"job_name": "modelgate", "static_configs": [{"targets": [target]}]}]})

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="modelgate-prometheus-")
        config = os.path.join(self.folder, "prometheus.yml")
        with open(config, "w") as text:
            text.write(self.config)
        for _ in range(5):  # somebody else may take the port that was free just now
            if self.start(config):
                return self
        raise AssertionError(self.log())

    def start(self, config):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        with open(os.path.join(self.folder, "log"), "w") as log:
            self.process = subprocess.Popen(
                [self.binary, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{self.port}", f"--storage.tsdb.path={self.folder}/data"],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL)

        def ready():
            if self.process.poll() is not None:
                return "ended"
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=5):
                    return "ready"
            except OSError:
                return None

        return wait_until(ready, "Prometheus") == "ready"

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self):
        with open(os.path.join(self.folder, "log")) as text:
            return text.read()

    def query(self, expression, at=None):
        """The result of an instant query: [{"metric", "value" or "values"}]."""
        words = {"query": expression, **({"time": at} if at else {})}
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/query", urllib.parse.urlencode(words).encode(), timeout=30) as answer:
                return json.load(answer)["data"]["result"]
        except urllib.error.HTTPError as problem:
            raise AssertionError(f"{expression}: {problem.read().decode()}") from problem

    def label_values(self, metric, label):
        """What a dashboard's variable `label_values(metric, label)` offers."""
        words = urllib.parse.urlencode({"match[]": metric})
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/label/{label}/values?{words}", timeout=30) as answer:
            return json.load(answer)["data"]
