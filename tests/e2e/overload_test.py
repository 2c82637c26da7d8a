#!/usr/bin/env python3
"""Attacks at a size that a test can bear: good predictions do not fail, memory keeps to its cap, attackers are let go."""
import asyncio
import contextlib
import importlib.machinery
import importlib.util
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

from program import PROGRAM, SOURCE, wait_until

sys.path.insert(0, os.path.join(SOURCE, "benchmarks", "overload"))
loader = importlib.machinery.SourceFileLoader("overload", os.path.join(SOURCE, "benchmarks", "overload", "run"))
overload = importlib.util.module_from_spec(importlib.util.spec_from_loader("overload", loader))
loader.exec_module(overload)

RATE, SECONDS = 50, 8
TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def answer_of(sock, patience=60):
    """The status of one answer, without waiting for its body; "closed" where there is none."""
    sock.settimeout(patience)
    head = b""
    try:
        while b"\r\n\r\n" not in head:
            data = sock.recv(4096)
            if not data:
                return "closed"
            head += data
    except ConnectionError:
        return "closed"
    return head[9:12].decode()


class SlowReplica(threading.Thread):
    """Answers one request with many bytes, and knows how many of them were taken."""

    def __init__(self, size):
        super().__init__(daemon=True)
        self.size, self.sent, self.failed = size, 0, False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            head = b""
            while b"\r\n\r\n" not in head:
                data = connection.recv(4096)
                if not data:
                    break
                head += data
            if not head:
                connection.close()  # a probe
                continue
            try:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % self.size)
                while self.sent < self.size:
                    self.sent += connection.send(b"x" * min(65_536, self.size - self.sent))
            except OSError:
                self.failed = True
            connection.close()


class Overload(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="modelgate-overload-")
        cls.bench = overload.Bench(cls.folder, PROGRAM)
        cls.pid = cls.bench.gate.process.pid

    @classmethod
    def tearDownClass(cls):
        cls.bench.stop()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def attacked(self, start, outcome, seconds=SECONDS + 4, bench=None):
        """What the attackers saw in that time at most; holds what is true of every attack."""
        bench = bench or self.bench
        process = start(bench, seconds)
        with overload.MemoryWatch(bench.gate.process.pid) as memory:
            latencies, failures = asyncio.run(overload.send(bench.gate.port, RATE, SECONDS, bench.tls))
        self.assertEqual(failures, [])
        self.assertEqual(len(latencies), RATE * SECONDS)
        self.assertLessEqual(memory.most, bench.idle + 1.1 * overload.MEMORY)
        return outcome(process, seconds + 60)

    def test_slow_heads_bodies_and_readers_are_let_go(self):
        for mode in ("head", "body", "read"):
            with self.subTest(mode):
                seen = self.attacked(*overload.slow(mode, 300))
                self.assertEqual(seen["service available"], "YES")
                self.assertTrue(seen["all closed"], seen)

    def test_two_thousand_big_bodies_that_drip_keep_to_the_memory(self):
        seen = self.attacked(*overload.own("drip", "victim", 2000))
        self.assertEqual(seen["connected"], 2000)
        self.assertEqual(set(seen) - {"connected", "held to the end", "503", "408", "closed"}, set())

    def test_readers_of_a_kibibyte_a_second_are_cut(self):
        # They end when they are cut; how soon they notice, at the lowest priority, depends on the machine.
        seen = self.attacked(*overload.own("read", "victim", 200), seconds=60)
        self.assertEqual(seen, {"connected": 200, "200": 200, "cut": 200})

    def test_a_flood_of_wrong_tokens_is_refused(self):
        seen = self.attacked(*overload.own("flood", "closed", 32))
        self.assertEqual(set(seen), {"connected", "401"})
        self.assertGreater(seen["401"], 100)

    def test_floods_of_handshakes_and_those_that_stop_are_borne(self):
        folder = tempfile.mkdtemp(prefix="modelgate-handshakes-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        bench = overload.Bench(folder, PROGRAM, tls=True)
        self.addCleanup(bench.stop)
        seen = self.attacked(*overload.own("hello", "victim", 64), bench=bench)
        self.assertEqual(set(seen), {"connected", "answered"})
        self.assertGreater(seen["answered"], 100)
        seen = self.attacked(*overload.own("stop", "victim", 300), bench=bench)
        # Closed when `timeouts.handshake` is over, and begun anew: nobody stays.
        self.assertEqual(set(seen), {"connected", "closed", "held to the end"})
        self.assertGreater(seen["closed"], 300)

    def connect(self, receive_buffer=0):
        sock = socket.socket()
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.connect(("127.0.0.1", self.bench.gate.port))
        self.addCleanup(sock.close)
        return sock

    def head_of(self, name="good", method="GET", more=b""):
        return f"{method} {overload.PATH.format(name)} HTTP/1.1\r\nHost: b\r\n".encode() + more + b"\r\n"

    def test_a_slow_reader_of_a_big_answer_holds_its_replica_back(self):
        size = 50 * 1024 * 1024
        replica = SlowReplica(size)
        self.bench.gate.deploy("big", [replica.port])
        before = overload.resident(self.pid)
        sock = self.connect(receive_buffer=4096)
        sock.sendall(self.head_of("big"))
        with overload.MemoryWatch(self.pid) as memory:
            wait_until(lambda: replica.failed, "the cut of a reader that takes nothing")
        self.assertLess(replica.sent, size)
        self.assertLessEqual(memory.most - before, 256 * 1024)
        received = 0
        with self.assertRaises(ConnectionError):  # a reset: nobody takes it for a whole answer
            while data := sock.recv(65_536):
                received += len(data)
        self.assertLess(received, size)

    def test_slow_clients_of_a_busy_model_do_not_keep_it_to_themselves(self):
        replica = self.bench.replica(overload.BIG_ANSWER)
        self.bench.gate.deploy("one", [replica], concurrency=1)

        def begin(head, sent=b""):
            sock = self.connect(receive_buffer=4096)
            sock.sendall(head + sent)
            return sock

        upload = self.head_of("one", "POST", b"Content-Length: 3000000\r\n")
        reader = begin(self.head_of("one"))
        slow = [begin(upload, b"x" * 300_000), reader, begin(upload, b"x" * 300_000)]
        ended = threading.Event()
        self.addCleanup(ended.set)

        def drip():
            while not ended.wait(0.1):
                for sock in slow:
                    with contextlib.suppress(OSError):
                        sock.setblocking(False)
                        if sock is reader:
                            sock.recv(200)
                        else:
                            sock.send(b"x" * 150)

        threading.Thread(target=drip, daemon=True).start()
        for _ in range(3):
            with self.connect() as quick:
                quick.settimeout(30)
                quick.sendall(self.head_of("one", more=b"Connection: close\r\n"))
                answer = b"".join(iter(lambda: quick.recv(1 << 20), b""))
            self.assertEqual((answer[9:12], len(answer) > overload.BIG_ANSWER), (b"200", True))
        with urllib.request.urlopen(f"http://{self.bench.gate.ports['metrics']}/metrics") as page:
            counted = page.read().decode()
        for reason in ("contended_body", "contended_answer"):
            self.assertRegex(counted, rf'modelgate_slow_cut_total{{reason="{reason}"}} [1-9]')

    def cpu_of(self, count, send):
        """CPU time that the program takes for so many of them, seconds."""
        before = cpu_seconds(self.pid)
        for _ in range(count):
            send()
        return cpu_seconds(self.pid) - before

    def test_heads_cost_time_in_proportion_to_their_size(self):
        def send(lines, expected):
            def once():
                with socket.create_connection(("127.0.0.1", self.bench.gate.port)) as sock:
                    sock.sendall(self.head_of(more=lines))
                    self.assertEqual(answer_of(sock), expected)
            return once

        # Names that a multiplicative hash would put into one bucket, and one name again and again.
        colliding = b"".join(b"X-%s: 1\r\n" % name for name in (bytes(b"AaBB"[2 * (n >> bit & 1):][:2][i] for bit in range(7) for i in range(2)) for n in range(128)))
        self.assertEqual(len(set(colliding.split(b"\r\n"))), 129)
        some = b"".join(line + b"\r\n" for line in colliding.split(b"\r\n")[:95])
        send(colliding, "431")()
        send(b"X-A: 1\r\n" * 200, "431")()
        send(b"X-A: %s\r\n" % (b"a" * 20_000), "431")()
        for lines in (some, b"X-A: 1\r\n" * 95, b"Connection: X-A\r\nX-A: 1\r\n" * 45):
            self.assertLess(self.cpu_of(100, send(lines, "200")) / 100, 0.005)

    def test_chunks_cost_time_in_proportion_to_their_bytes(self):
        sock = self.connect()
        sock.sendall(self.head_of(method="POST", more=b"Transfer-Encoding: chunked\r\n") + b"1;" + b"x" * 65_536)
        self.assertEqual(answer_of(sock), "400")

        def chunks():
            sock = self.connect()
            sock.sendall(self.head_of(method="POST", more=b"Transfer-Encoding: chunked\r\n") + b"1\r\nx\r\n" * 100_000 + b"0\r\n\r\n")
            self.assertEqual(answer_of(sock), "200")

        # One microsecond for each of 600,000 bytes; ten times as much where nothing is optimised or sanitizers watch.
        self.assertLess(self.cpu_of(1, chunks), 6)

    def test_connections_that_come_and_go_leave_nothing(self):
        def files():
            return len(os.listdir(f"/proc/{self.pid}/fd"))

        def come_and_go(how):
            sock = socket.create_connection(("127.0.0.1", self.bench.gate.port))
            if how == 1:
                sock.sendall(b"GET / HT")
            if how == 2:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.close()

        def five_thousand():
            for number in range(5000):
                come_and_go(number % 3)
            wait_until(lambda: files() < 100, "the end of connections that went")
            return overload.resident(self.pid)

        first, second = five_thousand(), five_thousand()
        self.assertLess(second - first, 1024 * 1024)

    def test_without_files_left_it_waits_and_recovers(self):
        folder = tempfile.mkdtemp(prefix="modelgate-files-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        bench = overload.Bench(folder, PROGRAM)
        self.addCleanup(bench.stop)
        pid = bench.gate.process.pid
        subprocess.run(["prlimit", f"--pid={pid}", "--nofile=64"], check=True)
        held = [socket.create_connection(("127.0.0.1", bench.gate.port)) for _ in range(200)]
        before = cpu_seconds(pid)
        time.sleep(1)
        self.assertLess(cpu_seconds(pid) - before, 0.5)  # of one second on each of its threads: it does not spin
        self.assertIsNone(bench.gate.process.poll())
        for sock in held:
            sock.close()

        def served():
            with socket.create_connection(("127.0.0.1", bench.gate.port)) as sock:
                sock.sendall(self.head_of())
                try:
                    return answer_of(sock, 5) == "200"
                except TimeoutError:
                    return False

        wait_until(served, "an answer once there are files again")


if __name__ == "__main__":
    unittest.main()
