#!/usr/bin/env python3
"""kill -9 of a replica and of modelgate itself."""
import os
import select
import signal
import threading
import time
import unittest

from program import PATIENCE, Load, Program, wait_until


def kill_and_wait(pid):
    """SIGKILL, until the last thread has ended and with it every socket is closed: the first of them ends earlier."""
    descriptor = os.pidfd_open(pid)
    try:
        os.kill(pid, signal.SIGKILL)
        ended, _, _ = select.select([descriptor], [], [], PATIENCE)
        assert ended, "the replica did not end"
    finally:
        os.close(descriptor)


class Watch:
    """Looks all the time which processes of replicas run at the same moment."""

    def __init__(self, program):
        self.program = program
        self.seen = []
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        before = self.program.replicas()
        while not self.ending.is_set():
            now = self.program.replicas()
            # One look takes a while; what stands in two of them ran all the time between them.
            self.seen.append([name for pid, name in before if (pid, name) in now])
            before = now

    def stop(self):
        self.ending.set()
        self.thread.join(PATIENCE)
        return self.seen


class ReplicasDie(unittest.TestCase):
    def test_only_requests_on_the_killed_replica_fail(self):
        with Program() as program:
            program.prepare_iris()
            load = Load(program, "iris", connections=32)
            load.wait_for_answers(500)
            victim, name = program.replicas()[0]
            kill_and_wait(victim)
            gone_at = time.monotonic()
            load.wait_for_answers(500)
            back = program.wait_for("iris", check=lambda each: each["status"]["availableReplicas"] == 2)
            back_after = time.monotonic() - gone_at
            load.wait_for_answers(200)
            answered, failures = load.stop()
            # What fails was on it: one request of each connection at most.
            self.assertLessEqual(len(failures), 32)
            late = [failure for began, failure in failures if began > gone_at]
            self.assertEqual(late, [], "requests begun after the replica had died")
            self.assertGreater(answered, 1200)
            self.assertLess(back_after, 15, "back-off of half a second, a start and a probe")
            restarted = [each for each in back["status"]["replicas"] if each["name"] == name]
            self.assertEqual([each["restarts"] for each in restarted], [1])
            self.assertEqual(len(program.replicas()), 2)
            self.assertNotIn(victim, [pid for pid, _ in program.replicas()])

    def test_kill_9_of_modelgate_loses_nothing_and_doubles_nothing(self):
        with Program() as program:
            program.prepare()
            program.deploy("pub")
            program.deploy("prv", endpointAccessType="private")
            program.deploy("off", replicas=1)
            for each in ("pub", "prv", "off"):
                program.wait_for(each)
            program.must("POST", "/deployments/off/stop")
            program.wait_for("off", "Stopped")
            client = "app:" + program.must("POST", "/deployments/prv/clients", {"name": "app"})["token"]
            before = {each["id"]: each["revision"] for each in program.must("GET", "/deployments")["items"]}

            for _ in range(2):
                program.stop(signal.SIGKILL)
                orphans = [pid for pid, _ in program.replicas()]
                self.assertEqual(len(orphans), 4)
                watch = Watch(program)
                program.start()
                for each in ("pub", "prv"):
                    program.wait_for(each, check=lambda seen: [replica["phase"] for replica in seen["status"]["replicas"]] == ["Ready"] * 2)
                seen = watch.stop()
                self.assertTrue(seen)
                for names in seen:
                    self.assertEqual(len(set(names)), len(names), "never two processes for one replica")
                    for each in ("pub", "prv"):
                        self.assertLessEqual(sum(name.startswith(f"deploy-{each}-") for name in names), 2, names)
                self.assertEqual(program.predict("pub")[0], 200)
                self.assertEqual(program.predict("prv", client=client)[0], 200)
                self.assertEqual(program.predict("off")[0], 503)
                running = program.replicas()
                names = [name for _, name in running]
                self.assertEqual(len(set(names)), 4, names)
                self.assertEqual([name.rsplit("-", 1)[0] for name in names], ["deploy-prv-r1"] * 2 + ["deploy-pub-r1"] * 2)
                self.assertFalse(set(orphans) & {pid for pid, _ in running})
                self.assertEqual({each["id"]: each["revision"] for each in program.must("GET", "/deployments")["items"]}, before)
            self.assertEqual(program.stop(signal.SIGTERM), 0)
            self.assertEqual(program.replicas(), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
