#!/usr/bin/env python3
"""Pull secrets: kept sealed, used by name, sealed under a new key while the program runs, carried by a backup."""
import os
import signal
import stat
import subprocess
import unittest

from program import PROGRAM, Program, wait_until

SECRET = "hunter2-of-the-registry"


class PullSecrets(unittest.TestCase):
    def nowhere(self, program, secret):
        for folder, _, names in os.walk(program.folder):
            for name in names:
                path = os.path.join(folder, name)
                if stat.S_ISREG(os.stat(path).st_mode):
                    with open(path, "rb") as file:
                        self.assertNotIn(secret.encode(), file.read(), path)

    def client(self, program, *words):
        return subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=60,
                              env={"MODELGATE_SERVER": program.url("control"), "MODELGATE_TOKEN": program.token, "HOME": program.folder})

    def key(self, program):
        with open(os.path.join(program.data, "secret.key"), "rb") as file:
            return file.read()

    def test_from_its_making_to_its_end(self):
        with Program() as program:
            program.prepare()
            made = program.must("POST", "/pull-secrets", {"name": "ghcr", "group": "research", "registry": "ghcr.io", "user": "robot", "password": SECRET})
            self.assertNotIn(SECRET, str(made))
            path = os.path.join(program.data, "secret.key")
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
            self.nowhere(program, SECRET)

            status, problem, _ = program.api("POST", "/deployments", {"name": "Iris", "group": "research", "modelImage": "demo/iris:1.0",
                                                                      "instanceType": "cpu-1", "imagePullSecret": "nothing"})
            self.assertEqual((status, problem["errors"][0]["pointer"]), (422, "/imagePullSecret"))
            program.deploy("iris", replicas=1, imagePullSecret="ghcr")
            program.wait_for("iris")  # a process needs none
            status, problem, _ = program.api("DELETE", "/pull-secrets/ghcr")
            self.assertEqual((status, problem["detail"]), (409, "the pull secret is in use by iris"))

            old = self.key(program)
            done = self.client(program, "rotate-secret-key")
            self.assertEqual((done.returncode, done.stdout), (0, "pull secrets under the new key: 1\n"), done.stderr)
            self.assertNotEqual(self.key(program), old)
            self.assertEqual(len(self.key(program)), 32)
            done = self.client(program, "rotate-secret-key", "-o", "json")
            self.assertEqual(done.stdout, '{"pullSecrets":1}\n')
            program.stop(signal.SIGKILL)
            program.start()
            self.assertEqual(self.client(program, "rotate-secret-key").returncode, 0)  # it opens what was there
            self.assertEqual(program.must("GET", "/deployments/iris")["imagePullSecret"], "ghcr")

            program.must("PATCH", "/deployments/iris", {"imagePullSecret": None}, If_Match="*")
            # The revision that uses it serves until the next one does.
            wait_until(lambda: program.api("DELETE", "/pull-secrets/ghcr")[0] == 204, "nobody uses the secret")
            self.assertEqual(program.api("GET", "/pull-secrets/ghcr")[0], 404)
            self.nowhere(program, SECRET)

    def test_a_backup_has_the_key_that_its_secrets_need(self):
        with Program() as program, Program() as other:
            program.must("POST", "/pull-secrets", {"name": "ghcr", "dockerConfigJson": {"auths": {"ghcr.io": {"username": "robot", "password": SECRET}}}})
            file = os.path.join(program.folder, "one.backup")
            subprocess.run([PROGRAM, "backup", file, "--data-dir", program.data], check=True, stdout=subprocess.DEVNULL, timeout=120)
            self.nowhere(program, SECRET)
            program.must("POST", "/secret-key/rotate")
            other.stop(signal.SIGTERM)
            subprocess.run([PROGRAM, "restore", file, "--data-dir", other.data, "--force"], check=True, stdout=subprocess.DEVNULL, timeout=120)
            other.start()
            self.assertEqual(other.must("POST", "/secret-key/rotate"), {"pullSecrets": 1})

    def test_a_key_file_that_is_none_is_told_at_the_start(self):
        with Program() as program:
            program.stop(signal.SIGTERM)
            with open(os.path.join(program.data, "secret.key"), "wb") as file:
                file.write(b"not a key")
            done = subprocess.run(program.command(), capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 1)
            self.assertIn("secret.key cannot be used", done.stderr)
            os.remove(os.path.join(program.data, "secret.key"))
            program.start()


if __name__ == "__main__":
    unittest.main(verbosity=2)
