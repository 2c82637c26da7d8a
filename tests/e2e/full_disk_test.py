#!/usr/bin/env python3
"""The disk of the data folder is full: changes are refused and none is half done, predictions go on, and so does a start.

The disk is a small one of its own, mounted where nobody else sees it; only root may do that."""
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import unittest

from program import Load, Program, wait_until

PAGE = 4096
INSIDE = "MODELGATE_TEST_HAS_OWN_MOUNTS"


class SmallDisk(Program):
    """A program whose data folder is a disk of 16 MiB."""

    def __init__(self):
        super().__init__()
        os.mkdir(self.data)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m,mode=700", "tmpfs", self.data], check=True)
        self.ballast = os.path.join(self.data, "ballast")

    def __exit__(self, *unused):
        if self.process.poll() is None:
            self.stop(signal.SIGTERM)
        subprocess.run(["umount", "--lazy", self.data], check=True)
        shutil.rmtree(self.folder)

    def fill(self, leave=0):
        """To the last page, but for so many."""
        with open(self.ballast, "ab", buffering=0) as file:
            for size in (64 * PAGE, PAGE):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError as problem:
                    assert problem.errno == errno.ENOSPC, problem
            file.truncate(max(0, os.path.getsize(self.ballast) - leave * PAGE))

    def make_room(self):
        os.remove(self.ballast)

    def start_full(self):
        """Without ports.json, for which there is no room: the log tells the ports, too."""
        if os.path.exists(path := os.path.join(self.data, "ports.json")):
            os.remove(path)
        self.fill()
        self.starts += 1
        self.out, self.err = (os.path.join(self.folder, f"{name}.{self.starts}") for name in ("out", "err"))
        with open(self.out, "w") as out, open(self.err, "w") as err:
            self.process = subprocess.Popen(self.command(), stdout=out, stderr=err, stdin=subprocess.DEVNULL)

        def serving():
            assert self.process.poll() is None, self.log()
            lines = [json.loads(line) for line in self.log().splitlines() if '"serving"' in line and line.endswith("}")]
            return lines and lines[0]

        self.ports = wait_until(serving, "the line that tells the ports")


@unittest.skipUnless(os.environ.get(INSIDE), "no mounts of our own: not permitted here")
class FullDisk(unittest.TestCase):
    def setUp(self):
        self.program = self.enterContext(SmallDisk())
        self.program.prepare()
        self.program.deploy("iris", replicas=2)
        self.program.deploy("private", replicas=1, endpointAccessType="private", stop=True)
        self.program.wait_for("iris")
        self.made = 0
        self.there = {"groups": {"research"}, "users": {"admin"}, "pull-secrets": set(), "deployments": {"iris", "private"},
                      "deployments/private/clients": set(), "tokens": {"initial-admin-token"}}
        self.description = ""

    def names(self, kind):
        member = "id" if kind == "deployments" else "name"
        return {each[member] for each in self.program.must("GET", f"/{kind}?pageSize=500")["items"]}

    def kinds(self):
        """The changes: each tells whether it was refused, after a look at what is there."""
        return [self.patch, self.change_key, *(lambda kind=kind: self.create(kind) for kind in self.there),
                *(lambda kind=kind: self.delete(kind) for kind in ("groups", "users", "pull-secrets", "deployments/private/clients"))]

    def is_refused(self, *request, **fields):
        status, value, answered = self.program.api(*request, **fields)
        if status < 300:
            return False
        self.assertEqual((status, value["code"], value["status"]), (503, "STORAGE_UNAVAILABLE", 503), value)
        self.assertEqual(answered["Content-Type"], "application/problem+json")
        self.assertEqual(answered["Retry-After"], "1")
        self.refusals.add(value["detail"])
        return True

    def create(self, kind):
        self.made += 1
        name = f"n-{self.made}"
        more = {"users": {"password": "long enough"}, "pull-secrets": {"registry": "ghcr.io", "user": "robot", "password": "x"},
                "tokens": {"user": "admin"},
                "deployments": {"id": name, "group": "research", "modelImage": "demo/iris:1.0", "instanceType": "cpu-1", "stop": True}}
        refused = self.is_refused("POST", f"/{kind}", {"name": name, **more.get(kind, {})})
        if not refused:
            self.there[kind].add(name)
        self.assertEqual(self.names(kind), self.there[kind])
        return refused

    def delete(self, kind):
        name = max((each for each in self.there[kind] if each.startswith("n-")), default=None)
        if name is None:
            return True
        refused = self.is_refused("DELETE", f"/{kind}/{name}")
        if not refused:
            self.there[kind].remove(name)
        self.assertEqual(self.names(kind), self.there[kind])
        return refused

    def patch(self):
        self.made += 1
        refused = self.is_refused("PATCH", "/deployments/iris", {"description": f"number {self.made}"}, If_Match="*")
        if not refused:
            self.description = f"number {self.made}"
        self.assertEqual(self.program.must("GET", "/deployments/iris")["description"], self.description)
        return refused

    def change_key(self):
        return self.is_refused("POST", "/secret-key/rotate")

    def check_all_goes_again(self):
        for change in self.kinds():
            self.assertFalse(change())
        # Every secret opens with the keys that there are.
        self.assertEqual(self.program.must("POST", "/secret-key/rotate"), {"pullSecrets": len(self.there["pull-secrets"])})

    def test_changes_are_refused_whole_and_predictions_go_on(self):
        self.refusals = set()
        self.assertFalse(any([self.create(kind) for kind in self.there]))
        load = Load(self.program, "iris", connections=4, pause=0.005)
        load.wait_for_answers(50)
        self.program.fill()
        for change in self.kinds():
            self.assertTrue(change(), "a change without room")
        self.assertIn("the disk of the data folder is full; nothing was changed, make room and try again", self.refusals)
        # The room ends in the middle of the changes, at one page after the other.
        done = 0
        for leave in range(1, 16):
            for change in self.kinds():
                self.program.fill(leave)
                done += not change()
        self.assertGreater(done, 0)
        load.wait_for_answers(50)
        self.assertEqual(load.stop()[1], [])
        self.program.make_room()
        self.check_all_goes_again()
        # Of a change that was done the trail tells so, although its room may have ended just there.
        events = self.program.must("GET", "/audit-events?pageSize=500")["items"]
        self.assertEqual([each for each in events if each["status"] is None], [])

    def test_a_replica_that_ends_meanwhile_is_there_again_when_there_is_room(self):
        self.program.fill()
        ended, serving = self.program.models()
        os.kill(ended, signal.SIGKILL)
        ends = "could not be started: its state cannot be written"

        def says_why(shown):
            reasons = [each["reason"] for each in shown["status"]["replicas"] if each["reason"].startswith(ends)]
            return shown["status"]["availableReplicas"] == 1 and reasons and reasons[0].endswith("No space left on device")

        self.program.wait_for("iris", "Deploying", says_why)
        for _ in range(20):
            self.assertEqual(self.program.predict("iris")[0], 200)
        self.program.make_room()
        wait_until(lambda: len(self.program.models()) == 2, "two replicas")
        self.program.wait_for("iris", check=lambda each: each["status"]["availableReplicas"] == 2)
        self.assertIn(serving, self.program.models())

    def test_a_start_after_a_stop_serves_when_there_is_room(self):
        self.assertEqual(self.program.stop(signal.SIGTERM), 0)
        self.program.start_full()
        shown = self.program.must("GET", "/deployments/iris")
        self.assertEqual((shown["status"]["phase"], shown["status"]["availableReplicas"]), ("Deploying", 0))
        self.assertEqual(self.program.predict("iris")[0], 503)
        self.program.make_room()
        self.program.wait_for("iris", check=lambda each: each["status"]["availableReplicas"] == 2)
        self.assertEqual(self.program.predict("iris")[0], 200)

    def test_a_start_that_cannot_make_the_store_says_why(self):
        self.program.stop(signal.SIGTERM)
        for name in os.listdir(self.program.data):
            if name.startswith("modelgate.db") or name == "ports.json":
                os.remove(os.path.join(self.program.data, name))
        self.program.fill()
        done = subprocess.run(self.program.command(), capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr.strip(), "^modelgate: the store .* cannot be opened: .*; the disk is full$")

    def test_a_start_after_a_crash_serves_on(self):
        self.refusals = set()
        before = self.program.models()
        self.program.fill()
        self.program.stop(signal.SIGKILL)
        self.program.start_full()
        self.assertFalse(os.path.exists(os.path.join(self.program.data, "ports.json")))
        self.program.wait_for("iris", check=lambda each: each["status"]["availableReplicas"] == 2)
        for _ in range(20):
            self.assertEqual(self.program.predict("iris")[0], 200)
        self.assertTrue(self.patch())
        self.assertEqual(self.program.models(), before, "no model was restarted, and none runs twice")
        self.program.make_room()
        self.check_all_goes_again()


if __name__ == "__main__":
    if os.environ.get(INSIDE) is None and subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode == 0:
        os.execvpe("unshare", ["unshare", "--mount", sys.executable, *sys.argv], {**os.environ, INSIDE: "1"})
    unittest.main(verbosity=2)
