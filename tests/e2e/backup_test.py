#!/usr/bin/env python3
"""modelgate backup while it serves, and modelgate restore into a folder of another modelgate."""
import os
import signal
import stat
import subprocess
import threading
import unittest

from killing import everything
from program import PROGRAM, Load, Program, wait_until


def run(*words, **more):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, **more)


def content(folder):
    """Every file below it, but for what SQLite writes beside the store."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            if stat.S_ISREG(os.lstat(path).st_mode) and not name.endswith(("-wal", "-shm")):
                with open(path, "rb") as file:
                    found[os.path.relpath(path, folder)] = file.read()
    return found


class Backup(unittest.TestCase):
    def test_what_was_backed_up_while_it_served_comes_up_elsewhere(self):
        with Program() as program, Program() as other:
            program.prepare()
            program.deploy("iris", endpointAccessType="private", replicas=1)
            program.deploy("off", stop=True)
            program.wait_for("iris")
            client = "app:" + program.must("POST", "/deployments/iris/clients", {"name": "app"})["token"]
            person = program.must("POST", "/tokens", {"name": "laptop", "user": "admin"})["token"]

            # Under predictions and changes: what was answered before the backup began is in it.
            load = Load(program, "iris", connections=4, client=client)
            ending, made = threading.Event(), []

            def keep_changing():
                while not ending.is_set():
                    name = f"group-{len(made)}"
                    program.must("POST", "/groups", {"name": name})
                    made.append(name)

            changing = threading.Thread(target=keep_changing, daemon=True)
            changing.start()
            wait_until(lambda: len(made) > 5, "changes")
            promised = list(made)
            file = os.path.join(program.folder, "monday.backup")
            done = run("backup", file, "--data-dir", program.data)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("token.key", done.stdout)
            ending.set()
            changing.join()
            load.wait_for_answers(50)
            self.assertEqual(load.stop()[1], [])
            self.assertEqual(stat.S_IMODE(os.stat(file).st_mode), 0o600)
            self.assertEqual([name for name in os.listdir(program.folder) if "part" in name], [])

            # The other one has a life of its own, which a restore replaces only when it is told to and nothing runs.
            other.prepare()
            refused = run("restore", file, "--data-dir", other.data, "--force")
            self.assertEqual(refused.returncode, 1)
            self.assertIn("in use by another modelgate", refused.stderr)
            other.stop(signal.SIGTERM)
            before = content(other.data)
            refused = run("restore", file, "--data-dir", other.data)
            self.assertEqual(refused.returncode, 1)
            self.assertIn("--force", refused.stderr)
            self.assertEqual({name: text for name, text in content(other.data).items() if name != "modelgate.lock"},
                             {name: text for name, text in before.items() if name != "modelgate.lock"})
            done = run("restore", file, "--data-dir", other.data, "--force")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("before-restore", done.stdout)
            self.assertEqual(content(os.path.join(other.data, "before-restore"))["token.key"], before["token.key"])
            program.stop(signal.SIGTERM)

            other.start()
            self.assertEqual(other.token, program.token)
            other.wait_for("iris")
            self.assertEqual(other.predict("iris", client=client)[0], 200)
            self.assertEqual(other.api("GET", "/me", token=person)[0], 200)
            self.assertEqual(other.must("GET", "/deployments/off")["status"]["phase"], "Stopped")
            self.assertLessEqual(set(promised), {each["name"] for each in everything(other, "/groups")})
            self.assertEqual(len(other.replicas()), 1)

    def test_a_new_folder_is_made_and_a_broken_file_makes_none(self):
        with Program() as program:
            program.prepare()
            file = os.path.join(program.folder, "one.backup")
            self.assertEqual(run("backup", file, "--data-dir", program.data).returncode, 0)
            again = run("backup", file, "--data-dir", program.data)
            self.assertEqual(again.returncode, 1)
            self.assertIn("--force", again.stderr)
            self.assertEqual(run("backup", file, "--data-dir", program.data, "--force").returncode, 0)
            with open(file, "rb") as good, open(file + ".broken", "wb") as broken:
                broken.write(good.read()[:-4096])
            folder = os.path.join(program.folder, "restored")
            refused = run("restore", file + ".broken", "--data-dir", folder)
            self.assertEqual(refused.returncode, 1)
            self.assertEqual(refused.stderr.count("\n"), 1, refused.stderr)
            self.assertFalse(os.path.exists(folder))
            self.assertEqual(run("restore", file, "--data-dir", folder).returncode, 0)
            self.assertEqual(stat.S_IMODE(os.stat(folder).st_mode), 0o700)
            self.assertEqual({stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode) for name in os.listdir(folder)}, {0o600})

    def test_words(self):
        for command in ("backup", "restore"):
            shown = run(command, "--help")
            self.assertEqual(shown.returncode, 0)
            self.assertIn(f"modelgate {command} ", shown.stdout)
            self.assertIn("Examples", shown.stdout)
            self.assertEqual(run(command).returncode, 2)
            self.assertEqual(run(command, "file", "--config", "/nowhere.toml").returncode, 78)
        self.assertEqual(run("backup", "file", "--data-dir", "/nowhere").returncode, 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
