"""Connections that are kept and say nothing: what each keeps of the process's memory."""
import resource
import socket
import time

import measure as measuring
import proxies
from bench import fail

TITLE = "Idle keep-alive connections"
WANTED = 10_000
MOST_KIB = 2


def ask(port, authorization):
    """A connection over which one prediction has been answered."""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall((f"POST {proxies.PATH} HTTP/1.1\r\nHost: bench\r\nAuthorization: {authorization}\r\nContent-Length: 2\r\n\r\n" + "{}").encode())
    if not connection.recv(65_536).startswith(b"HTTP/1.1 200"):
        fail("an idle connection's first request failed")
    return connection


def measure(bench):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(WANTED, hard // 2 - 500)  # HAProxy keeps two descriptors for each
    upstream = bench.upstream()
    config = f"[limits]\nconnections = {count + 100}\nconnections_per_address = {count + 100}\n[timeouts]\nkeep_alive = \"600s\"\n"
    bench.say(f"{count} connections, one answered request over each.\n")
    bench.say("| | KiB of memory for each |\n| --- | --- |")
    for each in [*bench.peers(upstream), bench.proxy(proxies.Gate, upstream, config=config)]:
        ask(each.port, each.authorization).close()
        before = measuring.resident_mib(each.pids())
        idle = [ask(each.port, each.authorization) for _ in range(count)]
        time.sleep(2)
        kib = (measuring.resident_mib(each.pids()) - before) * 1_024 / count
        bench.say(f"| {each.name} | {kib:.2f} |")
        for connection in idle:
            connection.close()
    bench.say("")
    bench.bound("KiB for each", kib, MOST_KIB)
