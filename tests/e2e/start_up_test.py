#!/usr/bin/env python3
"""Starts that cannot be: one clear line each, and nothing started."""
import os
import socket
import subprocess
import tempfile
import unittest

from program import PROGRAM, SOURCE, Program


def run(*words):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)


class StartUp(unittest.TestCase):
    def serve(self, folder, *words):
        ports = [word for name in ("prediction", "control", "metrics") if f"--{name}-listen" not in words
                 for word in (f"--{name}-listen", "127.0.0.1:0")]
        return run("serve", "--config", os.path.join(SOURCE, "conf", "modelgate.toml"), "--data-dir", folder, *ports, *words)

    def test_a_port_in_use_is_one_clear_line(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            for port in ("prediction", "control", "metrics"):
                with tempfile.TemporaryDirectory() as folder:
                    done = self.serve(os.path.join(folder, "data"), f"--{port}-listen", address)
                    self.assertEqual(done.returncode, 1, done.stderr)
                    lines = done.stderr.strip().splitlines()
                    self.assertEqual(len(lines), 1, done.stderr)
                    self.assertIn(address, lines[0])
                    self.assertIn(port, lines[0])
                    self.assertFalse(os.path.exists(os.path.join(folder, "data", "ports.json")))

    def test_a_data_folder_in_use_is_one_clear_line(self):
        with Program() as program:
            done = self.serve(program.data)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
            self.assertEqual(program.api("GET", "/me")[0], 200)

    def test_every_mistake_of_a_config_file_at_once(self):
        with tempfile.TemporaryDirectory() as folder:
            config = os.path.join(folder, "bad.toml")
            with open(config, "w") as text:
                text.write('nonsense = 1\n[listen]\nprediciton = "0.0.0.0:1"\ncontrol = 7\n[timeouts]\nhead = "10"\n')
            for done in (run("check", "--config", config), run("serve", "--config", config, "--data-dir", os.path.join(folder, "data"))):
                self.assertEqual(done.returncode, 78)
                for place in (":1:", ":3:", ":4:", ":6:"):
                    self.assertIn(place, done.stderr)
                self.assertIn("prediction", done.stderr)  # what was meant
            self.assertFalse(os.path.exists(os.path.join(folder, "data")))
            self.assertEqual(run("check", "--config", os.path.join(SOURCE, "conf", "modelgate.toml")).returncode, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
