#!/usr/bin/env python3
"""With 64 file descriptors and 200 connections: those that are in are served, the others closed, and all is well when they have gone."""
import os
import select
import socket
import tempfile
import unittest

from external_test import Replica, write
from program import SOURCE, Program, wait_until

DESCRIPTORS = 64
CONNECTIONS = 200
REQUEST = b"POST /deployment/models/x HTTP/1.1\r\nHost: gw.test\r\nContent-Length: 2\r\n\r\n{}"


class ShortProgram(Program):
    """May open few files."""

    def command(self):
        return ["prlimit", f"--nofile={DESCRIPTORS}:{DESCRIPTORS}", *super().command()]


class Descriptors(unittest.TestCase):
    def serve(self, headroom):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        config = os.path.join(folder, "modelgate.toml")
        write(config, f'[catalogue]\npath = "{SOURCE}/conf/images"\n[prediction]\nworkers = 2\n[timeouts]\nhead = "120s"\n'
                      f'[runtime.external]\nprobe_interval = "50ms"\n[limits]\ndescriptor_headroom = {headroom}\n')
        self.program = self.enterContext(ShortProgram(config=config))
        self.program.prepare()
        self.replica = Replica("a")
        self.program.must("POST", "/deployments", {"id": "models", "name": "models", "group": "research",
                                                   "external": {"urls": [self.replica.url]}})
        self.program.wait_for("models")

    def flood(self):
        host, port = self.program.ports["prediction"].rsplit(":", 1)
        clients = [socket.create_connection((host, int(port))) for _ in range(CONNECTIONS)]
        for client in clients:
            self.addCleanup(client.close)
        return clients

    def metric(self, series):
        return self.program.metrics().get(series)

    def cpu_seconds(self):
        with open(f"/proc/{self.program.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def assert_idle(self, clients):
        """Nobody sends anything for two seconds, and that costs next to nothing."""
        before = self.cpu_seconds()
        quiet = [client for client in clients if not is_closed(client)]
        select.select(quiet, [], [], 2)
        self.assertLess(self.cpu_seconds() - before, 0.5)

    def assert_recovers(self, clients):
        for client in clients:
            client.close()
        wait_until(self.answers, "a prediction")

    def answers(self):
        try:
            return self.program.predict("models")[0] == 200
        except OSError:
            return False

    def test_connections_leave_room_for_those_to_replicas(self):
        self.serve(headroom=16)
        refused = 'modelgate_connections_refused_total{reason="descriptors"}'
        clients = self.flood()
        wait_until(lambda: self.metric("modelgate_connections") + self.metric(refused) >= CONNECTIONS, "all seen")
        self.assertGreaterEqual(self.metric(refused), CONNECTIONS - (DESCRIPTORS - 16))
        inside = [client for client in clients if not is_closed(client)]
        self.assertGreater(len(inside), 0)
        self.assert_idle(clients)
        for client in inside:
            client.sendall(REQUEST)
            self.assertTrue(client.recv(4096).startswith(b"HTTP/1.1 200 "))
        self.assert_recovers(clients)

    def test_accepting_pauses_when_there_are_none_left(self):
        self.serve(headroom=0)
        clients = self.flood()
        wait_until(lambda: "no file descriptors or memory for a new connection" in self.program.log(), "the pause")
        self.assert_idle(clients)
        self.assert_recovers(clients)


def is_closed(client):
    readable, _, _ = select.select([client], [], [], 0)
    if not readable:
        return False
    try:
        return client.recv(1, socket.MSG_PEEK) == b""
    except OSError:
        return True


if __name__ == "__main__":
    unittest.main()
