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

            models = program.models()
            self.assertEqual(len(models), 4)
            for _ in range(2):
                program.stop(signal.SIGKILL)
                program.start()
                for each, caller in (("pub", None), ("prv", client)):  # at once: nothing has to start
                    self.assertEqual(program.predict(each, client=caller)[0], 200)
                self.assertEqual(program.predict("off")[0], 503)
                for each in ("pub", "prv"):
                    seen = program.wait_for(each)["status"]["replicas"]
                    self.assertEqual([(replica["phase"], replica["restarts"]) for replica in seen], [("Ready", 0)] * 2)
                self.assertEqual(program.models(), models, "no model was restarted")
                self.assertEqual({each["id"]: each["revision"] for each in program.must("GET", "/deployments")["items"]}, before)
                self.assertEqual([each["name"] for each in program.must("GET", "/deployments/prv/clients")["items"]], ["app"])

            # What was adopted is looked after like any other: what ends starts again, what is stopped ends.
            victim, name = program.replicas()[0]
            kill_and_wait(victim)
            again = program.wait_for("prv", check=lambda seen: seen["status"]["availableReplicas"] == 2
                                     and any(replica["restarts"] for replica in seen["status"]["replicas"]))
            self.assertEqual([each["restarts"] for each in again["status"]["replicas"] if each["name"] == name], [1])
            program.must("POST", "/deployments/pub/stop")
            program.wait_for("pub", "Stopped")
            self.assertEqual([each for _, each in program.replicas()], ["deploy-prv-r1-0", "deploy-prv-r1-1"])
            self.assertEqual(program.stop(signal.SIGTERM), 0)
            self.assertEqual(program.replicas(), [])

    def test_what_changed_while_no_modelgate_ran_is_caught_up_with(self):
        with Program() as program:
            program.prepare_iris()
            models = dict(program.replicas())
            program.stop(signal.SIGKILL)
            victim, gone = sorted(models.items(), key=lambda each: each[1])[0]
            kill_and_wait(victim)
            program.start()
            self.assertEqual(program.predict("iris")[0], 200, "the other one serves")
            program.wait_for("iris", check=lambda each: each["status"]["availableReplicas"] == 2)
            running = dict(program.replicas())
            self.assertEqual(sorted(running.values()), sorted(models.values()))
            self.assertEqual(set(running) & set(models), set(models) - {victim})
            program.must("PATCH", "/deployments/iris", {"modelImage": "demo/iris:2.0"}, If_Match="*")
            wait_until(lambda: any("-r2-" in name for _, name in program.replicas()), "the update has begun")
            program.stop(signal.SIGKILL)
            program.start()
            program.wait_for("iris", check=lambda each: each["status"]["availableReplicas"] == 2)
            wait_until(lambda: [name for _, name in program.replicas()] == ["deploy-iris-r2-0", "deploy-iris-r2-1"], "the update goes on")
            self.assertEqual(program.stop(signal.SIGTERM), 0)
            self.assertEqual(program.replicas(), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
