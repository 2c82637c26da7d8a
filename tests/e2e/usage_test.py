#!/usr/bin/env python3
"""What each replica takes of the machine, as people, programs and Prometheus are told."""
import os
import re
import signal
import subprocess
import unittest
import urllib.request

from obedient import ObedientProgram
from program import PROGRAM, wait_until

MIB = 1 << 20


class Usage(unittest.TestCase):
    def start(self, *lines):
        program = self.enterContext(ObedientProgram(['runtime.process.usage_interval = "200ms"', *lines]))
        program.prepare()
        program.deploy_obedient("iris")
        return program

    def series(self, program, name):
        with urllib.request.urlopen(program.url("metrics") + "/metrics", timeout=30) as answer:
            found = re.findall(rf'^{name}{{deployment_name="iris",replica="deploy-iris-r1-0"}} (\S+)$', answer.read().decode(), re.MULTILINE)
        return float(found[0]) if found else None

    def cpu(self, program):
        return self.series(program, "modelgate_replica_cpu_seconds_total")

    def memory(self, program):
        return self.series(program, "modelgate_replica_memory_bytes")

    def shown(self, program):
        return program.must("GET", "/deployments/iris/replicas")["items"][0]["usage"]

    def check(self, program):
        before = wait_until(lambda: self.cpu(program), "its processor time")
        program.order("iris", burn=1)
        wait_until(lambda: self.cpu(program) >= before + 1, "the second that it has taken")
        self.assertLess(self.cpu(program), before + 10)
        taken = self.memory(program)
        program.order("iris", eat=200)
        wait_until(lambda: self.memory(program) >= taken + 190 * MIB, "the memory that it has taken")
        self.assertLess(self.memory(program), taken + 260 * MIB)
        self.assertEqual(self.series(program, "modelgate_replica_memory_limit_bytes"), 1024 * MIB)
        if program.system()["limits"] == "enforced":
            self.assertIsNotNone(self.series(program, "modelgate_replica_cpu_throttled_seconds_total"))
        usage = wait_until(lambda: self.shown(program), "its usage")
        self.assertGreater(usage["memoryGiB"], 0.18)
        self.assertGreaterEqual(usage["cpu"], 0)
        self.assertIn("usage", program.must("GET", "/deployments/iris")["status"]["replicas"][0])

    def test_processor_time_and_memory_are_told_whatever_the_machine_allows(self):
        self.check(self.start())

    def test_processor_time_and_memory_are_told_without_control_groups(self):
        self.check(self.start('runtime.process.limits = "polling"'))

    def test_charts_draw_them(self):
        program = self.start('metrics.chart_step = "1s"')
        program.order("iris", burn=1)

        def drawn(name):
            found = [line["values"] for line in program.must("GET", "/deployments/iris/metrics")["series"]
                     if line["name"] == name and line["labels"] == {"replica": "deploy-iris-r1-0"}]
            return [value for value in (found[0] if found else []) if value is not None]

        wait_until(lambda: max(drawn("cpu"), default=0) > 0.2, "the processor time that it has taken")
        self.assertGreater(max(drawn("memory")), 4 * MIB)
        wait_until(lambda: sum(drawn("qps")) == 1, "the request that it was sent")

    def test_the_command_line_has_a_column_of_it(self):
        program = self.start()
        wait_until(lambda: self.shown(program), "its usage")
        environment = {"PATH": os.environ["PATH"], "HOME": program.folder, "MODELGATE_SERVER": program.url("control"), "MODELGATE_TOKEN": program.token,
                       "NO_COLOR": "1"}
        done = subprocess.run([PROGRAM, "deployments", "get", "iris"], capture_output=True, text=True, env=environment, timeout=60, check=True,
                              stdin=subprocess.DEVNULL)
        self.assertRegex(done.stdout, r"USAGE")
        self.assertRegex(done.stdout, r"[\d.]+ cores, [\d.]+ GiB")

    def test_the_count_goes_on_over_a_restart_of_the_replica_and_after_one_of_modelgate(self):
        program = self.start()
        program.order("iris", burn=1)
        taken = wait_until(lambda: (lambda it: it if it and it >= 1 else None)(self.cpu(program)), "the second")
        program.order("iris", end=3)
        wait_until(lambda: program.must("GET", "/deployments/iris/replicas")["items"][0]["restarts"] == 1, "its restart")
        program.wait_for("iris")
        self.assertGreaterEqual(self.cpu(program), taken)
        program.order("iris", burn=1)
        wait_until(lambda: self.cpu(program) >= taken + 1, "another second")
        # What an earlier process of modelgate counted is gone, but not what the replica that it left running has taken.
        program.stop(signal.SIGKILL)
        program.start()
        program.wait_for("iris")
        self.assertGreaterEqual(wait_until(lambda: self.cpu(program), "its processor time"), 1)
        wait_until(lambda: self.shown(program), "its usage")

    def test_of_external_replicas_nobody_knows(self):
        program = self.start()
        program.must("POST", "/deployments", {"id": "far", "name": "far", "group": "research", "external": {"urls": ["http://127.0.0.1:1"]}})
        replica = wait_until(lambda: program.must("GET", "/deployments/far/replicas")["items"], "its replica")[0]
        self.assertIsNone(replica["usage"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
