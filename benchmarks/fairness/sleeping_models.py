#!/usr/bin/env python3
"""Models that sleep: each request is answered MILLISECONDS after it came.

usage: sleeping_models.py MILLISECONDS PORT...
"""
import asyncio
import sys

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class Model(asyncio.Protocol):
    delay = int(sys.argv[1]) / 1e3

    def connection_made(self, transport):
        self.transport = transport
        self.input = b""

    def data_received(self, data):
        self.input += data
        while b"\r\n\r\n" in self.input:
            head, rest = self.input.split(b"\r\n\r\n", 1)
            length = 0
            for line in head.split(b"\r\n"):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if len(rest) < length:
                return
            self.input = rest[length:]
            asyncio.get_running_loop().call_later(self.delay, self.answer)

    def answer(self):
        if not self.transport.is_closing():
            self.transport.write(ANSWER)


async def main():
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(Model, "127.0.0.1", int(port), backlog=1024) for port in sys.argv[2:]]
    await asyncio.gather(*(server.serve_forever() for server in servers))


asyncio.run(main())
