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

    def test_revisions_and_tokens_are_changed_and_shown(self):
        self.program.deploy("turns", replicas=1, endpointAccessType="private")
        self.program.wait_for("turns")
        self.program.must("PATCH", "/deployments/turns", {"description": "second", "updateMessage": "two"}, If_Match="*")

        def run(*words):
            done = self.run_client(*words)
            self.assertEqual(done.returncode, 0, done.stderr)
            return done

        self.assertIn("is at revision 3", run("deployments", "rollback", "turns", "--revision", "1").stderr)
        history = run("deployments", "history", "turns").stdout.splitlines()
        self.assertEqual([line.split()[0] for line in history], ["REVISION", "3", "2", "1"])
        self.assertIn("two", history[2])
        self.assertEqual(json.loads(run("deployments", "history", "turns", "-o", "json").stdout)["items"][0]["updateMessage"], "Rolled back to revision 1")
        self.assertIn("/description", run("deployments", "diff", "turns", "1", "2").stdout)
        self.assertEqual(run("deployments", "diff", "turns", "1", "3").stdout, "")
        self.assertIn("is at revision 4", run("deployments", "restart", "turns").stderr)
        run("deployments", "wait", "turns")
        run("deployments", "stop", "turns", "-m", "enough")
        run("deployments", "wait", "turns", "--for", "stopped")
        self.assertEqual(self.run_client("deployments", "restart", "turns").returncode, 4)
        run("deployments", "start", "turns")
        run("deployments", "wait", "turns")
        self.assertEqual(self.run_client("deployments", "rollback", "turns", "--revision", "99").returncode, 1)
        self.assertEqual(self.run_client("deployments", "history", "nobody").returncode, 3)

        first = run("clients", "add", "turns", "app").stdout.strip()
        second = run("clients", "rotate", "turns", "app", "--overlap", "600")
        self.assertIn("holds until", second.stderr)
        for token in (first, second.stdout.strip()):
            self.assertEqual(self.program.predict("turns", client="app:" + token)[0], 200)
        listed = run("clients", "list", "turns").stdout
        self.assertIn(second.stdout[:8] + "...", listed)
        self.assertNotIn(second.stdout.strip(), listed)
        run("clients", "delete", "turns", "app")
        self.assertEqual(self.program.predict("turns", client="app:" + first)[0], 401)

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
