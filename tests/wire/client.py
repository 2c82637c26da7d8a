"""A client that speaks bytes: plays a case on a lane and says what came of it."""
import asyncio
import socket
import struct
from dataclasses import dataclass

from case import Close, Drip, HalfClose, Leave, Pause, Reset, Until
from messages import Violation, read_responses
from tls import TlsTransport

SERVER_NAME = "gw.test"  # as most cases have it in Host


@dataclass
class Seen:
    """What came of a case."""
    requests: list  # at both replicas, complete ones, in order of arrival
    private: list  # those of them that came to the private one
    unfinished: list  # bytes at a replica that are no complete request
    violations: list  # bytes that are no HTTP, at a replica or at the client
    responses: list
    received: bytes
    closed: bool
    reset: bool
    seconds: float  # until the end
    first_byte: float | None
    replica_left: float | None  # when the last connection to a replica ended, from the start
    scheme: str = "http"

    def shape(self):
        # Whether a 100 was needed depends on how much of the body had come already.
        answers = [each.shape() for each in self.responses if each.status != 100]
        return ([each.shape() for each in self.requests], answers, len(self.violations))


class Connection(asyncio.Protocol):
    def __init__(self, case):
        self.case = case
        self.received = b""
        self.closed = self.reset = False
        self.first_byte_at = None
        self.changed = asyncio.Event()

    def connection_made(self, transport):
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data):
        if self.first_byte_at is None:
            self.first_byte_at = asyncio.get_running_loop().time()
        self.received += data
        self.changed.set()

    def eof_received(self):
        self.closed = True
        self.changed.set()
        return False

    def connection_lost(self, problem):
        self.closed = True
        self.reset = self.reset or problem is not None
        self.changed.set()

    async def wait(self, check, seconds):
        """Whether `check` held within so many seconds; ends early when the peer has closed."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not check():
            left = end - loop.time()
            if self.closed or left <= 0:
                return check()
            self.changed.clear()
            try:
                await asyncio.wait_for(self.changed.wait(), left)
            except asyncio.TimeoutError:
                pass
        return True


async def perform(connection, step, lane, pieces):
    transport = connection.transport
    if isinstance(step, Pause):
        await connection.wait(lambda: False, step.seconds)
    elif isinstance(step, Until):
        await connection.wait(lambda: step.text.encode() in connection.received, connection.case.limit)
    elif isinstance(step, HalfClose):
        transport.write_eof()
    elif isinstance(step, Close):
        transport.close()
    elif isinstance(step, Reset):
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    elif isinstance(step, Leave):
        await perform(connection, Reset() if step.reset else Close(), lane, pieces)
        await asyncio.sleep(step.seconds)
    elif isinstance(step, Drip):
        for byte in lane.bytes_of(step.text):
            if connection.closed:
                return
            transport.write(bytes([byte]))
            await connection.wait(lambda: False, step.seconds)
    else:
        cut = pieces(lane.bytes_of(step))
        # A pause lets the peer read in between; it ends early enough that we are never taken for a slow sender.
        loop = asyncio.get_running_loop()
        patient_until = loop.time() + 1
        for number, piece in enumerate(cut):
            if number and loop.time() < patient_until:
                await asyncio.sleep(0.001)
            if connection.closed:
                return
            transport.write(piece)


def finals(connection):
    try:
        responses, _ = read_responses(connection.received, connection.case.methods, connection.closed)
    except Violation:
        return []
    return [each for each in responses if each.is_final and each.whole]


async def connect(case, target):
    loop, connection = asyncio.get_running_loop(), Connection(case)
    if target.tls is None:
        await loop.create_connection(lambda: connection, "127.0.0.1", target.port)
    else:
        _, secured = await loop.create_connection(lambda: TlsTransport(connection, target.tls, SERVER_NAME), "127.0.0.1", target.port)
        await secured.ready
    return connection


async def play(case, lane, target, pieces=lambda data: [data], answers=None):
    """Plays it; `answers`: ends as soon as so many answers are there, instead of when nothing more comes."""
    loop = asyncio.get_running_loop()
    for replica in (lane.pub, lane.priv):
        replica.begin(case.replica)
    connection = await connect(case, target)
    began = loop.time()
    for step in case.steps:
        await perform(connection, step, lane, pieces)
    if answers is not None:
        await connection.wait(lambda: len(finals(connection)) >= answers, case.limit)
    else:
        # Until the peer closes, or has answered all that is expected and then says nothing more for a moment.
        wanted = max(1, case.expect.requests or 0)
        await connection.wait(lambda: len(finals(connection)) >= wanted, max(0, case.limit - (loop.time() - began)))
        size = -1
        while not connection.closed and size != len(connection.received):
            size = len(connection.received)
            await connection.wait(lambda: False, case.quiet)
    ended = loop.time()
    violations = [each for replica in (lane.pub, lane.priv) for each in replica.violations]
    responses = []
    try:
        responses, rest = read_responses(connection.received, case.methods, connection.closed)
        if rest:
            violations.append(f"the client got {rest[:80]!r} besides")
    except Violation as problem:
        violations.append(f"at the client: {problem}")
    left = max((replica.left_at for replica in (lane.pub, lane.priv) if replica.left_at is not None), default=None)
    seen = Seen(lane.pub.requests + lane.priv.requests, list(lane.priv.requests), lane.pub.unfinished() + lane.priv.unfinished(),
                violations, responses, connection.received, connection.closed, connection.reset, ended - began,
                None if connection.first_byte_at is None else connection.first_byte_at - began, None if left is None else left - began,
                "https" if target.tls else "http")
    connection.transport.abort()
    if case.replica:  # nothing of a misbehaving replica is left for the next case
        for replica in (lane.pub, lane.priv):
            replica.drop_all()
        await asyncio.sleep(0.02)
    return seen
