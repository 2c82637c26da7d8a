#!/usr/bin/env python3
"""Limits of instance types: a replica that takes too much ends as OOMKilled, and nobody else notices. Where this machine has no control
groups that can be used, what is about them is skipped and the rest still runs."""
import json
import os
import signal
import subprocess
import unittest

from obedient import ObedientProgram
from program import PROGRAM, Load, wait_until

MIB = 1 << 20
CONTROLLERS = "/sys/fs/cgroup"


def groups_of(program):
    """Folders of this data folder's control groups, wherever they are."""
    with open(os.path.join(program.data, "instance-id")) as text:
        name = "modelgate-" + text.read().strip()
    return [os.path.join(folder, each) for folder, names, _ in os.walk(CONTROLLERS) for each in names if each.startswith(name)]


class Limits(unittest.TestCase):
    def start(self, *lines):
        program = self.enterContext(ObedientProgram(['runtime.process.memory_interval = "50ms"', 'runtime.process.pids = 300', *lines]))
        program.prepare()
        program.must("POST", "/instance-types", {"name": "tiny", "displayName": "Tiny", "cpu": 0.5, "memoryGiB": 0.125, "gpu": 0})
        return program

    def with_groups(self, program):
        found = program.system()
        if found["limits"] != "enforced":
            self.skipTest("no control groups here: " + found["limitsDetail"])
        return found["limitsBy"]

    def replica(self, program, deployment):
        return program.must("GET", f"/deployments/{deployment}/replicas")["items"][0]

    def check_that_it_dies_alone(self, program):
        program.deploy_obedient("greedy", instanceType="tiny")
        program.deploy_obedient("modest", instanceType="tiny")
        load = Load(program, "modest", connections=4, pause=0.005)
        load.wait_for_answers(20)
        before = dict(program.replicas())
        greedy = next(pid for pid, name in before.items() if name == "deploy-greedy-r1-0")
        self.assertIsNone(program.order("greedy", eat=300))
        seen = wait_until(lambda: next((each for each in [self.replica(program, "greedy")] if each["restarts"] or each["phase"] == "Exited"), None),
                          "the end of the greedy one")
        if seen["phase"] == "Exited":
            self.assertTrue(seen["reason"].startswith("OOMKilled: it needed more than the 128 MiB of memory that its instance type has"), seen)
        self.assertIn("OOMKilled: it needed more than the 128 MiB", program.log())
        back = program.wait_for("greedy")
        self.assertEqual(back["status"]["replicas"][0]["restarts"], 1)
        self.assertIsNotNone(program.order("greedy"))
        self.assertNotIn(greedy, dict(program.replicas()))
        load.wait_for_answers(20)
        answered, failures = load.stop()
        self.assertEqual(failures, [])
        self.assertGreater(answered, 40)
        self.assertEqual(self.replica(program, "modest")["restarts"], 0)

    def test_over_its_memory_a_replica_dies_alone_whatever_the_machine_allows(self):
        program = self.start()
        self.check_that_it_dies_alone(program)
        system = program.system()
        shown = self.replica(program, "greedy")
        self.assertEqual((shown["limits"], shown["limitsBy"]), (system["limits"], system["limitsBy"]))
        self.assertIn(system["limitsBy"], program.log())

    def test_over_its_memory_a_replica_dies_alone_by_polling(self):
        program = self.start('runtime.process.limits = "polling"')
        self.assertEqual(program.system(), {"limits": "advisory", "limitsBy": "polling", "limitsDetail": ""})
        self.check_that_it_dies_alone(program)
        self.assertEqual(self.replica(program, "greedy")["limitsBy"], "polling")
        self.assertEqual(groups_of(program), [])

    def test_one_that_always_needs_too_much_fails_and_the_last_good_one_serves_on(self):
        program = self.start('runtime.process.limits = "polling"')
        program.must("POST", "/instance-types", {"name": "smallest", "displayName": "Smallest", "cpu": 1, "memoryGiB": 0.002, "gpu": 0})
        program.deploy_obedient("shrunk", instanceType="tiny", progressDeadline=3)
        program.must("PATCH", "/deployments/shrunk", {"instanceType": "smallest"}, If_Match="*")
        failed = program.wait_for("shrunk", "Failed", lambda each: "OOMKilled" in each["status"]["message"])
        self.assertIn("revision 1 serves on", failed["status"]["message"])
        self.assertIsNotNone(program.order("shrunk"))

    def test_the_kernel_is_told_the_limits_and_nothing_of_it_remains(self):
        program = self.start()
        version = self.with_groups(program)
        program.deploy_obedient("iris", instanceType="tiny")
        pid = program.replicas()[0][0]
        groups = [os.path.join(each, "deploy-iris-r1-0") for each in groups_of(program)]
        groups = [each for each in groups if os.path.isdir(each)]

        def said(file):
            found = [os.path.join(each, file) for each in groups if os.path.exists(os.path.join(each, file))]
            self.assertEqual(len(found), 1, file)
            with open(found[0]) as text:
                return text.read().strip()

        if version == "cgroup2":
            self.assertEqual((said("memory.max"), said("cpu.max"), said("pids.max")), (str(128 * MIB), "50000 100000", "300"))
        else:
            self.assertEqual((said("memory.limit_in_bytes"), said("cpu.cfs_quota_us"), said("cpu.cfs_period_us")), (str(128 * MIB), "50000", "100000"))
        for group in groups:
            with open(os.path.join(group, "cgroup.procs")) as members:
                self.assertEqual(members.read().split(), [str(pid)])

        # A kill -9 leaves it as it is, and the next one goes on with it.
        program.stop(signal.SIGKILL)
        program.start()
        program.wait_for("iris")
        self.assertEqual([each for each, _ in program.replicas()], [pid])
        self.assertEqual(self.replica(program, "iris")["limits"], "enforced")
        self.assertTrue(all(os.path.isdir(each) for each in groups))
        self.assertIsNone(program.order("iris", eat=300))
        wait_until(lambda: "OOMKilled" in program.log(), "the kernel's work is seen")
        program.wait_for("iris")
        program.must("POST", "/deployments/iris/stop")
        program.wait_for("iris", "Stopped")
        wait_until(lambda: not any(os.path.isdir(each) for each in groups), "its groups are gone")
        self.assertEqual(program.stop(signal.SIGTERM), 0)
        self.assertEqual(groups_of(program), [])

    def test_groups_of_replicas_that_ended_meanwhile_are_removed_at_the_next_start(self):
        program = self.start()
        self.with_groups(program)
        program.deploy_obedient("iris", instanceType="tiny")
        pid = program.replicas()[0][0]
        program.stop(signal.SIGKILL)
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not program.replicas(), "its end")
        for folder in groups_of(program):
            os.mkdir(os.path.join(folder, "deploy-nobody-r1-0"))
        program.start()
        program.wait_for("iris")
        left = {each for folder in groups_of(program) for each in os.listdir(folder) if os.path.isdir(os.path.join(folder, each))}
        self.assertEqual(left, {"deploy-iris-r1-0"})

    def test_the_command_line_shows_what_is_in_force(self):
        program = self.start()
        program.deploy_obedient("iris")
        environment = {"PATH": os.environ["PATH"], "HOME": program.folder, "MODELGATE_SERVER": program.url("control"), "MODELGATE_TOKEN": program.token,
                       "NO_COLOR": "1"}

        def run(*words):
            return subprocess.run([PROGRAM, *words], capture_output=True, text=True, env=environment, timeout=60, check=True, stdin=subprocess.DEVNULL).stdout

        system = program.system()
        self.assertIn("LIMITS", run("deployments", "get", "iris"))
        self.assertIn(f"{system['limits']} by {system['limitsBy']}", run("deployments", "get", "iris"))
        shown = json.loads(run("deployments", "get", "iris", "-o", "json"))["status"]["replicas"][0]
        self.assertEqual((shown["limits"], shown["limitsBy"]), (system["limits"], system["limitsBy"]))

    def test_switched_off_they_are_none(self):
        program = self.start('runtime.process.limits = "off"')
        program.deploy_obedient("iris", instanceType="tiny")
        self.assertIsNotNone(program.order("iris", eat=300))
        shown = self.replica(program, "iris")
        self.assertEqual((shown["limits"], shown["limitsBy"], shown["restarts"]), ("advisory", "none", 0))
        self.assertEqual(groups_of(program), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
