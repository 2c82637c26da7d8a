#!/usr/bin/env python3
"""`modelgate events`: what changes as lines for people and for programs, over restarts of the server, until Ctrl-C."""
import json
import os
import queue
import signal
import subprocess
import threading
import unittest

from program import PATIENCE, PROGRAM, Program, wait_until


class Following:
    """The command under way, and its lines as they come."""

    def __init__(self, program, *words, token=None):
        environment = {"PATH": os.environ["PATH"], "HOME": program.folder, "NO_COLOR": "1", "MODELGATE_SERVER": program.url("control"),
                       "MODELGATE_TOKEN": token or program.token}
        self.process = subprocess.Popen([PROGRAM, "events", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        self.lines = queue.Queue()
        self.readers = [threading.Thread(target=self.read, args=(each,), daemon=True) for each in (self.process.stdout, self.process.stderr)]
        for reader in self.readers:
            reader.start()

    def read(self, stream):
        with stream:
            for line in stream:
                self.lines.put(line.rstrip("\n"))

    def until(self, wanted):
        """Lines up to and with the first for which `wanted(line)` holds."""
        seen = []
        while True:
            seen.append(self.lines.get(timeout=PATIENCE))
            if wanted(seen[-1]):
                return seen

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.kill()
        self.process.wait()
        for reader in self.readers:
            reader.join(PATIENCE)


class ComingBack(Program):
    """A program that listens where it did before."""

    control = "127.0.0.1:0"

    def command(self):
        words = super().command()
        words[words.index("--control-listen") + 1] = self.control
        return words


class EventsCommand(unittest.TestCase):
    def setUp(self):
        self.program = self.enterContext(ComingBack())
        self.program.prepare()

    def follow(self, *words, **more):
        return self.enterContext(Following(self.program, *words, **more))

    def test_people_read_lines_until_they_have_had_enough(self):
        everything = self.follow()
        is_there = everything.until(lambda line: "instanceType" in line)
        self.assertRegex(is_there[-1], r"^\d{4}-.*Z  is        instanceType  cpu-1  1 CPU, 1 GiB, 0 GPU$")
        self.program.deploy("iris", replicas=1)
        up = everything.until(lambda line: "Deployed" in line)
        self.assertRegex(next(line for line in up if "iris" in line), "added     deployment    iris  Deploying, revision 1, 0 available")
        self.assertTrue([line for line in up if "replica       iris/deploy-iris-r1-0  Starting" in line], up)
        self.program.must("DELETE", "/deployments/iris", If_Match="*")
        self.assertRegex(everything.until(lambda line: "deleted   deployment" in line)[-1], "deleted   deployment    iris$")
        self.assertEqual(everything.interrupt(), 0)

    def test_only_what_was_asked_for_is_told(self):
        for identifier in ("iris", "other"):
            self.program.deploy(identifier, stop=True)
        one = self.follow("--deployment", "iris", "--topic", "deployments", "--topic", "clients", "--changes-only")
        changes = iter(range(1_000_000))

        def heard():
            """It may have been listening already, or not: then this was there before."""
            for identifier in ("other", "iris"):
                self.program.must("PATCH", f"/deployments/{identifier}", {"description": str(next(changes))}, If_Match="*")
            return not one.lines.empty()

        wait_until(heard, "a change")
        self.program.must("POST", "/deployments/iris/clients", {"name": "app"})
        told = one.until(lambda line: "client" in line)
        self.assertFalse([line for line in told if "other" in line or " is " in line], told)
        self.assertRegex(told[-1], "added     client        iris/app$")
        self.assertEqual(one.interrupt(), 0)

    def test_programs_read_one_object_a_line(self):
        each = self.follow("-o", "json", "--topic", "groups")
        first = json.loads(each.until(lambda line: True)[0])
        self.assertEqual((first["event"], first["data"]["kind"], first["data"]["id"]), ("snapshot", "group", "research"))
        end = json.loads(each.until(lambda line: '"kind":"stream"' in line)[-1])
        self.assertTrue(end["id"])
        self.program.must("PATCH", "/groups/research", {"maxDeploy": 3})
        self.assertEqual(json.loads(each.until(lambda line: True)[0])["data"]["object"]["maxDeploy"], 3)
        self.assertEqual(each.interrupt(), 0)

    def test_a_server_that_comes_back_is_followed_again_and_begins_anew(self):
        each = self.follow("--topic", "groups")
        each.until(lambda line: "research" in line)
        self.program.control = self.program.ports["control"]
        self.assertEqual(self.program.stop(signal.SIGTERM), 0)
        each.until(lambda line: "connecting again" in line)
        self.program.start()
        seen = each.until(lambda line: "is        group" in line)
        self.assertTrue([line for line in seen if "reset" in line], seen)
        self.program.must("PATCH", "/groups/research", {"maxDeploy": 3})
        each.until(lambda line: "modified  group" in line)
        self.assertEqual(each.interrupt(), 0)

    def test_who_may_not_or_cannot_is_told(self):
        for words, token, code in ((("--topic", "nonsense"), None, 1), ((), "mga_wrong", 5)):
            refused = self.follow(*words, token=token)
            self.assertEqual(refused.process.wait(PATIENCE), code)
        token = self.program.must("POST", "/tokens", {"name": "short"})
        listening = self.follow("--topic", "groups", token=token["token"])
        listening.until(lambda line: "research" in line)
        self.program.must("DELETE", f"/tokens/{token['id']}")
        self.assertEqual(listening.process.wait(PATIENCE), 5, "its token has ended")


if __name__ == "__main__":
    unittest.main(verbosity=2)
