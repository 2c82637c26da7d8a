"""Paced clients over raw keep-alive connections: an open loop that counts every request that fails."""
import asyncio
import base64
import contextlib
import socket
import struct
import threading

LONGEST = 60  # seconds for one request; used up only when something is broken
IDLE = 5  # seconds after which a client does not trust a kept connection, as good clients do


def request_bytes(method, path, body=b"", client=None, fields=()):
    lines = [f"{method} {path} HTTP/1.1", "Host: models.example", *fields]
    if client:
        lines.append("Authorization: Basic " + base64.b64encode(client.encode()).decode())
    if body or method in ("POST", "PUT"):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


class Broken(Exception):
    """The answer broke off, or none came at all: then it had not `begun`."""

    def __init__(self, what, begun):
        super().__init__(what)
        self.begun = begun


class Connection:
    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.used = 0.0

    @classmethod
    async def open(cls, address):
        host, port = address.rsplit(":", 1)
        return cls(*await asyncio.open_connection(host, int(port)))

    async def ask(self, request):
        """Status and body of one answer, and whether the connection may be used again."""
        self.writer.write(request)
        with contextlib.suppress(ConnectionError):  # an answer may have come before the whole request was taken
            await self.writer.drain()
        return await self.read_answer()

    async def read_answer(self):
        begun = False
        try:
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            begun = True
            status = int(head[0].split(" ")[1])
            fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
            if 100 <= status < 200:
                return await self.read_answer()
            body = await self.read_body(fields)
        except (asyncio.IncompleteReadError, ConnectionError, IndexError, ValueError) as problem:
            raise Broken(repr(problem), begun or bool(getattr(problem, "partial", b""))) from None
        return status, body, fields.get("connection", "").lower() != "close"

    async def read_body(self, fields):
        if "chunked" not in fields.get("transfer-encoding", ""):
            if "content-length" not in fields:
                raise ValueError("an answer without a length")
            return await self.reader.readexactly(int(fields["content-length"]))
        body = b""
        while size := int((await self.reader.readuntil(b"\r\n")).split(b";")[0], 16):
            body += (await self.reader.readexactly(size + 2))[:-2]
        await self.reader.readuntil(b"\r\n")
        return body

    def close(self):
        self.writer.transport.abort()

    def reset(self):
        """Goes so that the other side is told at once, whatever is under way."""
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()


class Loop:
    """An event loop on a thread of its own."""

    def __enter__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def start(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)


class Paced:
    """Sends `rate` requests a second whether or not earlier ones were answered; a request that finds none of `most` connections free
    waits for one, and that counts in its time. Whatever is not 200 in time is a failure, and so is what breaks off."""

    def __init__(self, address, request, rate, most=128):
        self.address, self.request, self.rate, self.most = address, request, rate, most
        self.ending = False
        self.sent = 0
        self.seconds = []  # from the moment a request was due to the end of its answer
        self.failures = []
        self.idle = []

    async def run(self):
        self.free = asyncio.Semaphore(self.most)
        loop = asyncio.get_running_loop()
        under_way = set()
        due = loop.time()
        while not self.ending:
            while due <= loop.time():
                task = loop.create_task(self.one(due))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
                due += 1 / self.rate
            await asyncio.sleep(max(0, due - loop.time()))
        if under_way:
            await asyncio.wait(under_way)
        while self.idle:
            self.idle.pop().close()

    async def one(self, due):
        async with self.free:
            self.sent += 1
            loop = asyncio.get_running_loop()
            connection = None
            try:
                connection = await self.connect()
                status, body, keep = await asyncio.wait_for(connection.ask(self.request), LONGEST)
                if status != 200:
                    self.failures.append(f"{status} {body[:300]!r}")
                if keep:
                    connection.used = loop.time()
                    self.idle.append(connection)
                else:
                    connection.close()
            except (Broken, OSError, asyncio.TimeoutError) as problem:
                self.failures.append(repr(problem))
                if connection:
                    connection.close()
            self.seconds.append(loop.time() - due)

    async def connect(self):
        now = asyncio.get_running_loop().time()
        while self.idle:
            last = self.idle.pop()
            if now - last.used < IDLE:
                return last
            last.close()
        return await Connection.open(self.address)

    def percentile(self, share):
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
