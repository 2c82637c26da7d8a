#!/usr/bin/env python3
"""The running program is replaced by another one: no request fails and no model restarts; one that fails changes nothing.

    upgrade_test.py [--upgrades N]    N upgrades in a row under load, 3 without it
"""
import contextlib
import json
import os
import re
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import unittest

from ab import Ab
from external_test import Replica
from program import PATIENCE, PROGRAM, SOURCE, TENSOR, Load, Program, wait_until
from upgrading import Upgrading, adopt_orphans

UPGRADES = 3

# Stands in for a new program: takes over all that there is, does as it was told, and is never ready.
TAKES_AND = """#!/usr/bin/env python3
import json, os, socket, struct, sys, time
channel = socket.socket(fileno=3)
def send(kind):
    text = json.dumps({"kind": kind, "why": "no reason at all"}).encode()
    channel.sendall(struct.pack("=II", len(text), 0) + text)
send("hello")
length, descriptors = struct.unpack("=II", channel.recv(8, socket.MSG_WAITALL))
text = b""
while len(text) < length:
    text += channel.recv(length - len(text))
held = []
while len(held) < descriptors:
    held += socket.recv_fds(channel, 1, 253)[1]
assert json.loads(text)["kind"] == "offer"
"""


def threads_of(pid):
    names = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            with open(f"/proc/{pid}/task/{task}/comm") as name:
                names.append(name.read())
    return names


class Upgradable(Upgrading, Program):
    """With a config file of its own."""

    def __init__(self, lines=""):
        super().__init__()
        self.config = os.path.join(self.folder, "modelgate.toml")
        self.configure(lines)

    def configure(self, lines):
        with open(self.config, "w") as text:
            text.write(f'catalogue.path = "{SOURCE}/conf/images"\n{lines}\n')

    def write_script(self, text):
        path = os.path.join(self.folder, "script")
        with open(path, "w") as script:
            script.write(text)
        os.chmod(path, 0o755)
        return path

    def counted(self, result):
        with http_connection(self, "metrics") as connection:
            connection.request("GET", "/metrics")
            text = connection.getresponse().read().decode()
        return int(float(re.search(rf'modelgate_upgrades_total{{result="{result}"}} (\S+)', text).group(1)))


class http_connection:
    def __init__(self, program, port):
        self.connection = program.connect(port)

    def __enter__(self):
        return self.connection

    def __exit__(self, *unused):
        self.connection.close()


def paced_load(program, deployment, client=None):
    """Half of the clients keep their connections, half take a new one each time."""
    return Load(program, deployment, connections=4, client=client, pause=0.01, fresh=2)


class Upgrades(unittest.TestCase):
    def check_unchanged(self, program, models):
        """The program that was there serves on, and is in charge of everything."""
        self.assertIsNone(program.process.poll(), program.log())
        self.assertEqual(program.holder(), program.process.pid)
        self.assertEqual(program.models(), models)
        self.assertEqual(program.predict("iris")[0], 200)
        program.must("PATCH", "/deployments/iris", {"description": os.urandom(4).hex()}, If_Match="*")
        program.wait_for("iris")

    def test_many_under_load(self):
        with Upgradable() as program:
            program.prepare_iris()
            program.deploy("prv", endpointAccessType="private")
            program.wait_for("prv")
            client = "app:" + program.must("POST", "/deployments/prv/clients", {"name": "app"})["token"]
            models = program.models()
            self.assertEqual(len(models), 4)
            bench, paced = Ab(program, "iris"), paced_load(program, "prv", client)
            paced.wait_for_answers(50)
            for number in range(1, UPGRADES + 1):
                program.put_binary()
                before = program.process.pid
                done = program.upgrade()
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr + program.log())
                self.assertEqual(program.follow(), 0, program.log())
                self.assertNotEqual(program.process.pid, before)
                self.assertTrue(os.path.samefile(f"/proc/{program.process.pid}/exe", program.binary), "the file that is there now")
                self.assertEqual(program.counted("succeeded"), number)
                self.assertEqual(program.models(), models, "no model restarts")
                paced.wait_for_answers(50)
            answered, failures = paced.stop()
            complete, failed, text = bench.stop()
            print(f"{UPGRADES} upgrades: {complete} requests by ab, {failed} failed; {answered} paced ones, {len(failures)} failed", file=sys.stderr)
            self.assertEqual(failures, [])
            self.assertEqual(failed, 0, text)
            self.assertGreater(complete, 100)

            # What it took over is its own: it changes it, and ends it.
            program.must("PATCH", "/deployments/iris", {"replicas": 1}, If_Match="*")
            program.wait_for("iris", check=lambda each: len(each["status"]["replicas"]) == 1)
            self.assertEqual(program.stop(signal.SIGTERM), 0, program.log())
            self.assertEqual(program.replicas(), [])
            self.assertFalse(os.path.exists(os.path.join(program.data, "upgrade.sock")))

    def test_a_signal_upgrades_too_and_the_number_of_workers_may_change(self):
        with Upgradable("prediction.workers = 1") as program:
            program.prepare_iris()
            models, ports = program.models(), dict(program.ports)
            paced = Load(program, "iris", connections=8, pause=0.005, fresh=6)
            paced.wait_for_answers(50)
            for workers in (3, 1, 2):
                program.configure(f"prediction.workers = {workers}")
                program.process.send_signal(signal.SIGUSR2)
                self.assertEqual(program.follow(), 0, program.log())
                self.assertEqual(sum(name.startswith("worker-") for name in threads_of(program.process.pid)), workers)
                paced.wait_for_answers(100)
            self.assertEqual(paced.stop()[1], [])
            self.assertEqual(program.models(), models)
            with open(os.path.join(program.data, "ports.json")) as text:
                self.assertEqual(json.load(text), ports)

    def test_a_new_program_that_fails_leaves_the_old_one_serving(self):
        with Upgradable('timeouts.upgrade = "10s"') as program:
            program.prepare_iris()
            models = program.models()
            pids = os.path.join(program.folder, "pid")
            cases = [
                ("exited with code 1", "#!/bin/sh\nexit 1\n"),
                ("timeouts.upgrade", f"#!/bin/sh\necho $$ > {pids}\nexec sleep 1000\n"),
                ("timeouts.upgrade", f"#!/bin/sh\necho $$ > {pids}\nexec 3>&-\nexec sleep 1000\n"),
                ("signal 11", "#!/bin/sh\nkill -11 $$\n"),
                ("exited with code 7", TAKES_AND + "sys.exit(7)\n"),
                ("no reason at all", TAKES_AND + "send('failed')\n"),
                ("another language", TAKES_AND + "send('bonjour')\n"),
            ]
            paced = paced_load(program, "iris")
            for count, (words, script) in enumerate(cases, 1):
                with self.subTest(words, script=script):
                    done = program.upgrade("--binary", program.write_script(script))
                    self.assertEqual(done.returncode, 1, done.stdout)
                    if "3>&-" not in script:
                        self.assertIn(words, done.stderr)
                    self.check_unchanged(program, models)
                    self.assertEqual(program.counted("failed"), count)
                    if os.path.exists(pids):
                        with open(pids) as text:
                            self.assertFalse(os.path.exists(f"/proc/{text.read().strip()}"), "it has ended")
                        os.remove(pids)
            done = program.upgrade("--binary", os.path.join(program.folder, "nothing"))
            self.assertIn("No such file", done.stderr)
            program.configure("nonsense = 1")
            done = program.upgrade(config=os.path.join(SOURCE, "conf", "modelgate.toml"))
            self.assertEqual(done.returncode, 1)
            self.assertIn("config", done.stderr)
            self.assertIn("nonsense", program.log())
            self.check_unchanged(program, models)
            self.assertEqual(paced.stop()[1], [])

            program.configure("")
            self.assertEqual(program.upgrade().returncode, 0, "and the next good one is taken")
            self.assertEqual(program.follow(), 0)
            self.assertEqual(program.counted("failed"), len(cases) + 2)
            self.check_unchanged(program, models)

    def test_while_the_store_is_handed_over_nothing_is_changed_and_everything_is_served(self):
        with Upgradable('timeouts.upgrade = "10s"') as program:
            program.prepare_iris()
            models = program.models()
            took = os.path.join(program.folder, "took")
            script = program.write_script(TAKES_AND + f"open({took!r}, 'w').close()\ntime.sleep(1000)\n")
            asked = subprocess.Popen([PROGRAM, "upgrade", "--data-dir", program.data, "--binary", script],
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            wait_until(lambda: os.path.exists(took), "the offer is taken")
            status, problem, fields = program.api("POST", "/groups", {"name": "other"})
            self.assertEqual((status, problem["code"], fields["Retry-After"]), (503, "UPGRADING", "1"))
            self.assertEqual(program.predict("iris")[0], 200)
            self.assertEqual(program.models(), models)
            self.assertIn("timeouts.upgrade", asked.communicate(timeout=PATIENCE)[1])
            self.assertEqual(asked.returncode, 1)
            self.assertEqual(program.api("POST", "/groups", {"name": "other"})[0], 201)
            self.check_unchanged(program, models)

            # Asked to end in the middle of it, it ends whole.
            os.remove(took)
            asked = subprocess.Popen([PROGRAM, "upgrade", "--data-dir", program.data, "--binary", script], stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL)
            wait_until(lambda: os.path.exists(took), "the offer is taken")
            self.assertEqual(program.stop(signal.SIGTERM), 0, program.log())
            self.assertEqual(asked.wait(PATIENCE), 1)
            self.assertEqual(program.replicas(), [])

    def test_what_began_before_an_upgrade_is_finished(self):
        with Upgradable() as program:
            program.prepare_iris()
            with http_connection(program, "prediction") as idle, http_connection(program, "prediction") as half:
                self.assertEqual(program.predict("iris", connection=idle)[0], 200)
                body = json.dumps(TENSOR).encode()
                half.putrequest("POST", "/deployment/iris/api/v1.0/predictions")
                half.putheader("Content-Type", "application/json")
                half.putheader("Content-Length", str(len(body)))
                half.endheaders(body[:10])
                self.assertEqual(program.upgrade().returncode, 0, program.log())
                half.send(body[10:])
                answer = half.getresponse()
                self.assertEqual(answer.status, 200)
                answer.read()

                def had_its_last_request():  # once its worker has heard that it drains
                    status, _, headers = program.predict("iris", connection=idle)
                    self.assertEqual(status, 200)
                    return headers["Connection"] == "close"

                wait_until(had_its_last_request, "the last request of a kept connection")
            self.assertEqual(program.follow(), 0)

    def test_replicas_that_run_elsewhere_are_found_anew_before_anybody_needs_them(self):
        with Upgradable('timeouts.upgrade = "20s"\n[runtime.external]\nprobe_interval = "500ms"') as program:
            program.prepare()
            first, second = Replica("a"), Replica("b")
            program.must("POST", "/deployments", {"id": "models", "name": "models", "group": "research",
                                                  "external": {"urls": [first.url, second.url], "healthPath": "/health"}})
            program.wait_for("models", check=lambda each: each["status"]["availableReplicas"] == 2)
            paced = paced_load(program, "models")
            paced.wait_for_answers(50)
            self.assertEqual(program.upgrade().returncode, 0, program.log())
            self.assertEqual(program.follow(), 0)
            paced.wait_for_answers(50)
            self.assertEqual(paced.stop()[1], [])
            # One that has gone does not keep the next program from beginning.
            second.leave()
            self.assertEqual(program.upgrade().returncode, 0, program.log())
            self.assertEqual(program.follow(), 0)
            self.assertEqual(program.predict("models")[0], 200)

    def test_a_killed_program_that_was_upgraded_is_succeeded_like_any_other(self):
        with Upgradable() as program:
            program.prepare_iris()
            models = program.models()
            self.assertEqual(program.upgrade().returncode, 0)
            self.assertEqual(program.follow(), 0)
            program.stop(signal.SIGKILL)
            program.start()
            self.assertEqual(program.predict("iris")[0], 200)
            self.assertEqual(program.models(), models)
            self.assertEqual(program.upgrade().returncode, 0)
            self.assertEqual(program.follow(), 0)
            self.assertEqual(program.models(), models)

    def test_who_may_ask(self):
        with Upgradable() as program:
            mode = os.stat(os.path.join(program.data, "upgrade.sock")).st_mode
            self.assertEqual((stat.S_ISSOCK(mode), stat.S_IMODE(mode)), (True, 0o600))
            mark = (1 << 62) + 12345  # as replicas carry it
            done = program.upgrade(preexec_fn=lambda: resource.setrlimit(10, (mark, mark)))
            self.assertEqual(done.returncode, 1)
            self.assertIn("may not", program.log())
            self.assertEqual(program.holder(), program.process.pid)
            with tempfile.TemporaryDirectory() as nothing:
                done = program.upgrade(data=nothing)
                self.assertEqual(done.returncode, 7)
                self.assertIn("no modelgate serves", done.stderr)


def setUpModule():
    adopt_orphans()


if __name__ == "__main__":
    if "--upgrades" in sys.argv:
        at = sys.argv.index("--upgrades")
        UPGRADES = int(sys.argv[at + 1])
        del sys.argv[at:at + 2]
    unittest.main(verbosity=2)
