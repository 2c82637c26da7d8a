#!/usr/bin/env python3
"""Replicas as they should not be, each on a port of its own, in one process. Prints {"kind": port} and serves until its standard
input ends.

fair      answers at once; GET answers a megabyte
slow      answers after 0.2 s, every fourth time after 5 s
resets    resets the connection instead of an answer, every other time
garbage   answers what is no HTTP, every other time
stops     says a length and closes in the middle of the body, every other time
stalls    says a length and falls silent in the middle of the body, every other time
closes    closes each connection after one answer without saying so"""
import asyncio
import json
import socket
import struct
import sys

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
LARGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1048576\r\n\r\n" + b"x" * 1048576
HALF = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100000\r\n\r\n" + b"x" * 20000


async def read_request(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
    if b"chunked" in fields.get(b"transfer-encoding", b""):
        while size := int(await reader.readuntil(b"\r\n"), 16):
            await reader.readexactly(size + 2)
        await reader.readuntil(b"\r\n")
    else:
        left = int(fields.get(b"content-length", 0))
        while left:
            left -= len(await reader.readexactly(min(left, 65536)))
    return head


def reset(writer):
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class Unruly:
    def __init__(self, kind):
        self.kind, self.asked = kind, 0

    async def serve(self, reader, writer):
        try:
            while True:
                head = await read_request(reader)
                self.asked += 1
                if await self.answer(head, reader, writer):
                    await writer.drain()
                    continue
                return
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def answer(self, head, reader, writer):
        """Whether the connection goes on."""
        odd = self.asked % 2 == 1
        if self.kind == "slow":
            await asyncio.sleep(5 if self.asked % 4 == 0 else 0.2)
        elif self.kind == "resets" and odd:
            reset(writer)
            return False
        elif self.kind == "garbage" and odd:
            writer.write(b"\x00\xff this is no HTTP\r\n\r\n")
            await writer.drain()
            return False
        elif self.kind == "stops" and odd:
            writer.write(HALF)
            await writer.drain()
            return False
        elif self.kind == "stalls" and odd:
            writer.write(HALF)
            await reader.read(1)  # until the other side gives up
            return False
        writer.write(LARGE if self.kind == "fair" and head.startswith(b"GET") else OK)
        return self.kind != "closes"


async def main():
    ports = {}
    for kind in ("fair", "slow", "resets", "garbage", "stops", "stalls", "closes"):
        server = await asyncio.start_server(Unruly(kind).serve, "127.0.0.1", 0, backlog=512)
        ports[kind] = server.sockets[0].getsockname()[1]
    print(json.dumps(ports), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
