#!/usr/bin/env python3
"""A replica that floods its log slows only itself: others answer as before, and neither memory nor disk grow beyond their bounds."""
import os
import time
import unittest

from obedient import ObedientProgram
from program import Load, wait_until

RATE, FILE, BOUND = 1 << 20, 1 << 20, 4 << 20  # bytes
SLACK = 64 << 20  # of modelgate's memory: allocators keep what they had once


def memory_of(pid):
    with open(f"/proc/{pid}/statm") as text:
        return int(text.read().split()[1]) * os.sysconf("SC_PAGESIZE")


class Flood(unittest.TestCase):
    def test_it_slows_only_itself(self):
        with ObedientProgram([f"limits.log_rate_bytes = {RATE}", f"limits.log_bytes = {FILE}", f"limits.deployment_log_bytes = {BOUND}"]) as program:
            program.prepare()
            program.deploy_obedient("noisy")
            program.deploy_obedient("quiet", replicas=2)
            load = Load(program, "quiet", connections=4, pause=0.002)
            load.wait_for_answers(200)
            before = memory_of(program.process.pid)
            folder = os.path.join(program.data, "replicas", "deploy-noisy-r1-0")

            def kept():
                return sum(each.stat().st_size for each in os.scandir(folder) if each.name.startswith(("log", "previous")))

            program.order("noisy", flood=True)
            began, largest, most, written = time.monotonic(), 0, 0, 0

            def has_flooded():
                """Long enough that files were rotated away several times over."""
                nonlocal largest, most, written
                largest, most = max(largest, kept()), max(most, memory_of(program.process.pid))
                answer = program.order("noisy")
                written = answer["written"] if answer else written
                return written * 200 > 8 * FILE

            wait_until(has_flooded, "the flood")
            took = time.monotonic() - began
            load.wait_for_answers(200)
            answered, failures = load.stop()
            self.assertEqual(failures, [], "requests of another deployment")
            self.assertGreater(answered, 400)
            self.assertLessEqual(largest, BOUND)
            self.assertLess(most - before, SLACK)
            # What it wrote was taken no faster than its rate, but for what the pipe holds and a second's worth at once.
            self.assertLess(written * 200, (took + 3) * RATE + (4 << 20))
            self.assertEqual(program.must("GET", "/deployments/noisy")["status"]["phase"], "Deployed", "it is slow, not dead")
            self.assertIn("flood xxx", program.api("GET", "/deployments/noisy/logs?tail=1")[1])
            self.assertEqual(program.must("POST", "/deployments/noisy/stop")["stop"], True)
            program.wait_for("noisy", "Stopped")


if __name__ == "__main__":
    unittest.main(verbosity=2)
