#!/usr/bin/env python3
"""What an attacker does, at the lowest priority: each until it is ended, then says in JSON what became of it.

usage: attacks.py drip|flood|hello|read|stop PORT PATH CONNECTIONS SECONDS

drip   connections that announce 32 MiB each and send them slowly
flood  requests with a wrong token, one after the other on every connection, at most 5,000 a second
hello  handshakes: a ClientHello, which costs nothing, over and over; goes with the answer, which costs a signature; at most 2,000 a second
read   clients that take a big answer at 1 KiB a second
stop   connections that send half a ClientHello and no more, anew when they are closed
"""
import asyncio
import collections
import functools
import json
import os
import resource
import socket
import ssl
import struct
import sys
import time

ANNOUNCED = 32 * 1024 * 1024
FLOOD_RATE = 5000
HELLO_RATE = 2000


def connection(port, receive_buffer=0):
    made = socket.socket()
    if receive_buffer:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    made.setblocking(False)
    return made, ("127.0.0.1", port)


async def opened(port, counts, receive_buffer=0):
    made, address = connection(port, receive_buffer)
    try:
        await asyncio.wait_for(asyncio.get_running_loop().sock_connect(made, address), 10)
        counts["connected"] += 1
        return made
    except (OSError, asyncio.TimeoutError):
        counts["not connected"] += 1
        made.close()
        return None


async def status_of(sock, counts, end):
    """Counts the answer, or the close, once it comes."""
    try:
        data = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(sock, 4096), max(0.1, end - time.monotonic()))
        counts[data[9:12].decode("latin-1") if data else "closed"] += 1
        return True
    except asyncio.TimeoutError:
        return False
    except OSError:
        counts["closed"] += 1
        return True


async def drip(index, port, path, counts, end):
    await asyncio.sleep(index / 1000)  # a thousand connections a second
    sock = await opened(port, counts)
    if sock is None:
        return
    loop = asyncio.get_running_loop()
    answered = loop.create_task(status_of(sock, counts, end))
    try:
        await loop.sock_sendall(sock, f"POST {path} HTTP/1.1\r\nHost: b\r\nContent-Length: {ANNOUNCED}\r\n\r\n".encode() + b"x" * 32_768)
        while time.monotonic() < end and not answered.done():
            await asyncio.wait([answered], timeout=min(1, max(0, end - time.monotonic())))
            await asyncio.wait_for(loop.sock_sendall(sock, b"x" * 2048), max(0.1, end - time.monotonic()))
    except (OSError, asyncio.TimeoutError):
        pass
    counts["held to the end"] += not await answered
    sock.close()


async def flood(index, port, path, counts, end, connections):
    loop = asyncio.get_running_loop()
    request = f"POST {path} HTTP/1.1\r\nHost: b\r\nAuthorization: Basic YXBwOm1nY193cm9uZw==\r\nContent-Length: 0\r\n\r\n".encode()
    sock, due = None, time.monotonic()
    while time.monotonic() < end:
        due += connections / FLOOD_RATE
        await asyncio.sleep(max(0, due - time.monotonic()))
        sock = sock or await opened(port, counts)
        if sock is None:
            return
        try:
            await loop.sock_sendall(sock, request)
            data = await asyncio.wait_for(loop.sock_recv(sock, 4096), 5)
        except (OSError, asyncio.TimeoutError):
            data = b""
        counts[data[9:12].decode("latin-1") if data else "closed"] += 1
        if not data or b"onnection: close" in data:
            sock.close()
            sock = None


@functools.cache  # a context reads every authority of the system: for each connection that would be most of the attack
def client_hello():
    arriving, leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = ssl.create_default_context().wrap_bio(arriving, leaving, server_hostname="localhost")
    try:
        session.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return leaving.read()


async def hello(index, port, path, counts, end, connections):
    loop, message, due = asyncio.get_running_loop(), client_hello(), time.monotonic()
    while time.monotonic() < end:
        due += connections / HELLO_RATE
        await asyncio.sleep(max(0, due - time.monotonic()))
        sock = await opened(port, counts)
        if sock is None:
            continue
        try:
            await loop.sock_sendall(sock, message)
            data = await asyncio.wait_for(loop.sock_recv(sock, 4096), 5)
            counts["answered" if data[:1] == b"\x16" else "closed"] += 1
        except (OSError, asyncio.TimeoutError):
            counts["closed"] += 1
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # ports do not run out
        sock.close()


async def stop(index, port, path, counts, end):
    loop, message = asyncio.get_running_loop(), client_hello()
    while time.monotonic() < end:
        sock = await opened(port, counts)
        if sock is None:
            continue
        try:
            await loop.sock_sendall(sock, message[:len(message) // 2])
        except OSError:
            pass
        counts["held to the end"] += not await status_of(sock, counts, end)
        sock.close()


async def read(index, port, path, counts, end):
    sock = await opened(port, counts, receive_buffer=4096)
    if sock is None:
        return
    loop = asyncio.get_running_loop()
    try:
        await loop.sock_sendall(sock, f"GET {path} HTTP/1.1\r\nHost: b\r\n\r\n".encode())
        first = True
        while time.monotonic() < end:
            data = await asyncio.wait_for(loop.sock_recv(sock, 1024), max(0.1, end - time.monotonic()))
            if first:
                counts[data[9:12].decode("latin-1") if data else "closed"] += 1
                first = False
            elif not data:
                counts["cut"] += 1
                break
            await asyncio.sleep(1)
    except asyncio.TimeoutError:
        pass
    except OSError:
        counts["cut"] += 1
    sock.close()


async def attack(kind, port, path, connections, seconds):
    counts, end = collections.Counter(), time.monotonic() + seconds
    more = (connections,) if kind in ("flood", "hello") else ()
    kinds = {"drip": drip, "flood": flood, "hello": hello, "read": read, "stop": stop}
    await asyncio.gather(*(kinds[kind](index, port, path, counts, end, *more) for index in range(connections)))
    return counts


def main():
    kind, port, path, connections, seconds = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), float(sys.argv[5])
    os.nice(19)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(json.dumps(asyncio.run(attack(kind, port, path, connections, seconds))))


if __name__ == "__main__":
    main()
