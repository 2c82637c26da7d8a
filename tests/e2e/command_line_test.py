#!/usr/bin/env python3
"""The program as its own client: tables for people, JSON for programs, exit codes for scripts."""
import json
import os
import subprocess
import unittest

from program import PROGRAM, Program, wait_until


class CommandLine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = cls.enterClassContext(Program())
        cls.program.prepare()

    def run_client(self, *words, token=None, server=None):
        environment = {"PATH": os.environ["PATH"], "HOME": self.program.folder, "NO_COLOR": "1",
                       "MODELGATE_SERVER": server or self.program.url("control"), "MODELGATE_TOKEN": token or self.program.token}
        return subprocess.run([PROGRAM, *words], capture_output=True, text=True, env=environment, timeout=120, stdin=subprocess.DEVNULL)

    def test_the_life_of_a_deployment(self):
        made = self.run_client("deployments", "create", "cli", "--name", "From the command line", "--group", "research", "--image", "demo/iris:1.0",
                               "--instance-type", "cpu-1", "--replicas", "1", "--private")
        self.assertEqual(made.returncode, 0, made.stderr)
        waited = self.run_client("deployments", "wait", "cli", "--timeout", "60s")
        self.assertEqual(waited.returncode, 0, waited.stderr)
        table = self.run_client("deployments", "list")
        self.assertIn("cli", table.stdout)
        self.assertIn("Deployed", table.stdout)
        shown = json.loads(self.run_client("deployments", "get", "cli", "-o", "json").stdout)
        self.assertEqual(shown["status"]["availableReplicas"], 1)
        client = self.run_client("clients", "add", "cli", "app", "-o", "json")
        self.assertEqual(client.returncode, 0, client.stderr)
        self.assertEqual(self.program.predict("cli", client="app:" + json.loads(client.stdout)["token"])[0], 200)
        logs = self.run_client("deployments", "logs", "cli")
        self.assertEqual(logs.returncode, 0, logs.stderr)
        self.assertIn("app", logs.stdout)
        self.assertEqual(self.run_client("deployments", "delete", "cli").returncode, 2, "asks for --yes without a terminal")
        self.assertEqual(self.run_client("deployments", "delete", "cli", "--yes").returncode, 0)

    def test_a_token_as_a_flag_is_taken_and_hidden_and_no_secret_is_repeated(self):
        self.assertEqual(self.run_client("deployments", "list", "--token", self.program.token, token="mga_wrong").returncode, 0)
        for words in (["mga_secret"], ["deployments", "list", "mga_secret"], ["deployments", "list", "--tokn=mga_secret"],
                      ["serve", "mga_secret"], ["check", "--confg=mga_secret"]):
            done = self.run_client(*words)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn("try: modelgate", done.stderr)
            self.assertNotIn("mga_secret", done.stdout + done.stderr)
        with subprocess.Popen([PROGRAM, "deployments", "create", "-f", "-", "--token", "mga_secret"], stdin=subprocess.PIPE,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as waiting:  # for its standard input

            def words():
                with open(f"/proc/{waiting.pid}/cmdline", "rb") as text:
                    return text.read()

            wait_until(lambda: b"--token\0" + b"x" * len("mga_secret") in words(), "the token overwritten")
            self.assertNotIn(b"mga_secret", words())
            waiting.stdin.close()

    def test_exit_codes(self):
        self.assertEqual(self.run_client("deployments", "get", "none").returncode, 3)
        self.assertEqual(self.run_client("deployments", "list", token="mga_wrong").returncode, 5)
        self.assertEqual(self.run_client("deployments", "list", server="http://127.0.0.1:1").returncode, 7)
        self.assertEqual(self.run_client("deployments", "lsit").returncode, 2)
        self.assertEqual(self.run_client("--help").returncode, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
