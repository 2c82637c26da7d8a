"""Who is measured: each proxy with the same job, one private endpoint in front of the same upstream.

Every one has `name`, `port` (and `tls_port`, where it was asked for), `authorization` and `pids()`, and ends by `stop()`.
"""
import base64
import os
import re
import shutil
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "shared"))
from gate import BUILD, Modelgate, free_port, listens, wait_for  # noqa: E402

PATH = "/deployment/bench/api/v1.0/predictions"
PROXY_CORE, LOAD_CORE = 0, 1


def program(name):
    return os.path.join(BUILD, "benchmarks", name)


def pin(pid, core):
    if os.cpu_count() > 1:
        subprocess.run(["taskset", "-acp", str(core), str(pid)], check=True, stdout=subprocess.DEVNULL)


def workers_of(pid):
    """The worker threads of a modelgate, in their order."""
    found = {}
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/comm") as text:
            number = re.fullmatch(r"worker-(\d+)\n", text.read())
        if number is not None:
            found[int(number.group(1))] = int(thread)
    return [found[number] for number in sorted(found)]


def pin_workers(pid, count):
    """A core to each worker, beginning with the proxy's; where there are fewer cores they share them. The other threads: the proxy's core."""
    pin(pid, PROXY_CORE)
    workers = workers_of(pid)
    for number, worker in enumerate(workers):
        os.sched_setaffinity(worker, {(PROXY_CORE + number) % os.cpu_count()})
    cores = set().union(*(os.sched_getaffinity(worker) for worker in workers))
    if len(workers) != count or len(cores) != min(count, os.cpu_count()):
        sys.exit(f"{count} workers were asked for; there are {len(workers)}, on the cores {cores}")


def tree_of(pid):
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()
    return [pid] + [each for child in found for each in tree_of(int(child))]


def basic(name, token):
    return "Basic " + base64.b64encode(f"{name}:{token}".encode()).decode()


def end(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


class Upstream:
    """The model server that all share, on the load's core, or on any."""

    def __init__(self, body_bytes=0, core=LOAD_CORE):
        self.port = free_port()
        self.process = subprocess.Popen([program("fake_upstream"), str(self.port), str(body_bytes)])
        wait_for("fake_upstream", lambda: listens(self.port))
        if core is not None:
            pin(self.process.pid, core)

    def stop(self):
        end(self.process)


class Peer:
    """A proxy that is one command."""

    authorization = basic("load", "bench-token")
    tls_port = None

    def __init__(self, command, log):
        self.process = subprocess.Popen(command, stdout=log, stderr=log)
        wait_for(self.name, lambda: listens(self.port))
        for pid in self.pids():
            pin(pid, PROXY_CORE)

    def pids(self):
        return tree_of(self.process.pid)

    def stop(self):
        end(self.process)


class Floor(Peer):
    name = "floor"

    def __init__(self, folder, upstream, **unused):
        os.makedirs(folder)
        self.port = free_port()
        with open(os.path.join(folder, "log"), "w") as log:
            super().__init__([program("floor_proxy"), str(self.port), str(upstream.port)], log)


def config_text(file, folder, tls, **values):
    """The peers' config with its marks filled in; without TLS the lines between `# tls` and `# end` are left out."""
    with open(os.path.join(HERE, "peers", file)) as text:
        found = text.read()
    if not tls:
        found = re.sub(r"# tls\n.*?# end\n", "", found, flags=re.DOTALL)
    for name, value in {"FOLDER": folder, **values}.items():
        found = found.replace(f"@{name}@", str(value))
    return found


def make_certificate(folder):
    key, certificate = os.path.join(folder, "key.pem"), os.path.join(folder, "certificate.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
                    "-out", certificate, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
                   check=True, capture_output=True)
    with open(os.path.join(folder, "both.pem"), "w") as both:
        for part in (certificate, key):
            with open(part) as text:
                both.write(text.read())
    return certificate, key


LARGE_BUFFERS = "proxy_buffer_size 16k; proxy_buffers 8 64k; proxy_busy_buffers_size 128k;"


class Nginx(Peer):
    name = "nginx"

    def __init__(self, folder, upstream, tls=False, workers=1, large_buffers=False):
        os.makedirs(folder)
        self.name = "nginx, large buffers" if large_buffers else "nginx"
        self.port = free_port()
        if tls:
            make_certificate(folder)
            self.tls_port = free_port()
        with open(os.path.join(folder, "users"), "w") as users:
            users.write("load:{PLAIN}bench-token\n")
        config = os.path.join(folder, "nginx.conf")
        with open(config, "w") as text:
            text.write(config_text("nginx.conf", folder, tls, PORT=self.port, TLS_PORT=self.tls_port, UPSTREAM=upstream.port, WORKERS=workers,
                                   BUFFERS=LARGE_BUFFERS if large_buffers else "", USER="user root;" if os.geteuid() == 0 else ""))
        with open(os.path.join(folder, "log"), "w") as log:
            super().__init__(["nginx", "-c", config, "-e", os.path.join(folder, "error.log")], log)


class Haproxy(Peer):
    name = "HAProxy"

    def __init__(self, folder, upstream, tls=False, workers=1, splice=False):
        os.makedirs(folder)
        self.name = "HAProxy, splice" if splice else "HAProxy"
        self.port = free_port()
        if tls:
            make_certificate(folder)
            self.tls_port = free_port()
        config = os.path.join(folder, "haproxy.cfg")
        with open(config, "w") as text:
            text.write(config_text("haproxy.cfg", folder, tls, PORT=self.port, TLS_PORT=self.tls_port, UPSTREAM=upstream.port, WORKERS=workers,
                                   TOKEN="bench-token", SPLICE="option splice-auto" if splice else ""))
        with open(os.path.join(folder, "log"), "w") as log:
            super().__init__(["haproxy", "-db", "-f", config], log)


class Gate:
    """modelgate with everything on: every metric, request ids, an access log in a file; the endpoint is private unless it
    is asked otherwise. `data`: a data folder to begin with. `image`: it runs the model itself, from this catalogue."""

    name = "modelgate"
    tls_port = None

    def __init__(self, folder, upstream, tls=False, workers=1, access="private", data=None, config="", image=None, catalogue=None, **serving):
        os.makedirs(folder)
        if data is not None:
            shutil.copytree(data, os.path.join(folder, "data"))
        if catalogue is not None:
            config += f'\n[catalogue]\npath = "{catalogue}"\n'
        if tls:
            certificate, key = make_certificate(folder)
            config += f'\n[tls.prediction]\ncertificates = ["{certificate}"]\nkeys = ["{key}"]\n'
        text = f'{config}\n[prediction]\nworkers = {workers}\n[access_log]\npath = "{folder}/access.log"\n'
        self.gate = Modelgate(folder, text)
        self.process = self.gate.process
        self.port = self.gate.port
        self.tls_port = self.port if tls else None
        if image is not None:
            self.run_model(image, access)
        else:
            self.front(upstream, access, serving)
        self.authorization = ""
        if access == "private":
            client = self.gate.rest("POST", "/deployments/bench/clients", {"name": "load"})
            self.authorization = basic("load", client["token"])
        pin_workers(self.process.pid, workers)
        for replica in tree_of(self.process.pid)[1:]:
            pin(replica, LOAD_CORE)

    def front(self, upstream, access, serving):
        if self.gate.find("/deployments/bench") is None:
            self.gate.deploy("bench", [upstream.port], access=access, protocol="seldon", **serving)
            return
        self.gate.rest("PATCH", "/deployments/bench", {"endpointAccessType": access, **({"serving": serving} if serving else {})}, If_Match="*")
        self.gate.wait_until_available("bench", 1)

    def run_model(self, image, access):
        self.gate.rest("POST", "/instance-types", {"name": "bench-1", "displayName": "1 CPU", "cpu": 1, "memoryGiB": 1, "gpu": 0})
        self.gate.rest("POST", "/deployments", {"id": "bench", "name": "bench", "group": "bench", "endpointAccessType": access,
                                                "modelImage": image, "instanceType": "bench-1"})
        self.gate.wait_until_available("bench", 1)

    def pids(self):
        return [self.process.pid]

    def stop(self):
        self.gate.stop()
