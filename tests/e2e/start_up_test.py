#!/usr/bin/env python3
"""Starts that cannot be: one clear line each, and nothing started."""
import os
import socket
import subprocess
import tempfile
import unittest

from program import PROGRAM, SOURCE, Program


def run(*words, **variables):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
                          env={**os.environ, **variables})


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

    def test_an_address_of_another_machine_is_in_nobodys_use(self):
        with tempfile.TemporaryDirectory() as folder:
            done = self.serve(os.path.join(folder, "data"), "--control-listen", "192.0.2.1:0")
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("192.0.2.1", done.stderr)
            self.assertIn("choose another address", done.stderr)
            self.assertNotIn("another program", done.stderr)

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

    def test_an_empty_flag_is_no_default(self):
        config = os.path.join(SOURCE, "conf", "modelgate.toml")
        flags = ("--config", "--data-dir", "--prediction-listen", "--control-listen", "--metrics-listen")
        for words in (["check", "--config"], *(["serve", "--config", config, flag] for flag in flags[1:]), ["serve", flags[0]]):
            for empty in ([*words, ""], [*words[:-1], words[-1] + "="]):
                done = run(*empty)
                self.assertEqual(done.returncode, 2, (empty, done.stdout, done.stderr))
                self.assertIn(words[-1], done.stderr)

    def test_nothing_hides_a_mistake(self):
        with tempfile.TemporaryDirectory() as folder:
            config = os.path.join(folder, "bad.toml")
            with open(config, "w") as text:
                text.write('[listen]\ncontrol = "127.0.0.1:0"\ncontrol = "127.0.0.1:0"\n[timeouts\nhead = 10s\n[bogus]\n'
                           '[catalogue]\npath = "nowhere"\n[runtime.process]\nuser = "no-such-user"\n')
            variables = {"MODELGATE_TIMEOUTS__HAED": "1s", "MODELGATE_LISTEN_CONTROL": "somebody else's"}
            places = ["3:1: listen.control: ", "4:1: timeouts: ", "5:8: timeouts.head: ", "6:2: bogus: ", "8:8: catalogue.path: ",
                      "10:8: runtime.process.user: "]
            expected = [f"{config}:{place}" for place in places] + ["MODELGATE_TIMEOUTS__HAED: timeouts.haed: "]
            for words in (["check"], ["serve", "--data-dir", os.path.join(folder, "data")]):
                done = run(*words, "--config", config, **variables)
                self.assertEqual(done.returncode, 78)
                lines = done.stderr.splitlines()
                self.assertEqual(len(lines), len(expected), done.stderr)
                for line, start in zip(lines, expected):
                    self.assertTrue(line.startswith(start), line)
                    self.assertIn(";", line)  # and then what to do
            self.assertFalse(os.path.exists(os.path.join(folder, "data")))


if __name__ == "__main__":
    unittest.main(verbosity=2)
