#!/usr/bin/env python3
"""Who called a model through another server goes on with his password: real htpasswd files, the built program, and a flood."""
import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import threading
import unittest
from collections import Counter

from program import PROGRAM, Program, wait_until
from upgrading import Upgrading, adopt_orphans

BCRYPT_OF_A_FLOOD = 13  # about half a second each


def entry(name, password, *how):
    """A line as Apache's htpasswd writes it."""
    done = subprocess.run(["htpasswd", "-ni", *how, name], input=password, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip() + "\n"


class Flood:
    """Connections that show one client's name with another wrong password each time, without a pause."""

    def __init__(self, program, deployment, name, connections):
        self.program, self.deployment, self.name = program, deployment, name
        self.answers, self.retry_after = Counter(), set()  # "status REASON"; of the 503
        self.ending, self.lock = threading.Event(), threading.Lock()
        self.threads = [threading.Thread(target=self.run, args=(number,), daemon=True) for number in range(connections)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def run(self, number):
        with contextlib.closing(self.program.connect("prediction")) as connection:
            asked = 0
            while not self.ending.is_set():
                asked += 1
                status, text, fields = self.program.predict(self.deployment, client=f"{self.name}:guess {number} {asked}", connection=connection)
                with self.lock:
                    self.answers[f"{status} {json.loads(text)['status']['reason']}"] += 1
                    if status == 503:
                        self.retry_after.add(fields["Retry-After"])

    def stop(self):
        self.ending.set()
        for thread in self.threads:
            thread.join()

    def __exit__(self, *unused):
        self.stop()


class Upgradable(Upgrading, Program):
    """A program that can be replaced while it runs."""


class ImportHtpasswd(unittest.TestCase):
    def start(self, kind=Program, **variables):
        for name, value in {"MODELGATE_PREDICTION__WORKERS": "2", **variables}.items():
            os.environ[name] = value
            self.addCleanup(os.environ.pop, name)
        self.program = self.enterContext(kind())
        self.program.prepare()
        self.program.deploy("iris", endpointAccessType="private", replicas=1)
        self.program.wait_for("iris")
        return self.program

    def run_import(self, text, *words):
        environment = {"PATH": os.environ["PATH"], "HOME": self.program.folder, "NO_COLOR": "1",
                       "MODELGATE_SERVER": self.program.url("control"), "MODELGATE_TOKEN": self.program.token}
        return subprocess.run([PROGRAM, "import", "htpasswd", "-", "--deployment", "iris", *words], input=text, capture_output=True, text=True,
                              env=environment, timeout=120)

    def status(self, client, deployment="iris"):
        return self.program.predict(deployment, client=client)[0]

    def clients(self):
        return {each["name"]: each for each in self.program.must("GET", "/deployments/iris/clients")["items"]}

    def rows(self):
        """What is on the disk of each client: the foreign hash."""
        with sqlite3.connect(f"file:{self.program.data}/modelgate.db?mode=ro", uri=True) as store:
            return dict(store.execute("SELECT name, foreign_hash FROM clients"))

    def test_every_kind_logs_in_is_counted_and_forgets_its_hash(self):
        program = self.start()
        passwords = {"by-md5": "correct horse", "by-bcrypt": "battery:staple", "by-sha": "zwölf Ärzte", "never-used": "x"}
        file = (entry("by-md5", passwords["by-md5"], "-m") + entry("by-bcrypt", passwords["by-bcrypt"], "-B", "-C", "5")
                + "# from the old ingress\n\n" + entry("by-sha", passwords["by-sha"], "-s") + entry("never-used", "x", "-m"))
        rehearsed = self.run_import(file, "--dry-run")
        self.assertEqual((rehearsed.returncode, "4 would be added" in rehearsed.stderr), (0, True), rehearsed.stderr)
        self.assertEqual(self.clients(), {})
        done = self.run_import(file)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("4 added, 0 replaced, 0 skipped", done.stderr)
        self.assertEqual({name: each["importedHash"] for name, each in self.clients().items()},
                         {"by-md5": "apr1", "by-bcrypt": "bcrypt", "by-sha": "sha1", "never-used": "apr1"})

        used = [name for name in passwords if name != "never-used"]
        for name in used:
            with self.subTest(name):
                self.assertEqual(self.status(f"{name}:wrong"), 401)
                for _ in range(3):
                    self.assertEqual(self.status(f"{name}:{passwords[name]}"), 200)
                self.assertEqual(self.status(f"{name}:{passwords[name]}x"), 401)
        self.assertEqual(self.status("by-md5:" + passwords["by-sha"]), 401)
        self.assertEqual(self.status("nobody:" + passwords["by-md5"]), 401)
        self.assertEqual(program.predict("iris", headers={"Authorization": "Bearer " + passwords["by-md5"]})[0], 401, "alone it is nobody's")
        self.assertEqual({name: each["requests"] for name, each in self.clients().items()},
                         {**{name: 3 for name in used}, "never-used": 0})
        self.assertEqual(self.program.metrics()['modelgate_authenticated_requests_total{deployment_name="iris"}'], 9)

        wait_until(lambda: [name for name, row in self.rows().items() if row] == ["never-used"], "no foreign hash of who was here")
        wait_until(lambda: self.clients()["by-bcrypt"]["importedHash"] is None, "and the API says so")
        for how in (signal.SIGTERM, signal.SIGKILL):
            program.stop(how)
            program.start()
            for name in used:
                wait_until(lambda: self.status(f"{name}:{passwords[name]}") == 200, f"{name} after a restart")
            self.assertEqual(self.status("by-sha:wrong"), 401)
            self.assertEqual(self.program.metrics().get('modelgate_imported_password_checks_total{outcome="right"}'), 0, "nothing is compared any more")
        self.assertEqual(self.status("never-used:x"), 200)

    def test_counts_go_on_over_restarts_rotations_and_times_without_a_token(self):
        program = self.start()
        token = program.must("POST", "/deployments/iris/clients", {"name": "app"})["token"]
        for _ in range(5):
            self.assertEqual(self.status(f"app:{token}"), 200)
        self.assertEqual(self.status("app:wrong"), 401)
        self.assertEqual(self.clients()["app"]["requests"], 5)
        self.assertEqual(program.stop(signal.SIGTERM), 0)
        program.start()
        self.assertEqual(self.clients()["app"]["requests"], 5)
        wait_until(lambda: self.status(f"app:{token}") == 200, "the same token")
        counted = self.clients()["app"]["requests"]
        self.assertGreater(counted, 5)
        # Neither another token nor a time without any begins the count anew; another client of the name does.
        program.must("PATCH", "/deployments/iris/clients/app", {"disabled": True})
        program.must("PATCH", "/deployments/iris/clients/app", {"disabled": False})
        token = program.must("POST", "/deployments/iris/clients/app/rotate")["token"]
        self.assertEqual(self.status(f"app:{token}"), 200)
        self.assertEqual(self.clients()["app"]["requests"], counted + 1)
        program.must("DELETE", "/deployments/iris/clients/app")
        program.must("POST", "/deployments/iris/clients", {"name": "app"})
        self.assertEqual(self.clients()["app"]["requests"], 0)

    def test_an_upgrade_keeps_counts_and_passwords(self):
        program = self.start(kind=Upgradable)
        self.assertEqual(self.run_import(entry("used", "secret", "-m") + entry("unused", "secret", "-B", "-C", "5")).returncode, 0)
        for _ in range(3):
            self.assertEqual(self.status("used:secret"), 200)
        upgraded = program.upgrade()
        self.assertEqual(upgraded.returncode, 0, upgraded.stderr + program.log())
        self.assertEqual(program.follow(), 0)
        self.assertEqual(self.clients()["used"]["requests"], 3)
        for name in ("used", "unused"):
            self.assertEqual(self.status(f"{name}:secret"), 200)
            self.assertEqual(self.status(f"{name}:wrong"), 401)
        self.assertEqual(self.clients()["used"]["requests"], 4)
        wait_until(lambda: not any(self.rows().values()), "no foreign hash of who was here")

    def test_a_bad_line_imports_nothing_and_is_told_with_its_number(self):
        self.start()
        good = entry("app", "secret", "-m")
        file = good + "Bad Name:x\nplain:hunter2\n" + entry("costly", "x", "-B", "-C", "4").replace("$2y$04$", "$2y$15$") + entry("des", "x", "-d")
        refused = self.run_import(file)
        self.assertEqual(refused.returncode, 1, refused.stderr)
        for number, advice in ((2, "rename it"), (3, "htpasswd -B"), (4, "-C 12"), (5, "htpasswd -B")):
            self.assertRegex(refused.stderr, f"line {number} .*{advice}")
        self.assertNotIn("hunter2", refused.stderr)
        self.assertEqual(self.clients(), {})
        skipped = self.run_import(file, "--skip-bad")
        self.assertEqual(skipped.returncode, 0, skipped.stderr)
        self.assertIn("1 added, 0 replaced, 4 skipped", skipped.stderr)
        self.assertEqual(len(skipped.stdout.splitlines()), 5, skipped.stdout)
        self.assertIn("CLIENT_EXISTS", self.run_import(good, "--skip-bad", "-o", "json").stdout)
        again = self.run_import(good)
        self.assertEqual(again.returncode, 4, "it asks for what is there: " + again.stderr)
        self.assertEqual(self.status("app:secret"), 200)
        replaced = self.run_import(entry("app", "another", "-s"), "--replace")
        self.assertEqual(replaced.returncode, 0, replaced.stderr)
        self.assertEqual([self.status("app:secret"), self.status("app:another")], [401, 200])
        self.assertEqual(self.run_import("").returncode, 2)

    def test_names_that_no_client_can_have_are_told_and_stop_nothing(self):
        self.start()
        done = self.run_import(entry("app", "secret", "-m") + entry("Ann.Lee", "x", "-m") + entry("batch", "secret", "-s"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("2 added, 0 replaced, 1 skipped", done.stderr)
        self.assertRegex(done.stdout, "(?m)^2 +Ann.Lee +has a name that is no client")
        self.assertEqual(sorted(self.clients()), ["app", "batch"])

    def test_a_flood_of_wrong_passwords_stalls_nobody_else(self):
        program = self.start(MODELGATE_LIMITS__IMPORTED_PASSWORD_WAITING="16")
        program.deploy("neighbour", replicas=1)
        program.wait_for("neighbour")
        token = program.must("POST", "/deployments/iris/clients", {"name": "app"})["token"]
        file = (entry("flooded", "right", "-B", "-C", str(BCRYPT_OF_A_FLOOD)) + entry("quick", "secret", "-s")
                + entry("known", "secret", "-B", "-C", "5"))
        self.assertEqual(self.run_import(file).returncode, 0)
        self.assertEqual(self.status("known:secret"), 200)
        flood = self.enterContext(Flood(program, "iris", "flooded", connections=24))
        wait_until(lambda: flood.answers.get("503 AUTH_BUSY", 0) > 100, "more than are taken")
        for _ in range(50):
            self.assertEqual(self.status(None, "neighbour"), 200)
            self.assertEqual(self.status(f"app:{token}"), 200)
            self.assertEqual(self.status("known:secret"), 200)
        # The first request of another client has its turn after the comparison that runs.
        wait_until(lambda: self.status("quick:secret") == 200, "another client's first request")
        flood.stop()
        self.assertEqual(set(flood.answers) - {"401 AUTH_FAILED"}, {"503 AUTH_BUSY"}, flood.answers)
        self.assertEqual(flood.retry_after, {"1"})
        metrics = self.program.metrics()
        self.assertGreater(metrics['modelgate_imported_password_checks_total{outcome="full"}'], 100)
        self.assertGreater(metrics['modelgate_replies_total{reason="AUTH_BUSY"}'], 100)
        self.assertEqual(metrics["modelgate_sessions_failed_total"], 0)
        wait_until(lambda: self.status("flooded:right") == 200, "who was flooded")


if __name__ == "__main__":
    adopt_orphans()
    unittest.main(verbosity=2)
