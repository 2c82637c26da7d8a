#!/usr/bin/env python3
"""An update under load: one replica after the other, new ready before old drained, no request lost."""
import json
import os
import shutil
import tempfile
import threading
import time
import unittest

from program import SOURCE, Load, Program


class Rollout(unittest.TestCase):
    def watch(self, program, seen, ending):
        while not ending.wait(0.02):
            status = program.must("GET", "/deployments/iris")["status"]
            seen.append((status["availableReplicas"], [(each["name"], each["phase"]) for each in status["replicas"]]))

    def test_a_new_image_replaces_the_replicas_one_by_one(self):
        with Program() as program:
            program.prepare_iris()
            load = Load(program, "iris", connections=32)
            load.wait_for_answers(300)
            seen, ending = [], threading.Event()
            watcher = threading.Thread(target=self.watch, args=(program, seen, ending))
            watcher.start()
            patched = program.must("PATCH", "/deployments/iris", {"modelImage": "demo/iris:2.0", "updateMessage": "v2"}, If_Match='"1"')
            self.assertEqual(patched["revision"], 2)
            program.wait_for("iris", check=lambda each: each["status"]["availableReplicas"] == 2
                             and len(each["status"]["replicas"]) == 2
                             and all(replica["revision"] == 2 for replica in each["status"]["replicas"]))
            load.wait_for_answers(300)
            ending.set()
            watcher.join()
            answered, failures = load.stop()
            self.assertEqual(failures, [])
            self.assertGreater(answered, 600)
            self.assertGreaterEqual(min(available for available, _ in seen), 2, "never fewer ready than before")
            self.assertLessEqual(max(sum(phase in ("Starting", "Ready", "Unready") for _, phase in replicas) for _, replicas in seen), 3,
                                 "one more at the most")
            answer = json.loads(program.predict("iris")[1])
            self.assertEqual(answer["meta"]["tags"]["version"], "2.0")
            self.assertEqual([name for _, name in program.replicas()], ["deploy-iris-r2-0", "deploy-iris-r2-1"])

    def test_the_config_says_how_many_start_at_once_and_when_a_revision_is_good(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        images = os.path.join(folder, "images")
        shutil.copytree(os.path.join(SOURCE, "conf", "images"), images)
        os.makedirs(os.path.join(images, "bad/crashes/1"))
        with open(os.path.join(images, "bad/crashes/1/image.toml"), "w") as manifest:
            manifest.write('command = ["false"]\n')
        config = os.path.join(folder, "modelgate.toml")
        with open(config, "w") as text:
            text.write(f'catalogue.path = "{images}"\n[rollout]\nsurge = 2\nsettle = "200ms"\n')
        with Program(config=config) as program:
            program.prepare_iris()
            seen, ending = [], threading.Event()
            watcher = threading.Thread(target=self.watch, args=(program, seen, ending))
            watcher.start()
            program.must("PATCH", "/deployments/iris", {"modelImage": "demo/iris:2.0"}, If_Match="*")
            program.wait_for("iris", check=lambda each: [one["revision"] for one in each["status"]["replicas"]] == [2, 2])
            ending.set()
            watcher.join()
            both = [replicas for _, replicas in seen if sum("-r2-" in name for name, _ in replicas) == 2 and sum("-r1-" in name for name, _ in replicas) == 2]
            self.assertTrue(any(phase == "Starting" for replicas in both for name, phase in replicas if "-r2-" in name), "two start beside both old ones")
            # It is good at once: without the config it would be that in half a minute, and nothing came back before.
            began = time.monotonic()
            program.must("PATCH", "/deployments/iris", {"modelImage": "bad/crashes:1", "progressDeadline": 1, "autoRollback": True}, If_Match="*")
            back = program.wait_for("iris", check=lambda each: each["updatedBy"] == "modelgate")
            self.assertEqual((back["revision"], back["modelImage"]), (4, "demo/iris:2.0"))
            self.assertLess(time.monotonic() - began, 20)

    def test_one_replica_is_replaced_without_losing_a_request(self):
        with Program() as program:
            program.prepare()
            program.deploy("iris", replicas=1)
            program.wait_for("iris")
            load = Load(program, "iris", connections=16)
            load.wait_for_answers(100)
            program.must("PATCH", "/deployments/iris", {"modelImage": "demo/iris:2.0"}, If_Match="*")
            program.wait_for("iris", check=lambda each: [one["revision"] for one in each["status"]["replicas"]] == [2])
            load.wait_for_answers(100)
            self.assertEqual(load.stop()[1], [])

    def test_a_restart_replaces_every_replica_and_loses_no_request(self):
        with Program() as program:
            program.prepare_iris()
            load = Load(program, "iris", connections=16)
            load.wait_for_answers(100)
            before = program.models()
            restarted = program.must("POST", "/deployments/iris/restart")
            self.assertEqual((restarted["revision"], restarted["updateMessage"]), (2, "Deployment Restarted"))
            program.wait_for("iris", check=lambda each: [one["revision"] for one in each["status"]["replicas"]] == [2, 2])
            self.assertFalse(set(program.models()) & set(before))
            load.wait_for_answers(100)
            self.assertEqual(load.stop()[1], [])

    def test_a_rollback_brings_an_earlier_spec_back(self):
        with Program() as program:
            program.prepare_iris()
            program.must("PATCH", "/deployments/iris", {"modelImage": "demo/iris:2.0", "description": "two"}, If_Match="*")
            program.wait_for("iris", check=lambda each: [one["revision"] for one in each["status"]["replicas"]] == [2, 2])
            load = Load(program, "iris", connections=16)
            load.wait_for_answers(100)
            back = program.must("POST", "/deployments/iris/rollback", {"revision": 1})
            self.assertEqual((back["modelImage"], back["description"], back["updateMessage"]), ("demo/iris:1.0", "", "Rolled back to revision 1"))
            program.wait_for("iris", check=lambda each: [one["revision"] for one in each["status"]["replicas"]] == [3, 3])
            self.assertEqual(json.loads(program.predict("iris")[1])["meta"]["tags"]["version"], "1.0")
            load.wait_for_answers(100)
            self.assertEqual(load.stop()[1], [])
            changes = program.must("GET", "/deployments/iris/history/1/diff?to=2")["changes"]
            self.assertEqual({each["pointer"]: (each["from"], each["to"]) for each in changes},
                             {"/modelImage": ("demo/iris:1.0", "demo/iris:2.0"), "/description": ("", "two")})
            self.assertEqual(program.must("GET", "/deployments/iris/history/1/diff?to=3")["changes"], [])

    def test_what_is_stopped_stays_stopped_through_updates_and_rollbacks(self):
        with Program() as program:
            program.prepare_iris()
            program.must("POST", "/deployments/iris/stop")
            program.wait_for("iris", "Stopped")
            self.assertTrue(program.must("PATCH", "/deployments/iris", {"modelImage": "demo/iris:2.0"}, If_Match="*")["stop"])
            self.assertTrue(program.must("POST", "/deployments/iris/rollback", {"revision": 1})["stop"])
            self.assertEqual(program.replicas(), [])
            self.assertEqual(program.api("POST", "/deployments/iris/restart")[0], 409)
            program.must("PATCH", "/deployments/iris", {"stop": False}, If_Match="*")
            program.wait_for("iris")

    def test_scaling_and_descriptions_restart_nothing(self):
        with Program() as program:
            program.prepare_iris()
            before = program.replicas()
            program.must("PATCH", "/deployments/iris", {"description": "another"}, If_Match="*")
            program.wait_for("iris")
            self.assertEqual(program.replicas(), before)
            program.must("PATCH", "/deployments/iris", {"replicas": 3}, If_Match="*")
            program.wait_for("iris", check=lambda each: each["status"]["availableReplicas"] == 3)
            self.assertEqual(program.replicas()[:2], before)
            program.must("PATCH", "/deployments/iris", {"replicas": 1}, If_Match="*")
            program.wait_for("iris", check=lambda each: len(each["status"]["replicas"]) == 1)
            self.assertEqual(program.replicas(), before[:1])


if __name__ == "__main__":
    unittest.main(verbosity=2)
