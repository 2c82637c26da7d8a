#!/usr/bin/env python3
"""A new user: start the demo, paste the printed lines, end it with Ctrl-C, start it again."""
import json
import re
import signal
import stat
import os
import subprocess
import unittest

from program import Program, wait_until


def curl_lines(program):
    def printed():
        lines = [line.strip() for line in program.printed().splitlines() if line.strip().startswith("curl ")]
        return lines if len(lines) == 2 else None

    return wait_until(printed, "two curl lines")


def paste(line):
    done = subprocess.run(["bash", "-c", line.replace("curl ", "curl -sS --max-time 30 ", 1)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def read(program):
    with open(os.path.join(program.data, "demo-client-token")) as text:
        return text.read()


class Demo(unittest.TestCase):
    def test_a_first_start_and_a_second(self):
        with Program("--demo") as program:
            public, private = curl_lines(program)
            for line in (public, private):
                answer = paste(line)
                self.assertEqual(answer["data"]["names"], ["setosa", "versicolor", "virginica"])
                self.assertEqual(answer["data"]["tensor"]["shape"], [2, 3])
            refused = paste(re.sub(r"-u \"[^\"]*\" ", "", private))
            self.assertEqual(refused["status"]["reason"], "AUTH_REQUIRED")
            self.assertIn("initial-admin-token", program.printed())
            self.assertIn(f"  console     {program.url('control')}/\n", program.printed())
            self.sign_in_as_printed(program)
            for secret in ("initial-admin-token", "demo-client-token", "demo-password", "token.key"):
                mode = stat.S_IMODE(os.stat(os.path.join(program.data, secret)).st_mode)
                self.assertEqual(mode, 0o600, secret)
            items = program.must("GET", "/deployments")["items"]
            self.assertEqual({each["id"]: (each["endpointAccessType"], each["status"]["availableReplicas"]) for each in items},
                             {"iris": ("public", 2), "iris-private": ("private", 2)})
            running = program.replicas()
            self.assertEqual(len(running), 4)

            self.assertEqual(program.stop(signal.SIGINT), 0)
            self.assertEqual(program.replicas(), [])

            token = read(program)
            program.start()
            for line in curl_lines(program):
                self.assertIn("tensor", paste(line)["data"])
            self.assertEqual(read(program), token)
            self.assertEqual(len(program.replicas()), 4)
            self.sign_in_as_printed(program)
            program.must("PATCH", "/users/admin", {"password": "battery staple", "oldPassword": self.sign_in_as_printed(program)})
            self.assertEqual(program.stop(signal.SIGTERM), 0)
            self.assertEqual(program.replicas(), [])

            program.start()
            curl_lines(program)
            self.assertIn('sign in as "admin" with your password', program.printed())
            self.assertNotIn("demo-password", program.printed())

    def sign_in_as_printed(self, program):
        printed = program.printed()
        name = re.search(r'sign in as "(\w+)"', printed).group(1)
        shown = subprocess.run(["bash", "-c", re.search(r"^  (cat '.*')$", printed, re.M).group(1)], capture_output=True, text=True, check=True)
        password = shown.stdout.strip()
        self.assertGreaterEqual(len(password), 16)
        status, session, _ = program.api("POST", "/session", {"name": name, "password": password})
        self.assertEqual((status, session["user"]), (201, "admin"))
        self.assertNotIn(password, printed + program.log())
        return password


if __name__ == "__main__":
    unittest.main(verbosity=2)
