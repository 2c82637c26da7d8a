#!/usr/bin/env python3
"""A replica for both sides: GET is answered with BYTES of body as fast as they are taken, POST with "ok" once its body is there.

usage: replica.py PORT [BYTES]
"""
import asyncio
import re
import sys

port, size = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 2
PIECE = b"x" * 65_536


async def skip(reader, count):
    while count > 0:
        data = await reader.read(min(count, 65_536))
        if not data:
            return False
        count -= len(data)
    return True


async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\ncontent-length: *([0-9]+)", head)
            if not await skip(reader, int(length[1]) if length else 0):
                break
            body = size if head.startswith(b"GET") else 2
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % body)
            while body > 0:
                writer.write(PIECE[:body])
                body -= min(body, len(PIECE))
                await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", port, backlog=1024)
    async with server:
        await server.serve_forever()


asyncio.run(main())
