#!/usr/bin/env python3
"""kill -9 at random moments of a load of changes: what was answered is there, what was not is there wholly or not at all.

    killed_test.py [--kills N] [--seed S]      also MODELGATE_KILLS and MODELGATE_SEED

The seed gives the changes of each client and how many come before each kill; the moment within a request is the machine's."""
import collections
import http.server
import os
import random
import signal
import sys
import threading
import time
import unittest

from killing import Actor, is_so, run_until_killed, tokens_hold
from killing_callers import CallersActor
from killing_people import PeopleActor
from killing_replicas import ReplicasActor
from program import Program, wait_until

KILLS = int(os.environ.get("MODELGATE_KILLS", "20"))
SEED = int(os.environ.get("MODELGATE_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
ACTORS = 5


class Answers(http.server.BaseHTTPRequestHandler):
    """A model that says yes."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


class Killed(unittest.TestCase):
    def test_what_was_answered_is_there_and_nothing_is_half_done(self):
        print(f"seed {SEED}, {KILLS} kills", file=sys.stderr, flush=True)
        chance = random.Random(SEED)
        model = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        model.daemon_threads = True
        threading.Thread(target=model.serve_forever, daemon=True).start()
        with Program() as program:
            program.prepare()
            program.deploy("steady")
            url = f"http://127.0.0.1:{model.server_port}"
            moving = ReplicasActor(program, random.Random(chance.random()))
            callers = CallersActor(program, random.Random(chance.random()), url)
            people = PeopleActor(program, random.Random(chance.random()))
            program.wait_for("steady")
            steady = self.steady(program)
            self.assertEqual(len(steady), 2)
            actors = [Actor(program, f"a{number}", random.Random(chance.random()), url) for number in range(1, ACTORS)]
            everybody = [*actors, moving, callers, people]
            for _ in range(KILLS):
                self.one_kill(program, everybody, chance)
                is_so(program, actors, {"steady", "moving", "callers"})
                tokens_hold(program, actors)
                callers.check()
                people.check()
                moving.check()
                self.replicas_are_right(program, moving, steady)
            answered = sum(actor.answered for actor in everybody)
            kinds = sum((actor.kinds for actor in everybody), collections.Counter())
            print(f"{answered} changes answered, each of them there: {dict(kinds)}", file=sys.stderr)
            self.assertGreater(answered, 5 * KILLS)
        model.shutdown()
        model.server_close()

    def one_kill(self, program, actors, chance):
        moment = chance.random() * 0.005  # about as long as a change takes

        def kill():
            end = time.perf_counter() + moment
            while time.perf_counter() < end:
                pass
            program.stop(signal.SIGKILL)

        run_until_killed(actors, chance.randint(10, 60), kill)
        program.start()
        self.assertFalse(self.doubles(program), "a replica that runs twice")
        for actor in actors:
            if actor.settle:
                actor.settle()
                actor.settle = None

    def steady(self, program):
        return {pid: each for pid, each in program.models().items() if each[0].startswith("deploy-steady-")}

    def doubles(self, program):
        names = [name for _, name in program.replicas()]
        return [name for name in names if names.count(name) > 1]

    def replicas_are_right(self, program, moving, steady):
        count = moving.count()
        wait_until(lambda: len(program.replicas()) == 2 + count, f"2 and {count} replicas")
        program.wait_for("moving", "Deployed" if count else "Stopped", lambda seen: seen["status"]["availableReplicas"] == count)
        self.assertFalse(self.doubles(program), "a replica that runs twice")
        self.assertEqual(self.steady(program), steady, "no model was restarted")


if __name__ == "__main__":
    for name in ("KILLS", "SEED"):
        if (flag := f"--{name.lower()}") in sys.argv:
            at = sys.argv.index(flag)
            globals()[name] = int(sys.argv[at + 1])
            del sys.argv[at : at + 2]
    unittest.main(verbosity=2)
