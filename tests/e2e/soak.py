#!/usr/bin/env python3
"""Serves mixed traffic under continuous changes for a while and looks whether anything is left behind.

    soak.py [SECONDS]      also MODELGATE_SOAK_SECONDS; make soak DURATION=600 PRESET=release

Traffic: paced good clients (small and large bodies, large answers), and beside them clients that frame wrongly, send and read slowly,
leave in the middle, have wrong tokens or send too much, and deployments whose replicas are slow, reset, answer garbage or stop in the
middle of an answer. Changes: tests/e2e/changes.py, one after the other, all the time; in the first part upgrades are among them.

Good is a request to a healthy deployment with the right token: each must be answered 200. All others must end as documented.

Nothing may be left: after the upgrades and a warm-up, and at the end, all traffic pauses and the program comes to rest with the same deployments
as at the start. Then no connection is open and no request in flight, and between the two rests
  - open file descriptors may differ by FD_ALLOWANCE: connections to SQLite and to probes come and go;
  - resident memory (median of 20 looks) may grow by RSS_SHARE and RSS_BYTES: what an allocator keeps in fragments. With a sanitizer,
    whose own bookkeeping grows, memory is only shown: LeakSanitizer judges at the end of the program."""
import asyncio
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time

from changes import ChangeableProgram, Changes
from program import PATIENCE, PROGRAM, TENSOR, wait_until
from traffic import Broken, Connection, Loop, Paced, request_bytes
from upgrading import Upgrading, adopt_orphans

FD_ALLOWANCE = 8
RSS_SHARE = 0.05
RSS_BYTES = 4 << 20
UPGRADES = 60  # seconds with upgrades; a fifth of the whole if that is less
WARM_UP = 60  # seconds after them; a third of the whole if that is less

SETTINGS = {
    "timeouts.head": '"2s"', "timeouts.body_grace": '"2s"', "timeouts.stream_idle": '"3s"', "timeouts.first_byte": '"20s"',
    "timeouts.drain": '"20s"', "limits.head_bytes": '"16KiB"',
}


class Unruly:
    """The replicas of unruly.py, in a process of their own."""

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, os.path.join(os.path.dirname(__file__), "unruly.py")], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.ports = json.loads(self.process.stdout.readline())
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(PATIENCE)


class SoakedProgram(Upgrading, ChangeableProgram):
    pass


class Rude:
    """One kind of client that misbehaves, or whose deployment does, over and over, a few at a time. `expected` are the endings that are
    right: statuses, "cut" for an answer that breaks off, "closed" for none at all, "left" where the client went away by itself."""

    def __init__(self, name, play, expected, each=1, pause=0.05):
        self.name, self.play, self.expected, self.each, self.pause = name, play, expected, each, pause
        self.endings = {}
        self.ending = False

    async def run(self):
        await asyncio.gather(*(self.over_and_over() for _ in range(self.each)))

    async def over_and_over(self):
        while not self.ending:
            try:
                how = await asyncio.wait_for(self.play(), PATIENCE)
            except asyncio.TimeoutError:
                how = "hung"
            except OSError as problem:
                how = repr(problem)
            self.endings[how] = self.endings.get(how, 0) + 1
            await asyncio.sleep(self.pause)

    def wrong(self):
        return {how: count for how, count in self.endings.items() if how not in self.expected}


class RudeClients:
    """What they do. Every play opens its own connection and answers how it ended."""

    def __init__(self, address, good):
        self.address, self.good = address, good

    async def opened(self):
        return await Connection.open(self.address)

    async def ending_of(self, connection):
        try:
            status, _, _ = await connection.read_answer()
            return status
        except Broken as problem:
            return "cut" if problem.begun else "closed"
        finally:
            connection.close()

    def asks(self, request):
        async def play():
            connection = await self.opened()
            connection.writer.write(request)
            return await self.ending_of(connection)

        return play

    def one_of(self, requests):
        turn = 0

        async def play():
            nonlocal turn
            turn += 1
            return await self.asks(requests[turn % len(requests)])()

        return play

    def drips(self, at_once, rest):
        """The rest byte by byte until there is an answer."""

        async def play():
            connection = await self.opened()
            connection.writer.write(at_once)
            answer = asyncio.ensure_future(self.ending_of(connection))
            for byte in rest:
                await asyncio.wait([answer], timeout=0.05)
                if answer.done():
                    break
                connection.writer.write(bytes([byte]))
            return await answer

        return play

    def reads_slowly(self, request):
        """As a reader whose buffers are small, for three seconds, and then goes."""

        async def play():
            connection = await self.opened()
            connection.writer.write(request)
            try:
                for _ in range(30):
                    if not await connection.reader.read(8192):
                        return "cut"
                    await asyncio.sleep(0.1)
                return "left"
            except OSError:
                return "cut"
            finally:
                connection.close()

        return play

    def leaves_after(self, request, share):
        async def play():
            connection = await self.opened()
            connection.writer.write(request[: int(len(request) * share)])
            await asyncio.sleep(0.02)
            connection.reset()
            return "left"

        return play

    async def idles(self):
        connection = await self.opened()
        await asyncio.sleep(1)
        connection.close()
        return "left"


class Rest:
    """What the program holds while nothing happens."""

    def __init__(self, program):
        wait_until(lambda: program.metric("modelgate_connections") == 0, "no connection open")
        metrics = program.metrics()
        assert metrics["modelgate_requests_in_flight"] == 0, metrics["modelgate_requests_in_flight"]
        busy = {series: value for series, value in metrics.items()
                if series.startswith(("modelgate_replica_in_flight{", "modelgate_queue_depth{")) and value}
        assert not busy, busy
        time.sleep(3)  # kept connections to replicas end after upstream_idle
        looks = [self.look(program.process.pid) for _ in range(20)]
        self.rss = statistics.median(rss for rss, _ in looks)
        self.files = min(files for _, files in looks)
        self.series = len(metrics)

    @staticmethod
    def look(pid):
        time.sleep(0.1)
        with open(f"/proc/{pid}/status") as status:
            rss = int(re.search(r"VmRSS:\s+(\d+) kB", status.read()).group(1)) * 1024
        return rss, len(os.listdir(f"/proc/{pid}/fd"))

    def __str__(self):
        return f"{self.rss / 2**20:.1f} MiB resident, {self.files} file descriptors, {self.series} series"


class Soak:
    def __init__(self, program, ports):
        self.program = program
        self.deploy(ports)
        self.make_traffic()
        self.changes = Changes(program, "iris")

    def deploy(self, ports):
        self.program.prepare()
        self.program.deploy("iris", endpointAccessType="private", serving={"maxQueue": 1000, "queueTimeout": PATIENCE})
        for kind, port in ports.items():
            # Their timeouts are short enough that a few of the slow answers come too late.
            serving = {"timeout": 3, "maxBodyBytes": 2 << 20} if kind != "fair" else {"timeout": 60, "maxBodyBytes": 2 << 20}
            self.program.must("POST", "/deployments", {"id": kind, "name": kind, "group": "research", "serving": serving,
                                                       "external": {"urls": [f"http://127.0.0.1:{port}"], "healthPath": None}})
            self.program.wait_for(kind)
        self.program.wait_for("iris")
        self.client = "load:" + self.program.must("POST", "/deployments/iris/clients", {"name": "load"})["token"]

    def make_traffic(self):
        address = self.program.ports["prediction"]
        path = "/deployment/iris/api/v1.0/predictions"
        body = json.dumps(TENSOR).encode()
        json_field = ["Content-Type: application/json"]
        good = request_bytes("POST", path, body, self.client, json_field)
        large = request_bytes("GET", "/deployment/fair/x")
        self.good = {
            "predictions": Paced(address, good, 40, 32),
            "large bodies": Paced(address, request_bytes("POST", "/deployment/fair/x", b"x" * 1_000_000), 4, 16),
            "large answers": Paced(address, large, 4, 16),
        }
        rude = RudeClients(address, good)
        line = f"POST {path} HTTP/1.1\r\n".encode()
        badly_framed = [
            line + b"Host: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            line + b"Host: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
            line + b"Host: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
            line + b"Content-Length: 0\r\n\r\n",
            line + b"Host: a\r\nBad Name: x\r\n\r\n",
            b"nonsense\r\n\r\n",
            b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
            b"GET / HTTP/3.0\r\nHost: a\r\n\r\n",
            b"POST /deployment/fair/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            line + b"Host: a\r\nX: " + b"y" * 40_000 + b"\r\n\r\n",
        ]
        wrong = [request_bytes("POST", path, body, "load:wrong-token"), request_bytes("POST", path, body),
                 request_bytes("POST", path, body, "nobody:" + self.client)]
        elsewhere = request_bytes("POST", "/deployment/nowhere/x", body)
        upload = (request_bytes("POST", "/deployment/fair/x", b"z" * 5_000)[:-5_000], b"z" * 5_000)

        def to(kind, size=2_000):
            return rude.asks(request_bytes("POST", f"/deployment/{kind}/x", b"z" * size))

        lost = {502, 503}
        self.rude = [
            Rude("badly framed", rude.one_of(badly_framed), {400, 431, 501, 505}, each=2),
            Rude("wrong tokens", rude.one_of(wrong), {401}, each=2),
            Rude("no deployment", rude.asks(elsewhere), {404}),
            Rude("too large", rude.asks(request_bytes("POST", "/deployment/fair/x", b"z" * (3 << 20))), {413}),
            Rude("drips a head", rude.drips(b"", good[:150]), {408}, each=3),
            Rude("drips a body", rude.drips(*upload), {408}, each=3),
            Rude("reads slowly", rude.reads_slowly(large), {"left", "cut"}, each=6),
            Rude("leaves in a head", rude.leaves_after(good, 0.3), {"left"}),
            Rude("leaves in a body", rude.leaves_after(request_bytes("POST", "/deployment/fair/x", b"z" * 200_000), 0.5), {"left"}, each=2),
            Rude("leaves before the answer", rude.leaves_after(request_bytes("POST", "/deployment/slow/x", b"z"), 1), {"left"}, each=2),
            Rude("idles", rude.idles, {"left"}, each=3),
            Rude("slow replica", to("slow"), {200, 503, 504}, each=2),
            Rude("replica resets", to("resets"), {200} | lost, each=2),
            Rude("replica answers garbage", to("garbage"), {200} | lost, each=2),
            Rude("replica stops", to("stops"), {200, "cut"} | lost, each=2),
            Rude("replica stalls", to("stalls"), {200, "cut", 504} | lost, each=2),
            Rude("replica closes", to("closes"), {200, 502, 503}, each=2),
        ]

    def run(self, loop, seconds, upgrades=False):
        """Traffic and changes for so long, then everything comes to rest."""
        self.changes.upgrades = upgrades
        everybody = [*self.good.values(), *self.rude]
        for each in everybody:
            each.ending = False
        running = [loop.start(each.run()) for each in everybody]
        end = time.monotonic() + seconds
        self.changes.run(lambda _: time.monotonic() >= end or self.program.process.poll() is not None)
        for each in everybody:
            each.ending = True
        for each in running:
            each.result(2 * PATIENCE)
        self.changes.finish_round()
        return Rest(self.program)

    def replicas_are_as_wanted(self):
        for each in self.program.must("GET", "/deployments")["items"]:
            wanted = 1 if each.get("external") else 2
            self.program.wait_for(each["id"], check=lambda seen: len(seen["status"]["replicas"]) == wanted)
        assert len(self.program.replicas()) == 2, self.program.replicas()

    def verdict(self, warm, end, sanitized):
        """Everything that is wrong."""
        wrong = []
        for name, load in self.good.items():
            if load.failures:
                wrong.append(f"{len(load.failures)} of {load.sent} {name} failed: {load.failures[:5]}")
            if load.sent < 20:
                wrong.append(f"only {load.sent} {name} were sent")
        for each in self.rude:
            if each.wrong():
                wrong.append(f"{each.name} ended as {each.wrong()}, expected {each.expected}")
            if not each.endings:
                wrong.append(f"{each.name} never ended")
        if not self.changes.done.get("upgrade"):
            wrong.append("the program was never upgraded")
        if abs(end.files - warm.files) > FD_ALLOWANCE:
            wrong.append(f"file descriptors went from {warm.files} to {end.files}")
        if not sanitized and end.rss > warm.rss * (1 + RSS_SHARE) + RSS_BYTES:
            wrong.append(f"resident memory went from {warm.rss / 2**20:.1f} to {end.rss / 2**20:.1f} MiB")
        if failed := self.changes.failed_sessions + self.program.metric("modelgate_sessions_failed_total"):
            wrong.append(f"{failed:.0f} sessions failed")
        return wrong

    def wrong_in_log(self):
        lines = self.program.log().splitlines()
        wrong = [line for line in lines if '"level":"error"' in line and '"component":"reload"' not in line]
        wrong += [line for line in lines if "Sanitizer" in line or "runtime error:" in line]
        told = sum("those from before stay" in line for line in lines)
        if told != self.changes.broken_reloads:
            wrong.append(f"{self.changes.broken_reloads} broken files, told of {told}")
        return wrong[:20]

    def summary(self):
        for name, load in self.good.items():
            print(f"  good: {name}: {load.sent} sent, {len(load.failures)} failed, p50 {load.percentile(.5) * 1000:.0f} ms, "
                  f"p99 {load.percentile(.99) * 1000:.0f} ms")
        for each in self.rude:
            print(f"  rude: {each.name}: {dict(sorted(each.endings.items(), key=str))}")
        print(f"  changes: {self.changes.total()} {self.changes.done}")


def main(seconds):
    sanitized = any(name in open(PROGRAM, "rb").read() for name in (b"__asan_init", b"__tsan_init"))
    upgrades, warm_up = min(UPGRADES, seconds / 5), min(WARM_UP, seconds / 3)
    print(f"soak: {PROGRAM}, {seconds:.0f} s: {upgrades:.0f} with upgrades, {warm_up:.0f} to warm up", flush=True)
    adopt_orphans()
    with Unruly() as unruly, SoakedProgram(settings=SETTINGS) as program, Loop() as loop:
        soak = Soak(program, unruly.ports)
        try:
            print(f"  after the upgrades: {soak.run(loop, upgrades, upgrades=True)}", flush=True)
            warm = soak.run(loop, warm_up)
            print(f"  after the warm-up: {warm}", flush=True)
            end = soak.run(loop, seconds - upgrades - warm_up)
            print(f"  at the end: {end}")
            soak.replicas_are_as_wanted()
            wrong = soak.verdict(warm, end, sanitized)
        except BaseException:
            print("\n".join(program.log().splitlines()[-30:]))
            raise
        finally:
            soak.summary()
        code = program.stop(signal.SIGTERM)
        if code:
            wrong.append(f"the program ended with {code}")
        if program.replicas():
            wrong.append(f"left behind: {program.replicas()}")
        wrong += soak.wrong_in_log()
    print("\n".join(f"WRONG: {each}" for each in wrong) if wrong else "soak: nothing lost, nothing left")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("MODELGATE_SOAK_SECONDS", "600"))))
