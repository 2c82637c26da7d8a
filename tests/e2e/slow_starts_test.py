#!/usr/bin/env python3
"""Replicas that take long to start hold up nothing else: neither a token that is revoked, nor another deployment, nor the end."""
import os
import signal
import socket
import threading
import time
import unittest

from program import PATIENCE, Program, wait_until


class Dribble:
    """A server of models whose one never comes to its end."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/"
        self.over = threading.Event()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while not self.over.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    def answer(self, connection):
        with connection:
            try:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
                while not self.over.wait(0.5):
                    connection.sendall(b"x" * 1024)
            except OSError:
                pass

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.over.set()
        self.listener.close()


class SlowStarts(unittest.TestCase):
    def test_what_is_changed_meanwhile_is_live_at_once(self):
        with Dribble() as models:
            os.environ["MODELGATE_RUNTIME__MODELS__SOURCES"] = models.url
            self.addCleanup(os.environ.pop, "MODELGATE_RUNTIME__MODELS__SOURCES")
            with Program() as program:
                program.prepare()
                program.deploy("priv", replicas=1, endpointAccessType="private")
                tokens = {name: program.must("POST", "/deployments/priv/clients", {"name": name})["token"] for name in ("ada", "bob", "eve")}
                program.wait_for("priv")
                program.deploy("fetching", replicas=10, modelURI=models.url + "model.tar")
                wait_until(lambda: program.must("GET", "/deployments/fetching")["status"]["replicas"], "they are being started")
                for name, token in tokens.items():
                    self.assertEqual(program.predict("priv", client=f"{name}:{token}")[0], 200)
                    # 204: it is live; 202: not within the time that a request waits.
                    status = program.api("DELETE", f"/deployments/priv/clients/{name}")[0]
                    self.assertEqual((status, program.predict("priv", client=f"{name}:{token}")[0]), (204, 401))
                program.deploy("zeta", replicas=1)  # and one that is started after all of those
                program.wait_for("zeta")
                self.assertNotEqual(program.must("GET", "/deployments/fetching")["status"]["phase"], "Deployed")

    def test_the_end_starts_nothing_more(self):
        asked, up = 120, 4
        for signals in (1, 2):
            with self.subTest(signals=signals), Program() as program:
                program.prepare()
                program.deploy("many", replicas=asked)
                wait_until(lambda: len(program.replicas()) >= up, "some of them run")
                program.process.send_signal(signal.SIGTERM)
                wait_until(lambda: '"draining"' in program.log(), "the drain")
                then = len(program.replicas()) + 2  # with those that were under way
                most, until = then, time.monotonic() + PATIENCE
                while program.process.poll() is None and time.monotonic() < until:
                    most = max(most, len(program.replicas()))
                    if signals == 2:
                        program.process.send_signal(signal.SIGTERM)
                self.assertEqual(program.process.poll(), 0, program.log())
                self.assertLess(then, asked, "they were up too soon to tell")
                self.assertLessEqual(most, then)
                self.assertEqual(program.replicas(), [])


if __name__ == "__main__":
    unittest.main()
