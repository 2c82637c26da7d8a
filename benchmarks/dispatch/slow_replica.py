#!/usr/bin/env python3
"""A replica of concurrency 1: works on one request after the other, as long as the request says times a factor.

usage: slow_replica.py PORT FACTOR
"""
import selectors
import socket
import sys
import time

port, factor = int(sys.argv[1]), float(sys.argv[2])
selector = selectors.DefaultSelector()
listener = socket.create_server(("127.0.0.1", port), backlog=1024)
listener.setblocking(False)
selector.register(listener, selectors.EVENT_READ)
buffers = {}

while True:
    for key, _ in selector.select():
        if key.fileobj is listener:
            try:
                connection, _ = listener.accept()
            except BlockingIOError:
                continue
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            buffers[connection] = b""
            selector.register(connection, selectors.EVENT_READ)
            continue
        connection = key.fileobj
        try:
            received = connection.recv(65536)
        except BlockingIOError:
            continue
        except OSError:
            received = b""
        if not received:
            selector.unregister(connection)
            connection.close()
            del buffers[connection]
            continue
        buffers[connection] += received
        while b"\r\n\r\n" in buffers[connection]:
            head, buffers[connection] = buffers[connection].split(b"\r\n\r\n", 1)
            service = 0
            for line in head.split(b"\r\n"):
                if line.lower().startswith(b"x-service-us:"):
                    service = int(line.split(b":")[1])
            time.sleep(service * factor / 1e6)
            try:
                connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            except OSError:
                break
