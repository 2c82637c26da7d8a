#!/usr/bin/env python3
"""SIGHUP reads the settings again: all of them or none; a mistake is told with its place; what needs a restart is named."""
import json
import os
import signal
import sys
import time
import unittest

from changes import ChangeableProgram
from program import wait_until

SUCCESSFUL = "modelgate_config_last_reload_successful"
SUCCEEDED_AT = "modelgate_config_last_reload_success_timestamp_seconds"


class InTerminal(ChangeableProgram):
    """Leads a session on a terminal of its own, as under a shell or, with `ignored`, under nohup."""

    LAUNCH = """
import os, signal, sys
os.setsid()
os.open(sys.argv[1], os.O_RDWR)  # becomes the session's terminal
if sys.argv[2] == "True":
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
os.execv(sys.argv[3], sys.argv[3:])
"""

    def __init__(self, ignored):
        super().__init__()
        self.ignored = ignored
        self.terminal, self.other_end = os.openpty()

    def command(self):
        return [sys.executable, "-c", self.LAUNCH, os.ttyname(self.other_end), str(self.ignored), *super().command()]

    def start(self):
        super().start()
        os.close(self.other_end)


class Reload(unittest.TestCase):
    def log_lines(self, program, component="reload"):
        return [line for line in map(json.loads, program.log().splitlines()) if line["component"] == component]

    def ping(self, connection, filler=0):
        connection.request("GET", "/ping", headers={"X-Filler": "x" * filler})
        answer = connection.getresponse()
        answer.read()
        return answer.status

    def test_a_good_file_is_taken_whole(self):
        with ChangeableProgram() as program:
            started = program.metric(SUCCEEDED_AT)
            self.assertLess(abs(started - time.time()), 600)
            program.prepare_iris()
            connection = program.connect("prediction")
            self.assertEqual(self.ping(connection, 10_000), 200)
            program.settings.update({"limits.head_bytes": "2048", "limits.target_bytes": "1024", "timeouts.total": '"7s"', "limits.body_bytes": "2000000",
                                     "prediction.public_url": '"https://models.example"', "log.level": '"warning"',
                                     "limits.control_body_bytes": "1024"})
            program.write_config()
            program.reload()
            self.assertEqual(program.metric(SUCCESSFUL), 1)
            self.assertGreater(program.metric(SUCCEEDED_AT), started)
            self.assertEqual(self.ping(connection, 1_000), 200, "the connection stays")
            self.assertEqual(self.ping(connection, 3_000), 431)
            deployment = program.must("GET", "/deployments/iris")
            self.assertEqual((deployment["serving"]["timeout"], deployment["serving"]["maxBodyBytes"]), (7, 2_000_000))
            self.assertTrue(deployment["endpoint"].startswith("https://models.example/"), deployment["endpoint"])
            self.assertEqual(program.must("GET", "/log-level"), {"level": "warning"})
            wait_until(lambda: program.api("POST", "/groups", {"name": "x" * 2_000})[0] == 413, "the control port's limit")
            told = self.log_lines(program)
            self.assertEqual([line["level"] for line in told], ["info"], "told while the level still was info")
            for key in program.settings:
                self.assertIn(key, told[0]["changed"])

    def test_a_bad_file_changes_nothing_and_every_mistake_is_told(self):
        with ChangeableProgram(settings={"limits.head_bytes": "4096", "limits.target_bytes": "1024"}) as program:
            started = program.metric(SUCCEEDED_AT)
            program.settings["limits.head_bytes"] = "16384"
            program.write_config(broken="timeouts.head = 10\n[limits.x]\n[nonsense]")
            program.reload("refused")
            self.assertEqual(program.metric(SUCCESSFUL), 0)
            self.assertEqual(program.metric(SUCCEEDED_AT), started)
            told = self.log_lines(program)
            places = [line.get("where", "") for line in told]
            self.assertIn(f"{program.config}:4:17", places)
            self.assertTrue(any("timeouts.head: this value is not possible; it must be a duration" in line["msg"] for line in told), told)
            self.assertTrue(all(line["level"] == "error" for line in told))
            self.assertIn("those from before stay", told[-1]["msg"])
            self.assertEqual(told[-1]["mistakes"], len(told) - 1)
            self.assertEqual(self.ping(program.connect("prediction"), 6_000), 431, "the old limit holds")
            program.write_config()
            program.reload()
            self.assertEqual(program.metric(SUCCESSFUL), 1)
            self.assertEqual(self.ping(program.connect("prediction"), 6_000), 200)

    def test_a_file_that_is_gone_is_a_mistake(self):
        with ChangeableProgram() as program:
            os.rename(program.config, program.config + ".away")
            program.reload("refused")
            self.assertIn("cannot be read", program.log())

    def test_keys_that_need_a_restart_keep_their_values_and_are_named(self):
        with ChangeableProgram(settings={"metrics.deployment_name": '"a-{id}"'}) as program:
            program.settings.update({"prediction.workers": 7, "metrics.deployment_name": '"b-{id}"', "timeouts.head": '"3s"'})
            program.write_config()
            program.reload()
            warning, told = self.log_lines(program)
            self.assertEqual(warning["level"], "warning")
            self.assertEqual(warning["keys"], "prediction.workers, metrics.deployment_name")
            self.assertEqual(told["changed"], "timeouts.head")
            program.reload()
            self.assertEqual(self.log_lines(program)[2]["keys"], warning["keys"], "as long as they differ")

    def test_flags_and_variables_go_on_to_win(self):
        os.environ["MODELGATE_LIMITS__HEAD_BYTES"] = "4096"
        self.addCleanup(os.environ.pop, "MODELGATE_LIMITS__HEAD_BYTES")
        with ChangeableProgram(settings={"limits.target_bytes": "1024"}) as program:
            program.settings.update({"limits.head_bytes": "16384", "listen.prediction": '"127.0.0.1:1"'})
            program.write_config()
            program.reload()
            self.assertEqual(self.ping(program.connect("prediction"), 6_000), 431)
            self.assertEqual([line["msg"] for line in self.log_lines(program)], ["the settings were read again"])

    def test_the_log_level_changes_and_the_file_sets_it_back(self):
        with ChangeableProgram() as program:
            self.assertEqual(program.must("PUT", "/log-level", {"level": "error"}), {"level": "error"})
            said = len(program.log().splitlines())
            program.prepare()
            self.assertEqual(len(program.log().splitlines()), said)
            program.reload()
            self.assertEqual(program.must("GET", "/log-level"), {"level": "info"})
            program.must("POST", "/groups", {"name": "another"})
            self.assertGreater(len(program.log().splitlines()), said)

    def test_a_terminal_that_hangs_up_ends_the_program(self):
        for ignored in (False, True):
            with InTerminal(ignored) as program:
                os.close(program.terminal)
                if ignored:
                    program.reload()
                    self.assertIsNone(program.process.poll())
                else:
                    self.assertEqual(program.process.wait(60), 0)
                    self.assertIn('"ended"', program.log())

    def test_a_reload_during_the_drain_does_not_hurry_it(self):
        os.environ["MODELGATE_TIMEOUTS__DRAIN_IDLE"] = "10m"
        self.addCleanup(os.environ.pop, "MODELGATE_TIMEOUTS__DRAIN_IDLE")
        with ChangeableProgram() as program:
            idle = program.connect("prediction")
            self.assertEqual(self.ping(idle), 200)
            program.process.send_signal(signal.SIGTERM)
            wait_until(lambda: '"draining"' in program.log(), "the drain")
            time.sleep(0.6)  # a second signal within half a second would be taken for the same
            program.process.send_signal(signal.SIGHUP)
            self.assertEqual(self.ping(idle), 200)
            self.assertEqual(program.process.wait(60), 0)
            self.assertNotIn("a second signal", program.log())


if __name__ == "__main__":
    unittest.main(verbosity=2)
