"""The two ends of the oracle's run: h11 (an independent strict parser) reads every byte, and `messages` reads it again."""
import asyncio
import socket
import struct

import h11
from messages import Violation, read_request, read_responses
from plans import number_of

GOOD_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def reset(transport):
    if transport.is_closing():
        return
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class Arrived:
    """One complete request at a replica."""

    def __init__(self, event, body, trailers, raw):
        self.method, self.target, self.body, self.trailers, self.raw = event.method, event.target, body, trailers, raw
        self.fields = list(event.headers.raw_items())
        self.minor = event.http_version


class ReplicaConnection(asyncio.Protocol):
    def __init__(self, replica):
        self.replica = replica
        self.answered = False
        self.begin(b"")

    def begin(self, rest):
        answered = self.answered
        self.reader = h11.Connection(h11.SERVER)
        self.raw, self.head, self.body, self.answered = b"", None, b"", False
        if rest and not answered:  # with its answer early, the next one may follow its body at once
            self.replica.complain("more bytes than one request", rest)
        if rest:
            self.data_received(rest)

    def connection_made(self, transport):
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, _):
        if self.head is not None:
            self.replica.cut += 1

    def data_received(self, data):
        self.raw += data
        try:
            self.reader.receive_data(data)
            while True:
                event = self.reader.next_event()
                if event is h11.NEED_DATA or event is h11.PAUSED:
                    return
                if isinstance(event, h11.Request):
                    self.head = event
                    plan = self.plan()
                    if plan and plan.answer.early:
                        self.answered = True
                        self.play(plan.answer)
                elif isinstance(event, h11.Data):
                    self.body += event.data
                elif isinstance(event, h11.EndOfMessage):
                    self.complete(list(event.headers.raw_items()))
                    return
        except h11.RemoteProtocolError as problem:
            self.replica.complain(f"h11: {problem}", self.raw)
            self.head = None
            self.transport.abort()

    def plan(self):
        return self.replica.plans.get(number_of(self.head.headers.raw_items()))

    def complete(self, trailers):
        rest, _ = self.reader.trailing_data
        raw = self.raw[:len(self.raw) - len(rest)]
        arrived = Arrived(self.head, self.body, trailers, raw)
        try:
            again = read_request(raw)
            same = again and (again[0].method.encode(), again[0].target.encode("latin-1"), again[0].body) == (arrived.method, arrived.target, arrived.body)
            if not same or [(name.encode("latin-1"), value.encode("latin-1")) for name, value in again[0].fields] != arrived.fields:
                self.replica.complain("two strict parsers read different requests", raw)
        except Violation as problem:
            self.replica.complain(str(problem), raw)
        plan, answered = self.plan(), self.answered
        self.replica.arrived.append(arrived)
        if answered:
            pass
        elif plan is None:
            self.transport.write(GOOD_ANSWER if arrived.method != b"HEAD" else GOOD_ANSWER[:-2])
        else:
            self.play(plan.answer)
        self.begin(rest)

    def play(self, answer):
        if answer.delay:
            asyncio.get_running_loop().call_later(answer.delay, self.write, answer)
        else:
            self.write(answer)

    def write(self, answer):
        if self.transport.is_closing():
            return
        self.transport.write(answer.raw)
        if answer.resets:
            reset(self.transport)
        elif answer.closes:
            asyncio.get_running_loop().call_later(answer.lingers, self.transport.close)


class Replica:
    def __init__(self):
        self.plans, self.arrived, self.complaints, self.cut = {}, [], [], 0

    async def start(self):
        self.server = await asyncio.get_running_loop().create_server(lambda: ReplicaConnection(self), "127.0.0.1", 0, backlog=256)
        self.port = self.server.sockets[0].getsockname()[1]

    def complain(self, what, raw):
        self.complaints.append((what, raw))


class Answered:
    """One answer as a client understands it."""

    def __init__(self, event):
        self.status, self.minor = event.status_code, event.http_version
        self.fields = list(event.headers.raw_items())
        self.body, self.whole = b"", False
        self.early = []  # informational ones before it

    def values(self, name):
        return [value for each, value in self.fields if each.lower() == name]


class Client(asyncio.Protocol):
    """Reads answers to requests of these methods, in order; what cannot be read is a complaint."""

    def __init__(self, methods):
        self.methods = methods
        self.received = b""
        self.answers, self.complaints, self.early = [], [], []
        self.closed = self.reset = self.last = False
        self.changed = asyncio.Event()
        self.begin(b"")

    def begin(self, rest):
        self.reader = h11.Connection(h11.CLIENT)
        method = self.methods[min(len(self.answers), len(self.methods) - 1)]
        self.reader.send(h11.Request(method=method, target="/", headers=[("Host", "a")]))
        self.reader.send(h11.EndOfMessage())
        self.current = None
        if rest:
            self.read(rest)

    def connection_made(self, transport):
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data):
        self.received += data
        self.read(data)
        self.changed.set()

    def eof_received(self):
        if not self.closed and self.received and not self.complaints:
            self.read(b"")
        self.closed = True
        self.changed.set()
        return False

    def connection_lost(self, problem):
        self.reset = self.reset or problem is not None
        self.closed = True
        self.changed.set()

    def read(self, data):
        if self.complaints:
            return
        if self.last and data:
            self.complaints.append(f"bytes after the last answer: {data[:80]!r}")
            return
        if self.last:
            return
        try:
            self.reader.receive_data(data)
            while True:
                event = self.reader.next_event()
                if event in (h11.NEED_DATA, h11.PAUSED) or isinstance(event, h11.ConnectionClosed):
                    return
                if isinstance(event, h11.InformationalResponse):
                    self.early.append(event)
                elif isinstance(event, h11.Response):
                    self.current = Answered(event)
                    self.current.early, self.early = self.early, []
                elif isinstance(event, h11.Data):
                    self.current.body += event.data
                elif isinstance(event, h11.EndOfMessage):
                    if list(event.headers.raw_items()):
                        self.complaints.append("trailers")
                    self.current.whole = True
                    self.answers.append(self.current)
                    self.last = b"close" in [value.lower() for value in self.current.values(b"connection")]
                    rest, _ = self.reader.trailing_data
                    self.begin(rest)
                    return
        except h11.RemoteProtocolError as problem:
            # An end before the end of an answer is how a client learns that it failed.
            if data:
                self.complaints.append(f"h11: {problem}")

    def read_again(self):
        """The whole of it by the other parser; what is wrong, or None."""
        try:
            responses, rest = read_responses(self.received, [each.decode("latin-1") for each in self.methods], self.closed)
        except Violation as problem:
            return str(problem)
        whole = [(each.status, each.body) for each in responses if each.status >= 200 and each.whole]
        if whole[:len(self.answers)] != [(each.status, each.body) for each in self.answers]:
            return "two strict parsers read different answers"
        return None

    async def wait(self, check, seconds):
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not check() and not self.closed and loop.time() < end:
            self.changed.clear()
            try:
                await asyncio.wait_for(self.changed.wait(), end - loop.time())
            except asyncio.TimeoutError:
                pass
        return check()
