"""Container engines and a private registry, in a network namespace and folders of their own.

`main(...)` of this file runs a test file again inside of new namespaces (network, mounts, processes): whatever is left there
when it ends goes with them, and the machine's firewall, mounts and folders are never touched. What must not be left is looked for
before that.
"""
import base64
import contextlib
import glob
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

PATIENCE = 60  # seconds; used up only when something is broken
REGISTRY = "127.0.0.1:5000"  # in a network of its own, where nobody else has it
NEEDED = {"dockerd": "docker.io", "podman": "podman", "docker-registry": "docker-registry", "runc": "runc", "htpasswd": "apache2-utils",
          "ip": "iproute2", "unshare": "util-linux"}
INSIDE = "MODELGATE_TEST_NAMESPACE"
FOLDERS = "modelgate-engines-"


def wait_until(check, what, patience=PATIENCE):
    end = time.monotonic() + patience
    while time.monotonic() < end:
        value = check()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"{what}: did not happen within {patience} s")


def why_not():
    """Why engines cannot be run here; None where they can."""
    if os.geteuid() != 0:
        return "not root"
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    missing = [package for program, package in NEEDED.items() if not shutil.which(program, path=path)]
    if missing:
        return "not installed: " + " ".join(missing)
    tried = subprocess.run(["unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc", "true"], capture_output=True, text=True)
    return f"no namespaces: {tried.stderr.strip()}" if tried.returncode else None


def enter(skipped_code=77):
    """Runs the calling file again within new namespaces and ends with its code; returns where it is inside already."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    if os.environ.get(INSIDE):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        for folder in ("/run", "/dev/shm"):
            subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=True)
        return
    reason = why_not()
    if reason:
        print(f"skipped: containers are not tested here ({reason})")
        sys.exit(skipped_code)
    before = traces()
    # The first process is a shell: it takes in those whose parents were killed.
    done = subprocess.run(["unshare", "--net", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child",
                           "--mount-proc", "bash", "-c", '"$@"; exit $?', "bash", sys.executable, *sys.argv], env={**os.environ, INSIDE: "1"})
    for folder in sorted(traces()["control groups"] - before["control groups"]):  # engines leave theirs, empty
        for each, _, _ in os.walk(folder, topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(each)
    left = {kind: now - before[kind] for kind, now in traces().items() if now - before[kind]}
    if left:
        print(f"left behind on this machine: {left}", file=sys.stderr)
        sys.exit(1)
    sys.exit(done.returncode)


def traces():
    """What engines could leave on this machine."""
    def lines(*command):
        done = subprocess.run(command, capture_output=True, text=True)
        return {line.split(" [")[0] for line in done.stdout.splitlines() if not line.startswith("#")}

    with open("/proc/mounts") as mounts:
        mounted = set(mounts)
    return {"firewall rules": lines("iptables-save"), "links": {line.split(":")[1] for line in lines("ip", "-o", "link")},
            "network namespaces": lines("ip", "netns", "list"), "mounts": mounted,
            "control groups": {folder for name in ("docker*", "libpod*") for folder in glob.glob(f"/sys/fs/cgroup/*/{name}")},
            "processes": {text for _, text in processes() if FOLDERS in text},
            "temporary folders": {name for name in os.listdir("/tmp") if name.startswith(FOLDERS)}}


def processes():
    """(process id, command line) of all that is not a zombie."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            with open(f"/proc/{pid}/cmdline", "rb") as text:
                command = text.read().replace(b"\0", b" ").decode(errors="replace").strip()
            if command:
                yield int(pid), command


def left_in_namespace(folder):
    """What runs beside this test and its namespace's first process, and what of containers is mounted."""
    with open("/proc/mounts") as mounts:
        mounted = [line.split()[1] for line in mounts if folder in line and "/merged" in line.split()[1]]
    return [command for pid, command in processes() if pid not in (1, os.getpid())] + mounted


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("engine", timeout=PATIENCE)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Daemon:
    """A program that is ended by its id."""

    def __init__(self, name, folder, command, environment=None):
        self.name, self.command, self.environment = name, command, {**os.environ, **(environment or {})}
        self.folder = folder  # and where it runs: conmon leaves a file "oom" where its Podman does
        self.log = os.path.join(folder, name + ".log")
        self.process = None

    def start(self):
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self.environment, cwd=self.folder)

    def stop(self, how=signal.SIGTERM):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Engine:
    """What both engines have in common: the API over their socket."""

    def call(self, method, path, body=None, **fields):
        connection = UnixConnection(self.socket)
        try:
            connection.request(method, "/v1.40" + path, body, {name.replace("_", "-"): value for name, value in fields.items()})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        finally:
            connection.close()

    def must(self, method, path, body=None, **fields):
        status, text = self.call(method, path, body, **fields)
        assert status < 400 and '"error"' not in text, f"{method} {path}: {status} {text}"
        return text

    def answers(self):
        try:
            return self.call("GET", "/_ping")[0] == 200
        except OSError:
            return False

    def start(self):
        self.daemon.start()
        wait_until(self.answers, f"{self.name} answers")

    def end(self):
        self.daemon.stop()

    def load(self, archive):
        self.must("POST", "/images/load", archive, Content_Type="application/x-tar")

    def push(self, name, auth):
        """`name` is "repository:tag" of the registry; the image is called the same here."""
        repository, tag = name.rsplit(":", 1)
        self.must("POST", f"/images/{repository}/push?tag={tag}", X_Registry_Auth=auth)

    def forget_image(self, name):
        self.call("DELETE", f"/images/{name}?force=1")

    def containers(self):
        """Podman fails to list them now and then, while one goes."""
        def listed():
            status, text = self.call("GET", "/containers/json?all=1")
            return status == 200 and [text]

        return json.loads(wait_until(listed, "containers are listed")[0])

    def networks(self):
        return {each["Name"] for each in json.loads(self.must("GET", "/networks"))}

    def volumes(self):
        return {each["Name"] for each in json.loads(self.must("GET", "/volumes"))["Volumes"] or []}

    def inspect(self, name):
        return json.loads(self.must("GET", f"/containers/{name}/json"))


class Docker(Engine):
    name = "docker"

    def __init__(self, folder):
        self.folder = os.path.join(folder, "docker")
        os.makedirs(self.folder)
        self.socket = os.path.join(folder, "docker.sock")
        # Of its own, so that it outlives a Docker that is killed.
        address = f"{self.folder}/containerd.sock"
        with open(f"{self.folder}/containerd.toml", "w") as file:
            file.write(f'version = 2\nroot = "{self.folder}/containerd"\nstate = "{self.folder}/containerd-state"\n'
                       f'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\naddress = "{address}"\n')
        self.containerd = Daemon("containerd", folder, ["containerd", "--config", f"{self.folder}/containerd.toml"])
        config = os.path.join(self.folder, "daemon.json")
        with open(config, "w") as file:
            json.dump({"live-restore": True}, file)
        self.daemon = Daemon("dockerd", folder, [
            "dockerd", "--config-file", config, "--data-root", f"{self.folder}/data", "--exec-root", f"{self.folder}/exec",
            "--containerd", address, "--pidfile", f"{self.folder}/dockerd.pid", "-H", f"unix://{self.socket}", "--exec-opt", "native.cgroupdriver=cgroupfs",
            "--oom-score-adjust", "0"])

    def start(self):
        if self.containerd.process is None:
            self.containerd.start()
        super().start()

    def end(self):
        super().end()
        self.containerd.stop()


class Podman(Engine):
    name = "podman"

    def __init__(self, folder):
        self.folder = os.path.join(folder, "podman")
        os.makedirs(self.folder)
        self.socket = os.path.join(folder, "podman.sock")
        files = {
            "containers.conf": f"""
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
tmp_dir = "{self.folder}/tmp"
[network]
network_config_dir = "{self.folder}/net"
""",
            "storage.conf": f'[storage]\ndriver = "overlay"\ngraphroot = "{self.folder}/graph"\nrunroot = "{self.folder}/run"\n',
            "registries.conf": f'[[registry]]\nlocation = "{REGISTRY}"\ninsecure = true\n[[registry]]\nlocation = "127.0.0.1:5999"\ninsecure = true\n',
        }
        for name, text in files.items():
            with open(os.path.join(self.folder, name), "w") as file:
                file.write(text)
        self.daemon = Daemon("podman", folder, ["podman", "system", "service", "--time=0", f"unix://{self.socket}"], {
            "CONTAINERS_CONF": f"{self.folder}/containers.conf", "CONTAINERS_STORAGE_CONF": f"{self.folder}/storage.conf",
            "CONTAINERS_REGISTRIES_CONF": f"{self.folder}/registries.conf"})


class Registry:
    """A registry that wants a name and a password."""
    user, password = "bot", "s3cret"

    def __init__(self, folder):
        self.folder = os.path.join(folder, "registry")
        os.makedirs(self.folder)
        passwords = os.path.join(self.folder, "htpasswd")
        subprocess.run(["htpasswd", "-Bbc", passwords, self.user, self.password], check=True, capture_output=True)
        config = os.path.join(self.folder, "config.yml")
        with open(config, "w") as file:
            json.dump({"version": "0.1", "log": {"level": "error"}, "http": {"addr": REGISTRY},
                       "storage": {"filesystem": {"rootdirectory": f"{self.folder}/data"}, "delete": {"enabled": True}},
                       "auth": {"htpasswd": {"realm": "test", "path": passwords}}}, file)
        self.daemon = Daemon("docker-registry", folder, ["docker-registry", "serve", config], {"OTEL_TRACES_EXPORTER": "none"})

    @property
    def auth(self):
        document = {"username": self.user, "password": self.password, "serveraddress": REGISTRY}
        return base64.urlsafe_b64encode(json.dumps(document).encode()).decode()

    def start(self):
        self.daemon.start()

        def answers():
            try:
                connection = http.client.HTTPConnection(REGISTRY, timeout=5)
                connection.request("GET", "/v2/")
                return connection.getresponse().status == 401
            except OSError:
                return False

        wait_until(answers, "the registry answers")


class Bed:
    """One engine and the registry; `with` ends both and looks for what is left."""

    def __init__(self, kind):
        self.folder = tempfile.mkdtemp(prefix=FOLDERS)
        self.registry = Registry(self.folder)
        self.engine = kind(self.folder)

    def __enter__(self):
        try:
            self.registry.start()
            self.engine.start()
        except BaseException:
            self.show_logs()
            self.end()
            raise
        self.networks = self.engine.networks()
        return self

    def __exit__(self, kind, *unused):
        left = []
        if kind is None:
            left = [str(each.get("Names")) for each in self.engine.containers()]
            left += sorted(self.engine.networks() - self.networks) + sorted(self.engine.volumes())
        else:
            self.show_logs()
        left += self.end()
        assert not left, f"{self.engine.name} has left {left}"

    def show_logs(self):
        for daemon in (self.engine.daemon, self.registry.daemon):
            with open(daemon.log) as log:
                print(f"--- {daemon.name}: {log.read()[-4000:]}", file=sys.stderr)

    def end(self):
        """Answers what did not go with it."""
        if self.engine.answers():
            for each in self.engine.containers():
                self.engine.call("DELETE", f"/containers/{each['Id']}?force=1&v=1")
        self.engine.end()
        self.registry.daemon.stop()
        end = time.monotonic() + PATIENCE
        while (left := left_in_namespace(self.folder)) and time.monotonic() < end:
            time.sleep(0.05)
        subprocess.run(f"grep -o ' {self.folder}[^ ]*' /proc/mounts | sort -r | xargs -r umount", shell=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        return left


ENGINES = {"docker": Docker, "podman": Podman}


if __name__ == "__main__":  # ctest shows nothing of what a skipped test says
    if why := why_not():
        print(f"skipped: containers are not tested here ({why})")
