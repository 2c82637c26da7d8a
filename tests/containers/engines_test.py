#!/usr/bin/env python3
"""Replicas as containers of a real engine, from a real private registry: the contract of runtime drivers, and a deployment's whole
life. The engine is the argument: docker or podman."""
import contextlib
import hashlib
import http.client
import json
import os
import signal
import subprocess
import sys
import tarfile
import time
import unittest

import bed

if __name__ == "__main__":
    bed.enter()

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
import image  # noqa: E402
from program import SOURCE, Load, wait_until  # noqa: E402
from served import DRAIN, ModelServer, Served  # noqa: E402
from upgrading import adopt_orphans  # noqa: E402

MODEL = os.environ["MODELGATE_TEST_MODEL"]
ENGINE = sys.argv.pop(1) if len(sys.argv) > 1 and sys.argv[1] in bed.ENGINES else "docker"
REPOSITORY = f"{bed.REGISTRY}/team/model"
DEADLINE = 4  # seconds until a revision that does not come up has failed
CAN_USE_SOCKET = {"modelgate.unix-socket": "true"}


class Containers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bed = bed.Bed(bed.ENGINES[ENGINE]).__enter__()
        cls.engine = cls.bed.engine

    @classmethod
    def tearDownClass(cls):
        cls.bed.__exit__(None)

    def test_1_the_contract_of_runtime_drivers(self):
        self.engine.load(image.archive(MODEL, "localhost/test/model:1", labels=CAN_USE_SOCKET))
        done = subprocess.run([os.environ["MODELGATE_CONTRACT"], "--report_level=short", "--log_level=test_suite"], env={
            **os.environ, "MODELGATE_CONTRACT_DRIVER": ENGINE, "MODELGATE_CONTRACT_SOCKET": self.engine.socket,
            "MODELGATE_CONTRACT_IMAGE": "localhost/test/model:1"})
        self.assertEqual(done.returncode, 0)
        self.assertEqual(self.engine.containers(), [])

    def test_2_a_deployments_life(self):
        for name, program in ((f"{REPOSITORY}:v1", "/model"), (f"{REPOSITORY}:v2", "/model"), (f"{REPOSITORY}:broken", "/nothing"),
                              (f"{bed.REGISTRY}/team/iris:1.0", "/model")):
            version = name.rsplit(":", 1)[1]
            self.engine.load(image.archive(MODEL, name, CAN_USE_SOCKET, [f"VERSION={version}"], [program]))
            self.engine.push(name, self.bed.registry.auth)
            self.engine.forget_image(name)
        self.models = os.path.join(os.path.realpath(self.bed.folder), "models")
        os.makedirs(self.models)
        with ModelServer(self.models) as self.model_server, Served(self.settings()) as self.program:
            try:
                for step in (self.prepare, self.deploys_from_the_private_registry, self.deploys_what_a_digest_names,
                             self.deploys_as_the_readme_says, self.is_held_to_its_limits, self.runs_beside_processes,
                             self.updates_and_scales_without_losing_a_request, self.fails_with_the_reason_and_serves_on,
                             self.tells_more_memory_than_there_is, self.tells_a_crash_loop, self.tells_gpus_that_are_not_there,
                             self.brings_the_model_along, self.is_reached_over_its_socket, self.is_replaced_while_it_serves,
                             self.outlives_the_engine, self.outlives_modelgate, self.outlives_both, self.removes_what_nobody_wants,
                             self.ends_in_time_without_the_engine, self.stops_starts_and_goes):
                    began = time.monotonic()
                    step()
                    print(f"{step.__name__}: {time.monotonic() - began:.1f} s", flush=True)
                self.program.deploy("last", **self.spec("v1", replicas=1))
                self.program.wait_for("last")
            except BaseException:
                print(self.program.log()[-6000:], file=sys.stderr)
                raise
            self.assertEqual(self.program.stop(signal.SIGTERM), 0)
            self.assertEqual(self.program.replicas(), [])
            self.assertEqual(os.listdir(os.path.join(self.program.data, ENGINE, ".sockets")), [])
        self.assertEqual(self.engine.containers(), [])

    def settings(self):
        return f"""
[runtime.{ENGINE}]
socket = "{self.engine.socket}"
instance_types = ["small", "gpu-1", "demo-small"]
poll_interval = "500ms"
unix_sockets = true
[runtime.models]
sources = ["file://{self.models}/", "{self.model_server.url}/"]
"""

    def prepare(self):
        program = self.program
        program.prepare()
        program.must("POST", "/instance-types", {"name": "small", "displayName": "Small", "cpu": 0.5, "memoryGiB": 0.125, "gpu": 0})
        program.must("POST", "/instance-types", {"name": "gpu-1", "displayName": "GPU", "cpu": 0.5, "memoryGiB": 0.125, "gpu": 1})
        for name, password in (("right", self.bed.registry.password), ("wrong", "nonsense")):
            program.must("POST", "/pull-secrets", {"name": name, "group": "research", "registry": bed.REGISTRY,
                                                   "user": self.bed.registry.user, "password": password})

    def spec(self, version, **more):
        return {"modelImage": f"{REPOSITORY}:{version}", "imagePullSecret": "right", "instanceType": "small", "progressDeadline": DEADLINE,
                **more}

    def patch(self, identifier, **members):
        return self.program.must("PATCH", f"/deployments/{identifier}", members, If_Match="*")

    def predict(self, identifier="iris"):
        status, text, _ = self.program.predict(identifier)
        return status, json.loads(text).get("meta", {}).get("tags", {}).get("version")

    def mine(self, identifier="iris"):
        """The running containers of a deployment, by replica."""
        found = {}
        for each in self.engine.containers():
            labels = each["Labels"] or {}
            if labels.get("modelgate.deployment") == identifier and each["State"] == "running":
                found[labels["modelgate.replica"]] = each["Id"]
        return found

    def ask(self, identifier, path):
        """Asks a replica itself, past modelgate."""
        container = self.engine.inspect(next(iter(self.mine(identifier).values())))
        port = container["NetworkSettings"]["Ports"]["9000/tcp"][0]["HostPort"]
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", int(port), timeout=bed.PATIENCE)) as connection:
            try:
                connection.request("GET", path)
                return connection.getresponse().read().decode()
            except (http.client.HTTPException, OSError):
                return None  # it died of it

    def settles(self, replicas, identifier="iris"):
        """What of it runs is of the newest revision: nothing leaves, and nothing stands in."""
        newest = f"-r{self.replica(identifier)['revision']}-"

        def settled():
            running = self.mine(identifier)
            return len(running) == replicas and all(newest in name for name in running) and running

        return wait_until(settled, f"{replicas} of the newest revision, and nothing else")

    def deploys_from_the_private_registry(self):
        self.program.deploy("iris", **self.spec("v1"))
        deployment = self.program.wait_for("iris")
        self.assertEqual(self.predict(), (200, "v1"))
        self.assertEqual({each["limits"] for each in deployment["status"]["replicas"]}, {"enforced"})
        wait_until(lambda: self.program.api("GET", "/deployments/iris/logs?replica=deploy-iris-r1-0")[1] == "serving\n", "its log is there")

    def digest_of_v1(self):
        known = json.loads(self.engine.must("GET", f"/images/{REPOSITORY}:v1/json"))["RepoDigests"]
        return next(each for each in known if each.startswith(REPOSITORY))

    def deploys_what_a_digest_names(self):
        self.program.deploy("digest", **self.spec("v1", replicas=1, modelImage=self.digest_of_v1()))
        self.program.wait_for("digest")
        self.assertEqual(self.predict("digest"), (200, "v1"))
        self.delete("digest")

    def deploys_as_the_readme_says(self):
        """With another registry's name."""
        program = self.program
        program.must("POST", "/groups", {"name": "demo", "displayName": "Demo", "enabledDeployment": True})
        program.must("POST", "/instance-types", {"name": "demo-small", "displayName": "Small", "cpu": 0.5, "memoryGiB": 0.125, "gpu": 0})
        os.makedirs(os.path.join(program.folder, "build/release"))
        os.symlink(program.binary, os.path.join(program.folder, "build/release/modelgate"))
        with open(os.path.join(program.folder, "hub.txt"), "w") as file:
            file.write(self.bed.registry.password + "\n")
        with open(os.path.join(SOURCE, "README.md")) as readme:
            lines = [line.strip() for line in readme if "--registry hub.example.com" in line or " real" in line and "build/release" in line]
        self.assertEqual(len(lines), 3, lines)
        for line in lines:
            done = subprocess.run(line.replace("hub.example.com", bed.REGISTRY), shell=True, cwd=program.folder, capture_output=True,
                                  text=True, timeout=bed.PATIENCE, stdin=subprocess.DEVNULL,
                                  env={**os.environ, "MODELGATE_SERVER": program.url("control"), "MODELGATE_TOKEN": program.token})
            self.assertEqual(done.returncode, 0, f"{line}: {done.stdout}{done.stderr}")
        self.assertEqual(self.predict("real"), (200, "1.0"))
        self.delete("real")

    def is_held_to_its_limits(self):
        running = self.mine()
        self.assertEqual(sorted(running), ["deploy-iris-r1-0", "deploy-iris-r1-1"])
        found = self.engine.inspect(running["deploy-iris-r1-0"])
        self.assertTrue(found["Name"].lstrip("/").startswith("deploy-iris-r1-0."), found["Name"])
        labels, host = found["Config"]["Labels"], found["HostConfig"]
        self.assertEqual((labels["modelgate.deployment"], labels["modelgate.revision"]), ("iris", "1"))
        self.assertEqual((host["Memory"], host["NanoCpus"], host["PidsLimit"]), (134217728, 500000000, 4096))
        self.assertTrue(host["ReadonlyRootfs"])
        self.assertEqual(found["NetworkSettings"]["Ports"]["9000/tcp"][0]["HostIp"], "127.0.0.1")
        status = self.ask("iris", "/read/proc/self/status")
        self.assertIn("NoNewPrivs:\t1", status)
        self.assertIn("CapBnd:\t0000000000000000", status)
        self.assertEqual(self.ask("iris", "/write/mark"), "Read-only file system")
        self.assertEqual(self.ask("iris", "/write/tmp/mark"), "written")

    def updates_and_scales_without_losing_a_request(self):
        load = Load(self.program, "iris", connections=4, pause=0.01)
        self.patch("iris", modelImage=f"{REPOSITORY}:v2")
        self.program.wait_for("iris", check=lambda it: it["revision"] == 2)
        self.assertEqual(self.predict(), (200, "v2"))
        self.patch("iris", replicas=3)
        self.program.wait_for("iris", check=lambda it: it["status"]["availableReplicas"] == 3)
        self.assertEqual(len(self.mine()), 3)
        self.patch("iris", replicas=1)
        wait_until(lambda: len(self.mine()) == 1, "one container is left")
        load.stop()
        self.assertGreater(load.answered, 0)
        self.assertEqual(load.failures, [])

    def fails_with_the_reason_and_serves_on(self):
        cases = [
            # The engine has what the digest names, and may give it away without a word to the registry.
            ({"imagePullSecret": None, "modelImage": self.digest_of_v1()}, "needs an image pull secret, and the deployment names none"),
            ({"imagePullSecret": "wrong"}, 'to the credentials of the image pull secret "wrong"'),
            ({"modelImage": f"{REPOSITORY}:v1"}, 'to the credentials of the image pull secret "wrong"'),
            ({"imagePullSecret": None}, "needs an image pull secret, and the deployment names none"),
            ({"imagePullSecret": "right", "modelImage": f"{REPOSITORY}:v9"}, "has no image"),
            ({"modelImage": "127.0.0.1:5999/team/model:v1"}, "cannot be reached"),
            ({"modelImage": f"{REPOSITORY}:broken"}, "the container engine did not start its container: "),
        ]
        for change, reason in cases:
            now = self.patch("iris", **change)
            # An engine may try several times: the reason is told when it has given up.
            failed = self.program.wait_for("iris", "Failed", check=lambda it, wanted=now["revision"], why=reason:
                                           it["revision"] == wanted and why in it["status"]["message"])
            if not failed["modelImage"].endswith("broken"):
                self.assertIn(failed["modelImage"], failed["status"]["message"])
            self.assertEqual(self.predict(), (200, "v2"))
        self.patch("iris", modelImage=f"{REPOSITORY}:v2")
        self.program.wait_for("iris")

    def replica(self, identifier):
        """Of the newest revision; while that is down, one of the last good revision may stand in for it."""
        return self.program.must("GET", f"/deployments/{identifier}")["status"]["replicas"][-1]

    def tells_more_memory_than_there_is(self):
        self.settles(1)
        self.ask("iris", "/alloc/400")
        wait_until(lambda: self.replica("iris")["reason"].startswith("OOMKilled: it needed more than the 128 MiB"), "OOMKilled")
        self.program.wait_for("iris", check=lambda it: it["status"]["replicas"][-1]["restarts"] >= 1)
        self.assertEqual(self.predict(), (200, "v2"))

    def tells_a_crash_loop(self):
        self.program.deploy("crash", **self.spec("v1", replicas=1, env=[{"name": "SAY", "value": "no weights"}, {"name": "EXIT", "value": "3"}]))
        failed = self.program.wait_for("crash", "Failed", check=lambda it: "exited with code 3" in it["status"]["message"])
        self.assertIn("last log line: no weights", failed["status"]["message"])
        self.assertGreater(wait_until(lambda: self.replica("crash")["restarts"], "it is started again"), 0)
        self.delete("crash")

    def tells_gpus_that_are_not_there(self):
        """Docker refuses them, Podman forgets them: a model never runs without what it was promised."""
        self.program.deploy("gpu", **self.spec("v1", replicas=1, instanceType="gpu-1"))

        def tried_again():
            self.assertEqual(self.mine("gpu"), {})
            found = self.program.must("GET", "/deployments/gpu")["status"]
            return found["phase"] == "Failed" and found["replicas"] and found["replicas"][0]["restarts"] >= 2 and found

        failed = wait_until(tried_again, "Failed, and tried again")
        self.assertIn("gpu]]" if ENGINE == "docker" else "took the request for 1 GPU and gave none", failed["message"])
        self.delete("gpu")
        self.assertNotIn("gpu", {(each["Labels"] or {}).get("modelgate.deployment") for each in self.engine.containers()})

    def brings_the_model_along(self):
        archive = os.path.join(self.models, "iris.tar.gz")
        with tarfile.open(archive, "w:gz") as tar:
            image.add(tar, "deep/weights", b"0.5", 0o600)
        with open(archive, "rb") as file:
            checksum = hashlib.sha256(file.read()).hexdigest()
        for name, uri in (("file", f"file://{archive}"), ("http", f"{self.model_server.url}/iris.tar.gz")):
            self.program.deploy(name, **self.spec("v1", replicas=1, modelURI=f"{uri}#sha256={checksum}"))
            self.program.wait_for(name)
            self.assertEqual(self.ask(name, "/read/mnt/models/deep/weights"), "0.5")
            self.assertEqual(self.ask(name, "/write/mnt/models/mark"), "Read-only file system")
            self.assertIn("/mnt/models", self.ask(name, "/env/PREDICTIVE_UNIT_PARAMETERS"))
            for change, reason in ((f"{uri}#sha256={'0' * 64}", "has another checksum: " + checksum),
                                   (f"{uri}.old", "cannot be read" if name == "file" else "was answered 404")):
                now = self.patch(name, modelURI=change)
                self.program.wait_for(name, "Failed", check=lambda it, wanted=now["revision"], why=reason:
                                      it["revision"] == wanted and why in it["status"]["message"])
                self.assertEqual(self.predict(name), (200, "v1"))
            self.delete(name)

    def runs_beside_processes(self):
        self.program.deploy("process", replicas=1)
        self.program.wait_for("process")
        self.assertEqual([name for _, name in self.program.replicas()], ["deploy-process-r1-0"])
        self.delete("process")

    def is_reached_over_its_socket(self):
        """Its port is published, and nobody listens there."""
        self.program.deploy("socket", **self.spec("v1", replicas=1, env=[{"name": "ON_SOCKET", "value": "1"}]))
        self.program.wait_for("socket")
        self.assertEqual(self.predict("socket"), (200, "v1"))
        self.assertIsNone(self.ask("socket", "/pid"))
        self.delete("socket")

    def is_replaced_while_it_serves(self):
        before, restarts = self.settles(1), self.replica("iris")["restarts"]
        load = Load(self.program, "iris", connections=4, pause=0.01)
        adopt_orphans()
        upgraded = self.program.upgrade()
        self.assertEqual(upgraded.returncode, 0, upgraded.stderr)
        self.assertEqual(self.program.follow(), 0)
        adopt_orphans(False)  # engines expect theirs to be waited for
        load.wait_for_answers(50)
        load.stop()
        self.assertEqual(load.failures, [])
        self.program.wait_for("iris")
        self.assertEqual(self.mine(), before)
        self.assertEqual(self.replica("iris")["restarts"], restarts)
        self.patch("iris", replicas=2)  # and it is the new one that does what is asked for
        self.program.wait_for("iris", check=lambda it: it["status"]["availableReplicas"] == 2)
        self.patch("iris", replicas=1)
        wait_until(lambda: len(self.mine()) == 1, "one container is left")

    def outlives_the_engine(self):
        # One that is killed while it removes a container may forget that one's volume.
        wait_until(lambda: len(self.engine.containers()) == 1, "only one container is there")
        before = self.mine()
        self.engine.daemon.stop(signal.SIGKILL)
        self.assertEqual(self.program.must("GET", "/deployments/iris")["replicas"], 1)
        self.engine.start()
        self.program.wait_for("iris", check=lambda it: self.predict() == (200, "v2"))
        self.assertEqual(self.mine().keys(), before.keys())
        self.patch("iris", replicas=2)  # what is asked for now is done
        self.program.wait_for("iris", check=lambda it: it["status"]["availableReplicas"] == 2)

    def outlives_modelgate(self):
        before = self.settles(2)
        restarts = self.replica("iris")["restarts"]
        self.program.stop(signal.SIGKILL)
        self.program.start()
        self.program.wait_for("iris", check=lambda it: it["status"]["availableReplicas"] == 2)
        self.assertEqual(self.predict(), (200, "v2"))
        self.assertEqual(self.mine(), before)
        self.assertEqual(self.replica("iris")["restarts"], restarts)

    def outlives_both(self):
        """modelgate is back first: what it finds silent, as an engine's ports are with it, is not ended for that."""
        before = self.settles(2)
        restarts = self.replica("iris")["restarts"]
        self.program.stop(signal.SIGKILL)
        self.engine.daemon.stop(signal.SIGKILL)
        self.program.start()
        wait_until(lambda: "the container engine does not answer" in self.program.log(), "it is missed")
        wait_until(lambda: self.replica("iris")["phase"] != "Ready" or self.predict() == (200, "v2"), "what the silence makes of replicas")
        self.engine.start()
        self.program.wait_for("iris", check=lambda it: it["status"]["availableReplicas"] == 2)
        self.assertEqual(self.predict(), (200, "v2"))
        self.assertEqual(self.mine(), before)
        self.assertEqual(self.replica("iris")["restarts"], restarts)

    def removes_what_nobody_wants(self):
        """A container of this data folder that no record knows."""
        labels = self.engine.inspect(next(iter(self.mine().values())))["Config"]["Labels"]
        self.engine.must("POST", "/containers/create?name=stray", json.dumps({
            "Image": f"{REPOSITORY}:v1", "Labels": {**labels, "modelgate.deployment": "stray", "modelgate.replica": "deploy-stray-r1-0"}}),
            Content_Type="application/json")
        self.engine.must("POST", "/containers/create?name=other", json.dumps({"Image": f"{REPOSITORY}:v1"}), Content_Type="application/json")
        wait_until(lambda: "/stray" not in [name for each in self.engine.containers() for name in each["Names"]], "it is removed")
        self.engine.must("DELETE", "/containers/other?force=1&v=1")  # somebody else's is not touched

    def ends_in_time_without_the_engine(self):
        """What it cannot end, the next one does."""
        left = self.mine()
        self.engine.daemon.stop(signal.SIGKILL)
        began = time.monotonic()
        self.assertEqual(self.program.stop(signal.SIGTERM), 0)
        self.assertLess(time.monotonic() - began, 2 * DRAIN)
        self.engine.start()
        self.assertEqual(self.mine(), left)
        self.program.start()
        self.program.wait_for("iris", check=lambda it: it["status"]["availableReplicas"] == 2)
        self.assertEqual(self.predict(), (200, "v2"))
        wait_until(lambda: len(self.mine()) == 2 and not set(self.mine().values()) & set(left.values()), "they were ended")

    def stops_starts_and_goes(self):
        self.program.must("POST", "/deployments/iris/stop")
        self.program.wait_for("iris", "Stopped")
        self.assertEqual(self.predict()[0], 503)
        wait_until(lambda: not self.engine.containers(), "no container is left")
        self.program.must("POST", "/deployments/iris/start")
        self.program.wait_for("iris")
        self.assertEqual(self.predict(), (200, "v2"))
        self.delete("iris")

    def delete(self, identifier):
        self.program.api("DELETE", f"/deployments/{identifier}", If_Match="*")
        wait_until(lambda: self.program.api("GET", f"/deployments/{identifier}")[0] == 404, f"{identifier} is gone")
        wait_until(lambda: not self.mine(identifier), "its containers are gone")


if __name__ == "__main__":
    unittest.main(verbosity=2)
