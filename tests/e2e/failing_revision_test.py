#!/usr/bin/env python3
"""A revision that does not come up costs nobody a request: the last good one serves on, whatever happens to it meanwhile."""
import os
import shutil
import signal
import subprocess
import tempfile
import unittest

from program import PROGRAM, SOURCE, Load, Program, wait_until

BROKEN = {  # image: its command
    "bad/crashes": 'command = ["python3", "-c", "import sys; print(\'cannot load weights\'); sys.exit(3)"]',
    "bad/dies": 'command = ["python3", "-c", "import sys, time; time.sleep(0.4); print(\'no weights\'); sys.exit(5)"]',
    # Ready at once, and gone soon after.
    "bad/flutters": 'command = ["python3", "-c", "import http.server, os, threading; threading.Timer(0.7, lambda: (print(\'out of luck\', flush=True), '
                    'os._exit(7))).start(); http.server.HTTPServer((\'127.0.0.1\', int(os.environ[\'PREDICTIVE_UNIT_SERVICE_PORT\'])), '
                    'http.server.SimpleHTTPRequestHandler).serve_forever()"]\nhealth_path = "/"',
    "bad/deaf": 'command = ["python3", "-c", "import time; time.sleep(3600)"]\nhealth_path = "/health/status"',
}
# Answers at the path that its protocol has, and nowhere else; slowly enough that one at a time is not enough.
STRICT = """
import http.server, os, time
class Strict(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")
    def do_GET(self):
        self.answer(200 if self.path == "/health/status" else 404)
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(0.01)
        self.answer(200 if self.path == "/predict" else 404)
    def log_message(self, *unused):
        pass
class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128
Server(("127.0.0.1", int(os.environ["PREDICTIVE_UNIT_SERVICE_PORT"])), Strict).serve_forever()
"""
DEADLINE = 2  # seconds that a revision has to come up


class FailingRevision(unittest.TestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        images = os.path.join(folder, "images")
        shutil.copytree(os.path.join(SOURCE, "conf", "images"), images)
        for name, text in BROKEN.items():
            os.makedirs(os.path.join(images, name, "1"))
            with open(os.path.join(images, name, "1", "image.toml"), "w") as manifest:
                manifest.write(text + "\n")
        for name, code in (("strict/predict", STRICT), ("strict/late", "import time; time.sleep(1)\n" + STRICT)):
            os.makedirs(os.path.join(images, name, "1"))
            with open(os.path.join(images, name, "1", "model.py"), "w") as model:
                model.write(code)
            with open(os.path.join(images, name, "1", "image.toml"), "w") as manifest:
                manifest.write('command = ["python3", "model.py"]\nhealth_path = "/health/status"\nconcurrency = 16\n')
        config = os.path.join(folder, "modelgate.toml")
        with open(config, "w") as text:
            text.write(f'catalogue.path = "{images}"\n')
        self.program = self.enterContext(Program(config=config))
        self.program.prepare()
        self.program.deploy("iris", progressDeadline=DEADLINE)
        self.program.wait_for("iris")
        self.load = Load(self.program, "iris", connections=8, pause=0.005)
        self.load.wait_for_answers(50)

    def patch(self, **what):
        return self.program.must("PATCH", "/deployments/iris", what, If_Match="*")

    def failed(self, *words):
        """The deployment once it has failed and says why in these words."""
        return self.program.wait_for("iris", "Failed", lambda each: all(word in each["status"]["message"] for word in words))

    def check_load(self):
        self.load.wait_for_answers(50)
        answered, failures = self.load.stop()
        self.assertEqual(failures, [])
        self.assertGreater(answered, 100)

    def good_ones(self):
        return {pid: name for pid, name in self.program.replicas() if name.startswith("deploy-iris-r1-")}

    def client(self, *words):
        environment = {"PATH": os.environ["PATH"], "HOME": self.program.folder, "MODELGATE_SERVER": self.program.url("control"),
                       "MODELGATE_TOKEN": self.program.token}
        return subprocess.run([PROGRAM, *words], capture_output=True, text=True, env=environment, timeout=120, stdin=subprocess.DEVNULL)

    def test_waiting_for_one_that_is_rolled_back_by_itself_is_a_failure(self):
        self.patch(modelImage="bad/crashes:1", autoRollback=True)
        for words in ((), ("--revision", "2")):  # the second comes when all is over
            done = self.client("deployments", "wait", "iris", "--timeout", "60s", *words)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("did not come to revision 2: it is at revision 3 by modelgate, ", done.stderr)
            self.assertIn("cannot load weights", done.stderr)
        done = self.client("deployments", "wait", "iris", "--timeout", "60s", "--revision", "3")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.check_load()

    def test_waiting_for_one_that_crashes_ends_with_why_and_its_last_words(self):
        self.patch(modelImage="bad/crashes:1")
        done = self.client("deployments", "wait", "iris", "--timeout", "60s")
        self.assertEqual(done.returncode, 1, done.stderr)
        said = done.stderr.splitlines()
        end = next(number for number, line in enumerate(said) if "will not be deployed by waiting" in line)
        self.assertIn("Failed: ", said[end + 1])
        self.assertTrue(any(line.endswith("cannot load weights") for line in said[end + 2:]), done.stderr)
        self.check_load()

    def test_one_that_crashes_says_its_last_word_and_the_old_one_serves_on(self):
        before = self.good_ones()
        self.patch(modelImage="bad/crashes:1")
        shown = self.failed("cannot load weights", "revision 1 serves on", "2 of 2 replicas are available now")
        self.assertEqual(shown["status"]["availableReplicas"], 2)
        self.assertEqual(self.good_ones(), before)
        # A later revision goes on from there.
        self.patch(modelImage="demo/iris:2.0")
        self.program.wait_for("iris", check=lambda each: [replica["revision"] for replica in each["status"]["replicas"]] == [3, 3])
        self.check_load()

    def test_one_that_dies_after_a_while_says_how_at_every_instant(self):
        self.patch(modelImage="bad/dies:1")
        reasons = set()

        def has_failed():
            shown = self.program.must("GET", "/deployments/iris")
            failures = [each for each in shown["status"]["replicas"] if each["revision"] == 2]
            reasons.update((each["phase"], "exited with code 5; last log line: no weights" in each["reason"]) for each in failures if each["restarts"] > 0)
            if shown["status"]["phase"] == "Failed":
                self.assertIn("exited with code 5; last log line: no weights", shown["status"]["message"])
            # Both while it starts again and while it waits to.
            return {("Starting", True), ("Exited", True)} <= reasons and shown["status"]["phase"] == "Failed"

        wait_until(has_failed, "a failure")
        self.assertEqual({said for _, said in reasons}, {True})
        self.check_load()

    def test_one_that_dies_soon_after_it_was_ready_is_not_good(self):
        self.program.deploy("solo", replicas=1, progressDeadline=DEADLINE)
        self.program.wait_for("solo")
        self.program.must("PATCH", "/deployments/solo", {"modelImage": "bad/flutters:1", "autoRollback": True, "endpointAccessType": "private",
                                                         "description": "later"}, If_Match="*")
        back = self.program.wait_for("solo", check=lambda each: each["revision"] == 3)
        self.assertEqual((back["modelImage"], back["updatedBy"]), ("demo/iris:1.0", "modelgate"))
        self.assertIn("exited with code 7; last log line: out of luck", back["updateMessage"])
        # Who may call is not what failed.
        self.assertEqual((back["endpointAccessType"], back["description"]), ("private", "later"))
        event = self.program.must("GET", "/audit-events?resource=deployments/solo&user=modelgate")["items"]
        self.assertEqual([(each["path"], each["result"]) for each in event], [("/deployments/solo/rollback", "done")])
        self.check_load()

    def test_one_that_never_answers_its_health_path_fails_too(self):
        self.patch(modelImage="bad/deaf:1")
        self.failed("/health/status", "revision 1 serves on")
        self.check_load()

    def test_how_it_wants_to_be_called_is_no_matter_of_the_one_that_serves_on(self):
        self.program.deploy("strict", modelImage="strict/predict:1", replicas=1, progressDeadline=DEADLINE)
        self.program.wait_for("strict")
        load = Load(self.program, "strict", connections=16)
        load.wait_for_answers(100)
        self.program.must("PATCH", "/deployments/strict", {"modelImage": "bad/deaf:1", "serving": {"protocol": "passthrough", "concurrency": 1}},
                          If_Match="*")
        self.program.wait_for("strict", "Failed", lambda each: "revision 1 serves on" in each["status"]["message"])
        load.wait_for_answers(100)
        self.assertEqual(load.stop()[1], [])
        limit = 'modelgate_replica_concurrency_limit{deployment_name="strict",replica="deploy-strict-r1-0"}'
        self.assertEqual(self.program.metrics()[limit], 16)
        self.check_load()

    def test_what_cannot_serve_beside_the_good_one_makes_room_for_it(self):
        self.program.deploy("strict", modelImage="strict/predict:1", replicas=4, progressDeadline=DEADLINE)
        self.program.wait_for("strict")
        change = lambda **what: self.program.must("PATCH", "/deployments/strict", what, If_Match="*")
        ready = lambda each: sum(replica["revision"] == 2 and replica["phase"] == "Ready" for replica in each["status"]["replicas"])
        change(modelImage="strict/late:1", serving={"protocol": "passthrough"})
        self.program.wait_for("strict", "Deploying", lambda each: ready(each) == 2)
        change(modelImage="bad/deaf:1")
        self.program.wait_for("strict", "Failed", lambda each: "revision 1 serves on; 4 of 4 replicas" in each["status"]["message"])
        load = Load(self.program, "strict", connections=4)
        load.wait_for_answers(100)
        self.assertEqual(load.stop()[1], [])
        self.check_load()

    def test_one_that_starts_a_stopped_deployment_is_taken_back_to_what_was_good_before(self):
        self.load.stop()
        self.program.must("POST", "/deployments/iris/stop")
        self.program.wait_for("iris", "Stopped")
        self.patch(modelImage="bad/crashes:1", autoRollback=True, stop=False)
        back = self.program.wait_for("iris", check=lambda each: each["revision"] == 4)
        self.assertEqual((back["modelImage"], back["replicas"], back["updatedBy"]), ("demo/iris:1.0", 2, "modelgate"))
        self.assertTrue(back["updateMessage"].startswith("Rolled back to revision 1 by itself: "), back["updateMessage"])
        self.assertEqual(self.program.predict("iris")[0], 200)

    def test_a_good_replica_that_dies_meanwhile_comes_back(self):
        self.patch(modelImage="bad/deaf:1")
        self.failed("revision 1 serves on")
        died = min(self.good_ones())
        os.kill(died, signal.SIGKILL)
        wait_until(lambda: len(self.good_ones()) == 2 and died not in self.good_ones(), "another good one")
        self.program.wait_for("iris", "Failed", lambda each: each["status"]["availableReplicas"] == 2)
        # That request which was on it is lost; no other is.
        self.load.wait_for_answers(50)
        self.assertLessEqual(len(self.load.stop()[1]), 8)

    def test_the_good_one_is_started_again_by_the_next_modelgate(self):
        self.load.stop()
        self.patch(modelImage="bad/deaf:1")
        self.failed("revision 1 serves on")
        self.assertEqual(self.program.stop(signal.SIGTERM), 0)
        self.assertEqual(self.program.replicas(), [])
        self.program.start()
        wait_until(lambda: self.program.predict("iris")[0] == 200, "an answer")
        self.program.wait_for("iris", "Failed", lambda each: each["status"]["availableReplicas"] == 2)

    def test_by_itself_the_last_good_one_comes_back_as_a_revision(self):
        before = self.good_ones()
        self.patch(modelImage="bad/crashes:1", autoRollback=True, replicas=3)
        back = self.program.wait_for("iris", check=lambda each: each["revision"] == 3)
        self.assertEqual((back["modelImage"], back["replicas"], back["updatedBy"]), ("demo/iris:1.0", 2, "modelgate"))
        self.assertIn("cannot load weights", back["updateMessage"])
        self.assertEqual(self.good_ones(), before, "nothing was restarted")
        newest = self.program.must("GET", "/deployments/iris/history")["items"][0]
        self.assertEqual((newest["revision"], newest["createdBy"]), (3, "modelgate"))
        self.check_load()

    def test_a_rollback_that_has_no_room_in_the_quota_says_so_and_comes_when_there_is(self):
        self.program.must("POST", "/instance-types", {"name": "small", "displayName": "Small", "cpu": 0.25, "memoryGiB": 1})
        self.patch(modelImage="bad/deaf:1", instanceType="small")
        self.program.deploy("other", replicas=1)
        self.program.must("PATCH", "/groups/research", {"quota": {"cpu": 1.5}})
        self.failed("revision 1 serves on")
        self.patch(autoRollback=True)
        self.failed("revision 1 serves on", "\nThe rollback to revision 1 waits for room in the quota of group research, for one replica "
                                            "cpu: 1 requested, 1 used, limit 1.5")
        listed = {each["id"]: each for each in self.program.must("GET", "/deployments")["items"]}
        self.assertEqual(listed["iris"]["revision"], 3)
        self.assertIn("waits for room", listed["iris"]["status"]["message"])
        self.program.must("POST", "/deployments/other/stop")
        back = self.program.wait_for("iris", check=lambda each: each["revision"] == 4)
        self.assertEqual((back["modelImage"], back["replicas"], back["updatedBy"]), ("demo/iris:1.0", 1, "modelgate"))
        self.check_load()

    def test_a_rollback_by_hand_restarts_nothing_that_serves(self):
        before = self.good_ones()
        self.patch(modelImage="bad/deaf:1")
        self.failed("revision 1 serves on")
        back = self.program.must("POST", "/deployments/iris/rollback", {"revision": 1, "updateMessage": "no"})
        self.assertEqual((back["revision"], back["modelImage"], back["updateMessage"]), (3, "demo/iris:1.0", "no"))
        self.program.wait_for("iris", check=lambda each: len(each["status"]["replicas"]) == 2)
        self.assertEqual(self.good_ones(), before)
        self.check_load()


if __name__ == "__main__":
    unittest.main(verbosity=2)
