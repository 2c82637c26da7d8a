#!/usr/bin/env python3
"""Replicas as containers of a real engine, from a real private registry: the contract of runtime drivers, and a deployment's whole
life. The engine is the argument: docker or podman."""
import hashlib
import http.client
import json
import os
import signal
import subprocess
import sys
import tarfile
import unittest

import bed

if __name__ == "__main__":
    bed.enter()
    for name, value in {"RUNTIME__PROCESS__STOP_GRACE": "1s", "RUNTIME__PROCESS__RESTART_BACKOFF": "1s", "RUNTIME__PROCESS__PROBE_INTERVAL": "200ms",
                        "TIMEOUTS__DRAIN": "5s"}.items():
        os.environ[f"MODELGATE_{name}"] = value

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
import image  # noqa: E402
from program import Load, Program, wait_until  # noqa: E402

MODEL = os.environ["MODELGATE_TEST_MODEL"]
ENGINE = sys.argv.pop(1) if len(sys.argv) > 1 and sys.argv[1] in bed.ENGINES else "docker"
REPOSITORY = f"{bed.REGISTRY}/team/model"
DEADLINE = 4  # seconds until a revision that does not come up has failed


class Containers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bed = bed.Bed(bed.ENGINES[ENGINE]).__enter__()
        cls.engine = cls.bed.engine

    @classmethod
    def tearDownClass(cls):
        cls.bed.__exit__(None)

    def test_1_the_contract_of_runtime_drivers(self):
        self.engine.load(image.archive(MODEL, "localhost/test/model:1"))
        done = subprocess.run([os.environ["MODELGATE_CONTRACT"], "--report_level=short", "--log_level=test_suite"], env={
            **os.environ, "MODELGATE_CONTRACT_DRIVER": ENGINE, "MODELGATE_CONTRACT_SOCKET": self.engine.socket,
            "MODELGATE_CONTRACT_IMAGE": "localhost/test/model:1"})
        self.assertEqual(done.returncode, 0)
        self.assertEqual(self.engine.containers(), [])

    @unittest.skipUnless(os.environ.get("MODELGATE_STORY"), "not yet whole on both engines: MODELGATE_STORY=1 runs it")
    def test_2_a_deployments_life(self):
        for version in ("v1", "v2"):
            name = f"{REPOSITORY}:{version}"
            self.engine.load(image.archive(MODEL, name, environment=[f"VERSION={version}"]))
            self.engine.push(name, self.bed.registry.auth)
            self.engine.forget_image(name)
        kind = ENGINE.upper()
        os.environ.update({"MODELGATE_RUNTIME__DEFAULT": ENGINE, f"MODELGATE_RUNTIME__{kind}__SOCKET": self.engine.socket,
                           f"MODELGATE_RUNTIME__{kind}__POLL_INTERVAL": "500ms",
                           "MODELGATE_RUNTIME__MODELS__SOURCES": f"file://{os.path.realpath(self.bed.folder)}/models/"})
        with Program() as self.program:
            try:
                self.prepare()
                self.deploys_from_the_private_registry()
                self.is_held_to_its_limits()
                self.updates_and_scales_without_losing_a_request()
                self.fails_with_the_reason_and_serves_on()
                self.tells_more_memory_than_there_is()
                self.tells_a_crash_loop()
                self.tells_gpus_that_are_not_there()
                self.brings_the_model_along()
                self.outlives_the_engine()
                self.outlives_modelgate()
                self.stops_starts_and_goes()
                self.program.deploy("last", **self.spec("v1", replicas=1))
                self.program.wait_for("last")
            except BaseException:
                print(self.program.log()[-6000:], file=sys.stderr)
                raise
            self.assertEqual(self.program.stop(signal.SIGTERM), 0)
        self.assertEqual(self.engine.containers(), [])

    def prepare(self):
        program = self.program
        program.must("POST", "/groups", {"name": "research", "displayName": "Research", "enabledDeployment": True})
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
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=bed.PATIENCE)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        except (http.client.HTTPException, OSError):
            return None  # it died of it

    def deploys_from_the_private_registry(self):
        self.program.deploy("iris", **self.spec("v1"))
        deployment = self.program.wait_for("iris")
        self.assertEqual(self.predict(), (200, "v1"))
        self.assertEqual({each["limits"] for each in deployment["status"]["replicas"]}, {"enforced"})
        wait_until(lambda: self.program.api("GET", "/deployments/iris/logs?replica=deploy-iris-r1-0")[1] == "serving\n", "its log is there")

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
            ({"imagePullSecret": "wrong"}, 'to the credentials of the image pull secret "wrong"'),
            ({"imagePullSecret": None}, "needs an image pull secret, and the deployment names none"),
            ({"imagePullSecret": "right", "modelImage": f"{REPOSITORY}:v9"}, "has no image"),
            ({"modelImage": "127.0.0.1:5999/team/model:v1"}, "cannot be reached"),
        ]
        for change, reason in cases:
            now = self.patch("iris", **change)
            # An engine may try several times: the reason is told when it has given up.
            failed = self.program.wait_for("iris", "Failed", check=lambda it, wanted=now["revision"], why=reason:
                                           it["revision"] == wanted and why in it["status"]["message"])
            self.assertIn(failed["modelImage"], failed["status"]["message"])
            self.assertEqual(self.predict(), (200, "v2"))
        self.patch("iris", modelImage=f"{REPOSITORY}:v2")
        self.program.wait_for("iris")

    def replica(self, identifier):
        """Of the newest revision; while that is down, one of the last good revision may stand in for it."""
        return self.program.must("GET", f"/deployments/{identifier}")["status"]["replicas"][-1]

    def tells_more_memory_than_there_is(self):
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
        self.program.deploy("gpu", **self.spec("v1", replicas=1, instanceType="gpu-1"))
        self.program.wait_for("gpu", "Failed", check=lambda it: "gpu]]" in it["status"]["message"] or "gave none" in it["status"]["message"])
        self.assertEqual(self.mine("gpu"), {})
        self.delete("gpu")

    def brings_the_model_along(self):
        folder = os.path.join(os.path.realpath(self.bed.folder), "models")
        os.makedirs(folder)
        archive = os.path.join(folder, "iris.tar.gz")
        with tarfile.open(archive, "w:gz") as tar:
            image.add(tar, "deep/weights", b"0.5", 0o600)
        with open(archive, "rb") as file:
            checksum = hashlib.sha256(file.read()).hexdigest()
        self.program.deploy("model", **self.spec("v1", replicas=1, modelURI=f"file://{archive}#sha256={checksum}"))
        self.program.wait_for("model")
        self.assertEqual(self.ask("model", "/read/mnt/models/deep/weights"), "0.5")
        self.assertEqual(self.ask("model", "/write/mnt/models/mark"), "Read-only file system")
        self.assertIn("/mnt/models", self.ask("model", "/env/PREDICTIVE_UNIT_PARAMETERS"))
        now = self.program.must("PATCH", "/deployments/model", {"modelURI": f"file://{archive}#sha256={'0' * 64}"}, If_Match="*")
        self.program.wait_for("model", "Failed", check=lambda it: it["revision"] == now["revision"]
                              and "has another checksum: " + checksum in it["status"]["message"])
        self.delete("model")

    def outlives_the_engine(self):
        before = self.mine()
        self.engine.daemon.stop(signal.SIGKILL)
        self.assertEqual(self.program.must("GET", "/deployments/iris")["replicas"], 1)
        self.engine.start()
        self.program.wait_for("iris", check=lambda it: self.predict() == (200, "v2"))
        self.assertEqual(self.mine().keys(), before.keys())
        self.patch("iris", replicas=2)  # what is asked for now is done
        self.program.wait_for("iris", check=lambda it: it["status"]["availableReplicas"] == 2)

    def outlives_modelgate(self):
        newest = f"-r{self.replica('iris')['revision']}-"
        wait_until(lambda: len(self.mine()) == 2 and all(newest in name for name in self.mine()),
                   "what stood in while the engine was down has gone")
        before = self.mine()
        restarts = self.replica("iris")["restarts"]
        self.program.stop(signal.SIGKILL)
        self.program.start()
        self.program.wait_for("iris", check=lambda it: it["status"]["availableReplicas"] == 2)
        self.assertEqual(self.predict(), (200, "v2"))
        self.assertEqual(self.mine(), before)
        self.assertEqual(self.replica("iris")["restarts"], restarts)

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
