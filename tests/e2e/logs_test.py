#!/usr/bin/env python3
"""Logs of replicas as people get them, over REST and the command line, and how long and how much of them is kept."""
import contextlib
import os
import re
import signal
import subprocess
import unittest
import urllib.parse

from obedient import ObedientProgram
from program import PATIENCE, PROGRAM, wait_until

SAVED_AS = r'^attachment; filename="\d{4}(-\d\d){5}%s\.log"$'
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z ")


class Logs(unittest.TestCase):
    def start(self, *lines):
        self.program = self.enterContext(ObedientProgram(lines))
        self.program.prepare()
        return self.program

    def say(self, *lines, deployment="talker"):
        for line in lines:
            self.assertIsNotNone(self.program.order(deployment, say=line))

    def logs(self, deployment="talker", **query):
        path = f"/deployments/{deployment}/logs" + ("?" + urllib.parse.urlencode(query) if query else "")
        status, text, fields = self.program.api("GET", path)
        self.assertEqual(status, 200, text)
        return text, fields

    def lines(self, deployment="talker", **query):
        return self.logs(deployment, **query)[0].splitlines()

    def wait_for_line(self, line, deployment="talker"):
        wait_until(lambda: any(each.endswith(line) for each in self.lines(deployment)), line)

    def client(self, *words):
        environment = {"PATH": os.environ["PATH"], "HOME": self.program.folder, "MODELGATE_SERVER": self.program.url("control"),
                       "MODELGATE_TOKEN": self.program.token}
        return [PROGRAM, "deployments", "logs", *words], environment

    def run_client(self, *words):
        command, environment = self.client(*words)
        return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=PATIENCE, check=True, stdin=subprocess.DEVNULL).stdout

    def test_one_log_is_asked_for_in_every_way(self):
        self.start()
        self.program.deploy_obedient("talker")
        self.say("one", "two", "three")
        self.wait_for_line("three")
        prefixed = [f"[deploy-talker-r1-0] {each}" for each in ("one", "two", "three")]
        self.assertEqual(self.lines(), prefixed)
        self.assertEqual(self.lines(tail=1), prefixed[-1:])
        self.assertEqual(self.lines(replica="deploy-talker-r1-0", tail=2), ["two", "three"])
        stamped = self.lines(replica="deploy-talker-r1-0", timestamps="true")
        self.assertTrue(all(TIME.match(each) for each in stamped), stamped)
        self.assertEqual([TIME.sub("", each) for each in stamped], ["one", "two", "three"])
        self.assertEqual(self.lines(since=stamped[1].split()[0]), prefixed[1:])
        self.assertEqual(self.lines(since="2100-01-01T00:00:00Z"), [])
        self.assertEqual(self.program.api("GET", "/deployments/talker/logs?previous=true&replica=deploy-talker-r1-0")[0], 404)

        whole, fields = self.logs(tail="all", download="true")
        self.assertEqual(whole.splitlines(), prefixed)
        self.assertRegex(fields["Content-Disposition"], SAVED_AS % "")
        self.assertEqual(fields.get_content_type(), "text/plain")
        self.assertRegex(self.logs(download="true", replica="deploy-talker-r1-0")[1]["Content-Disposition"], SAVED_AS % "")
        self.assertNotIn("Content-Disposition", self.logs()[1])
        self.assertEqual(self.run_client("talker"), "".join(each + "\n" for each in prefixed))
        self.assertEqual(self.run_client("talker", "--replica", "deploy-talker-r1-0", "--tail", "1"), "three\n")

    def test_primehubs_sdk_can_decode_each_piece_that_it_reads(self):
        self.start()
        self.program.deploy_obedient("talker")
        written = "\n".join(f"{number} größer 漢字 {'ä' * (number % 90)}" for number in range(900))
        self.say(written, "ä" * 6_000, "the end")
        self.wait_for_line("the end")
        with contextlib.closing(self.program.connect("control")) as connection:
            connection.request("GET", "/api/logs/namespaces/hub/phdeployments/deploy-talker-r1-0?follow=true&tailLines=2000",
                               headers={"Authorization": "Bearer " + self.program.token})
            answer = connection.getresponse()
            pieces = []
            while not (pieces and pieces[-1].endswith("the end\n")):
                size = int(answer.fp.readline(), 16)
                self.assertLessEqual(size, 8192)  # `iter_content(chunk_size=8192)` gives a larger chunk in several pieces
                pieces.append(answer.fp.read(size).decode())
                answer.fp.readline()
        self.assertEqual("".join(pieces).splitlines(), [*written.split("\n"), "ä" * 6_000, "the end"])
        self.assertGreater(len(pieces), 10)

    def test_a_download_is_the_whole_and_an_answer_its_end(self):
        self.start()
        self.program.deploy_obedient("talker")
        self.say("\n".join(f"line {number}" for number in range(3000)))
        self.wait_for_line("line 2999")
        self.assertEqual(len(self.lines()), 2000)
        self.assertEqual(self.lines()[0], "[deploy-talker-r1-0] line 1000")
        whole = self.lines(download="true")
        self.assertEqual(whole, [f"[deploy-talker-r1-0] line {number}" for number in range(3000)])
        self.assertEqual(len(self.lines(download="true", tail=10)), 10)
        self.assertEqual(len(self.run_client("talker", "--tail", "all").splitlines()), 3000)

    def test_what_a_crashed_instance_said_is_kept_beside_the_next_ones(self):
        self.start()
        self.program.deploy_obedient("talker")
        self.say("last words")
        self.wait_for_line("last words")
        self.assertIsNone(self.program.order("talker", end=3))
        self.program.wait_for("talker", check=lambda each: each["status"]["replicas"][0]["restarts"] == 1)
        self.say("born again")
        self.wait_for_line("born again")
        self.assertEqual(self.lines(replica="deploy-talker-r1-0"), ["born again"])
        self.assertEqual(self.lines(replica="deploy-talker-r1-0", previous="true"), ["last words"])
        self.assertEqual(self.run_client("talker", "--previous"), "[deploy-talker-r1-0] last words\n")
        self.assertEqual(self.lines(previous="true", follow="true"), ["[deploy-talker-r1-0] last words"], "it ends: there is nothing to wait for")
        fields = self.logs(replica="deploy-talker-r1-0", previous="true", download="true")[1]
        self.assertRegex(fields["Content-Disposition"], SAVED_AS % "-previous")

    def follow(self, query="", token=None):
        connection = self.program.connect("control")
        self.addCleanup(connection.close)
        connection.request("GET", "/api/v1/deployments/talker/logs?follow=true" + query, headers={"Authorization": "Bearer " + (token or self.program.token)})
        answer = connection.getresponse()
        self.assertEqual((answer.status, answer.headers["Transfer-Encoding"]), (200, "chunked"))
        return answer

    def test_who_follows_gets_whole_lines_at_once_and_the_end(self):
        self.start('timeouts.log_heartbeat = "60s"')
        self.program.deploy_obedient("talker")
        answer = self.follow("&replica=deploy-talker-r1-0")
        for word in ("first", "second"):
            self.say(word)
            self.assertEqual(answer.readline().decode(), word + "\n")  # it waits for nothing else
        self.assertIsNone(self.program.order("talker", end=0))
        self.assertEqual(answer.read(), b"", "the replica has ended")

    def test_who_follows_all_gets_the_end_when_the_group_may_run_nothing_any_more(self):
        self.start()
        self.program.deploy_obedient("talker")
        self.say("first")
        answer = self.follow()
        self.assertEqual(answer.readline().decode(), "[deploy-talker-r1-0] first\n")
        self.program.must("PATCH", "/groups/research", {"enabledDeployment": False})
        self.assertEqual(answer.read().decode().strip(), "")
        self.assertEqual(self.program.must("GET", "/deployments/talker")["status"]["phase"], "Failed")

    def test_who_follows_all_hears_a_replica_that_was_started_again(self):
        self.start('timeouts.log_heartbeat = "60s"')
        self.program.deploy_obedient("talker")
        answer = self.follow()
        self.say("before")
        self.assertEqual(answer.readline().decode(), "[deploy-talker-r1-0] before\n")
        self.assertIsNone(self.program.order("talker", end=3))
        self.program.wait_for("talker", check=lambda each: each["status"]["replicas"][0]["restarts"] == 1)
        self.say("after")
        self.assertEqual(answer.readline().decode(), "[deploy-talker-r1-0] after\n")

    def test_who_may_not_read_on_is_told_no_more(self):
        self.start('timeouts.log_heartbeat = "100ms"')
        self.program.deploy_obedient("talker")
        self.program.must("POST", "/users", {"name": "ada"})
        token = self.program.must("POST", "/tokens", {"name": "follows", "user": "ada"})["token"]
        self.program.must("PATCH", "/groups/research", {"members": ["ada"]})
        for query, end in (("", lambda: self.program.must("PATCH", "/groups/research", {"members": []})),
                           ("&replica=deploy-talker-r1-0", lambda: self.program.must("PATCH", "/users/ada", {"disabled": True}))):
            with self.subTest(query):
                self.program.must("PATCH", "/groups/research", {"members": ["ada"]})
                answer = self.follow(query, token)
                word = "for her" + query
                self.say(word)
                while not answer.readline().endswith(word.encode() + b"\n"):
                    pass
                end()
                self.assertEqual([line for line in answer if line != b"\n"], [], "the answer ends, and says nothing more")

    def test_silence_is_broken_by_an_empty_line_between_lines(self):
        self.start('timeouts.log_heartbeat = "100ms"')
        self.program.deploy_obedient("talker")
        answer = self.follow("&timestamps=true")
        self.assertEqual([answer.readline() for _ in range(3)], [b"\n"] * 3)
        self.say("a line", "")
        seen = [line for line in (answer.readline().decode() for _ in range(40)) if line != "\n"]
        self.assertEqual([re.sub(r" \S+Z ", " ", each) for each in seen], ["[deploy-talker-r1-0] a line\n", "[deploy-talker-r1-0] \n"])
        command, environment = self.client("talker", "-f")
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, stdin=subprocess.DEVNULL) as client:
            self.assertEqual(client.stdout.readline(), "[deploy-talker-r1-0] a line\n")
            self.assertEqual(client.stdout.readline(), "[deploy-talker-r1-0] \n")
            self.say("another")  # what came before it was silence, which the command line does not show
            self.assertEqual(client.stdout.readline(), "[deploy-talker-r1-0] another\n")
            self.program.must("POST", "/deployments/talker/stop")
            self.assertEqual(client.stdout.read(), "")
            self.assertEqual(client.wait(PATIENCE), 0)

    def test_the_log_of_a_stopped_deployment_stays_and_goes_with_it(self):
        self.start()
        self.program.deploy_obedient("talker")
        self.say("remember")
        self.wait_for_line("remember")
        self.program.must("POST", "/deployments/talker/stop")
        self.program.wait_for("talker", "Stopped", lambda each: not each["status"]["replicas"])
        self.assertEqual(self.lines(), ["[deploy-talker-r1-0] remember"])
        self.assertEqual(self.lines(replica="deploy-talker-r1-0"), ["remember"])
        self.assertEqual(self.lines(follow="true"), ["[deploy-talker-r1-0] remember"], "nothing more can come")
        self.program.stop(signal.SIGTERM)
        self.program.start()
        self.assertEqual(self.run_client("talker"), "[deploy-talker-r1-0] remember\n")
        kept = os.path.join(self.program.data, "replicas", "deploy-talker-r1-0")
        self.assertTrue(os.path.isdir(kept))
        self.program.must("DELETE", "/deployments/talker", If_Match="*")
        wait_until(lambda: not os.path.exists(kept), "the log goes with the deployment")

    def test_the_log_of_a_running_deployment_goes_with_it_too(self):
        self.start()
        self.program.deploy_obedient("talker")
        kept = os.path.join(self.program.data, "replicas", "deploy-talker-r1-0")
        self.assertTrue(os.path.isdir(kept))
        self.program.must("DELETE", "/deployments/talker", If_Match="*")
        wait_until(lambda: not os.path.exists(kept), "the log goes with the deployment")

    def test_after_its_time_the_log_of_what_has_stopped_is_removed(self):
        self.start('runtime.process.log_retention = "400ms"')
        for name in ("talker", "other"):
            self.program.deploy_obedient(name)
            self.say("remember", deployment=name)
        self.program.must("POST", "/deployments/talker/stop")
        self.program.wait_for("talker", "Stopped")
        wait_until(lambda: not os.path.exists(os.path.join(self.program.data, "replicas", "deploy-talker-r1-0")), "it is removed")
        self.assertEqual(self.lines(), [])
        self.assertEqual(self.lines("other"), ["[deploy-other-r1-0] remember"], "what runs keeps its log")

    def test_all_logs_of_a_deployment_stay_within_its_bound(self):
        bound = 256 << 10
        self.start('limits.log_bytes = "64KiB"', 'limits.deployment_log_bytes = "256KiB"')
        self.program.deploy_obedient("talker", replicas=3)
        replicas = os.path.join(self.program.data, "replicas")

        def kept():
            total = 0
            for folder, _, files in os.walk(replicas):
                for each in files:
                    if each.startswith(("log", "previous")):
                        try:
                            total += os.path.getsize(os.path.join(folder, each))
                        except FileNotFoundError:
                            pass
            return total

        for number in range(30):
            self.say("\n".join(f"{number} " + "y" * 100 for _ in range(400)))
            self.assertLessEqual(kept(), bound + 65536, "a file may be in the middle of being rotated")
        self.program.must("POST", "/deployments/talker/restart")
        self.program.wait_for("talker", check=lambda each: all("-r2-" in replica["name"] for replica in each["status"]["replicas"]))
        for number in range(10):
            self.say("\n".join(f"again {number} " + "z" * 100 for _ in range(400)))
        self.wait_for_line("z" * 100)
        wait_until(lambda: kept() <= bound, "within the bound")
        self.assertGreater(kept(), bound / 4)


if __name__ == "__main__":
    unittest.main(verbosity=2)
