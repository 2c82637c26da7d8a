#!/usr/bin/env python3
"""How the program ends: one signal drains, another one ends the drain, and nothing is left in either case."""
import os
import shutil
import signal
import sqlite3
import unittest

from program import Program, wait_until


class Shutdown(unittest.TestCase):
    def setUp(self):
        # An idle client that stays would be given ten minutes.
        os.environ["MODELGATE_TIMEOUTS__DRAIN"] = os.environ["MODELGATE_TIMEOUTS__DRAIN_IDLE"] = "10m"
        self.addCleanup(os.environ.pop, "MODELGATE_TIMEOUTS__DRAIN")
        self.addCleanup(os.environ.pop, "MODELGATE_TIMEOUTS__DRAIN_IDLE")

    def end_at_once(self, program):
        def ended_after_a_signal():  # again and again: two that come at once are one
            program.process.send_signal(signal.SIGTERM)
            return program.process.poll() is not None

        wait_until(ended_after_a_signal, "the end")
        self.assertEqual(program.process.returncode, 0, program.log())

    def test_another_signal_ends_the_drain_and_leaves_no_process(self):
        with Program() as program:
            program.prepare_iris()
            idle = program.connect("prediction")
            idle.request("GET", "/ping")
            idle.getresponse().read()
            replicas = program.replicas()
            self.assertEqual(len(replicas), 2)

            self.end_at_once(program)
            self.assertIn("a second signal", program.log())
            self.assertEqual(program.replicas(), [])
            for pid, _ in replicas:
                self.assertFalse(os.path.exists(f"/proc/{pid}"), pid)

    def test_a_signal_that_comes_twice_at_once_is_one(self):
        with Program() as program:
            idle = program.connect("prediction")
            idle.request("GET", "/ping")
            idle.getresponse().read()
            for _ in range(2):  # as supervisors do that signal a process and then its group
                program.process.send_signal(signal.SIGTERM)
            wait_until(lambda: '"draining"' in program.log(), "the drain")

            def has_its_last_request():
                idle.request("GET", "/ping")
                answer = idle.getresponse()
                self.assertEqual(answer.read(), b"pong", "an idle client has one more request")
                return answer.headers.get("Connection") == "close"

            wait_until(has_its_last_request, "that its worker drains")
            self.assertEqual(program.process.wait(60), 0)
            self.assertNotIn("a second signal", program.log())

    def test_during_the_delay_it_is_not_ready_and_still_takes_connections(self):
        os.environ["MODELGATE_TIMEOUTS__DRAIN_DELAY"] = "10m"
        self.addCleanup(os.environ.pop, "MODELGATE_TIMEOUTS__DRAIN_DELAY")

        def readiness():
            connection = program.connect("control")
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            answer.read()
            connection.close()
            return answer.status

        with Program() as program:
            program.prepare_iris()
            self.assertEqual(readiness(), 200)
            program.process.send_signal(signal.SIGTERM)
            wait_until(lambda: readiness() == 503, "that load balancers are told")
            for _ in range(5):
                self.assertEqual(program.predict("iris")[0], 200, "on a new connection")
            self.end_at_once(program)

    def test_the_database_file_is_whole_when_the_program_has_ended(self):
        with Program() as program:
            program.prepare()
            self.assertEqual(program.stop(signal.SIGTERM), 0)
            copy = os.path.join(program.folder, "copy.db")  # without the files beside it
            shutil.copy(os.path.join(program.data, "modelgate.db"), copy)
            store = sqlite3.connect(copy)
            self.assertEqual(store.execute("SELECT count(*) FROM groups").fetchone(), (1,))
            store.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
