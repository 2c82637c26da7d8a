#!/usr/bin/env python3
"""kill -9 of a replica and of modelgate itself."""
import os
import select
import signal
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
            # What fails was on it: a connection may lose one request there and, while its last threads still end, another.
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
                program.start()
                for each in ("pub", "prv"):
                    program.wait_for(each, check=lambda seen: [replica["phase"] for replica in seen["status"]["replicas"]] == ["Ready"] * 2)
                wait_until(lambda: len(program.replicas()) == 4, "the ones from before gone")
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
