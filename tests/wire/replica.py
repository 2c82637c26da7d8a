"""A replica that plays a script and writes down every byte it gets, connection by connection."""
import asyncio
import socket
import struct

from case import OK, Close, Echo, HalfClose, Pause, Reset, answer
from messages import Violation, read_request, read_request_head

DEFAULT = answer(OK)


class Connection(asyncio.Protocol):
    def __init__(self, replica):
        self.replica = replica
        self.buffer = b""
        self.raw = b""
        self.playing = None
        self.head_played = False
        self.continued = False
        self.echoes = False

    def connection_made(self, transport):
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.replica.open.add(self)

    def connection_lost(self, _):
        self.replica.open.discard(self)
        self.replica.left_at = asyncio.get_running_loop().time()
        if self.playing:
            self.playing.cancel()

    def data_received(self, data):
        self.raw += data
        if self.echoes:
            self.transport.write(data)
            return
        self.buffer += data
        self.replica.partial[self] = self.buffer
        if not self.playing:
            self.go_on()

    def go_on(self):
        """Looks for the next request; one at a time, in order."""
        try:
            script = self.replica.next_answer()
            if script.after == "head" and not self.head_played:
                head = read_request_head(self.buffer)
                if head is None:
                    return
                self.head_played = True
                self.play(script, head[0])
                return
            self.maybe_continue()
            found = read_request(self.buffer)
        except Violation as problem:
            self.replica.violations.append(str(problem))
            self.transport.abort()
            return
        if found is None:
            return
        request, self.buffer = found
        self.continued = False
        self.replica.partial[self] = self.buffer
        self.replica.requests.append(request)
        if self.head_played:
            self.head_played = False
            self.replica.answered += 1
            self.go_on()
            return
        self.replica.answered += 1
        self.play(script, request)

    def maybe_continue(self):
        """Says 100 once to a peer that waits for it with its body."""
        head = read_request_head(self.buffer)
        first = self.replica.next_answer().steps[0]
        if isinstance(first, str) and first.startswith("HTTP/1.1 100"):
            return  # the script says it itself
        if head and not self.continued and (head[0].get("Expect") or "").lower() == "100-continue" and not head[1]:
            self.continued = True
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def play(self, script, request):
        if not script.reads:
            self.transport.pause_reading()
        if len(script.steps) == 1 and isinstance(script.steps[0], str):
            self.write(script.steps[0], request)
            if self.buffer and not self.head_played:
                self.go_on()
            return
        self.playing = asyncio.get_running_loop().create_task(self.play_steps(script, request))

    async def play_steps(self, script, request):
        for step in script.steps:
            if isinstance(step, Pause):
                await asyncio.sleep(step.seconds)
            elif isinstance(step, Echo):
                self.echoes = True
                self.transport.write(self.buffer)
                self.buffer = b""
                self.replica.partial[self] = b""
            elif isinstance(step, Close):
                self.transport.close()
            elif isinstance(step, HalfClose):
                self.transport.write_eof()
            elif isinstance(step, Reset):
                sock = self.transport.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.transport.abort()
            else:
                self.write(step, request)
        self.playing = None
        if self.buffer and not self.transport.is_closing():
            self.go_on()

    def write(self, text, request):
        data = text.replace("⏎", "\r\n").encode("latin-1")
        if text is OK and request.method == "HEAD":
            data = data[:-2]
        self.transport.write(data)


class Replica:
    def __init__(self):
        self.open = set()
        self.begin(())

    async def start(self):
        self.server = await asyncio.get_running_loop().create_server(lambda: Connection(self), "127.0.0.1", 0, backlog=256)
        self.port = self.server.sockets[0].getsockname()[1]

    def begin(self, script):
        """From now on this script, and nothing seen yet. Connections of before go on, as a pool keeps them."""
        self.script = script or (DEFAULT,)
        self.requests, self.violations, self.partial = [], [], {}
        self.answered = 0
        self.left_at = None

    def next_answer(self):
        return self.script[min(self.answered, len(self.script) - 1)]

    def unfinished(self):
        """Bytes that are no complete request (yet)."""
        return [each for each in self.partial.values() if each]

    def drop_all(self):
        for connection in list(self.open):
            connection.transport.abort()
