"""Connections that are kept and say nothing: what each keeps of the process's memory."""
import resource
import socket
import statistics
import time

import measure as measuring
import proxies
from bench import fail

TITLE = "Idle keep-alive connections"
WANTED = 10_000
MOST_KIB = 2
EMPTY = "modelgate, one deployment and one token"
SETTLED_SECONDS = 2


def ask(proxy):
    """A connection over which one prediction has been answered."""
    connection = socket.create_connection(("127.0.0.1", proxy.port))
    connection.sendall((f"POST {proxies.PATH} HTTP/1.1\r\nHost: bench\r\nAuthorization: {proxy.authorization}\r\nContent-Length: 2\r\n\r\n" + "{}").encode())
    try:
        answer = connection.recv(65_536)
    except OSError as problem:
        answer = repr(problem).encode()
    if not answer.startswith(b"HTTP/1.1 200"):
        fail(f"{proxy.name}: an idle connection's first request failed: {answer}")
    return connection


def most_open():
    """How many descriptors a process may have: what is allowed to this one goes on to those that it starts."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def kept_for_each(proxy, count):
    """What a process that has served nobody yet keeps for each."""
    ask(proxy).close()
    before = measuring.resident_mib(proxy.pids())
    idle = [ask(proxy) for _ in range(count)]
    time.sleep(SETTLED_SECONDS)
    resident = measuring.resident_mib(proxy.pids())
    for connection in idle:
        connection.close()
    return {"idle_kib": (resident - before) * 1_024 / count, "resident_mib": resident}


def measure(bench):
    limit = most_open()
    count = min(WANTED, limit // 2 - 500)  # HAProxy and modelgate keep a descriptor back for each, as it may need a connection to the model
    upstream = bench.upstream()
    config = f"[limits]\nconnections = {count + 100}\nconnections_per_address = {count + 100}\n[timeouts]\nkeep_alive = \"600s\"\n"
    fewer = "" if count == WANTED else f" (of {limit} descriptors that a process may have here each needs two)"
    bench.say(f"{count} connections{fewer}, one answered request over each, then silence.\n")
    found = {}
    for _ in range(bench.options.rounds):
        # What a start with full tables has given back could serve for connections: so one with empty tables, too.
        gates = {"modelgate": bench.gate(upstream, config=config), EMPTY: bench.gate(upstream, deployments=1, tokens=0, config=config)}
        others = [bench.proxy(proxies.Floor, upstream), *bench.peers(upstream)]
        for name, each in {**{each.name: each for each in others}, **gates}.items():
            found.setdefault(name, []).append(kept_for_each(each, count))
            bench.end(each)
    bench.table(found, ["idle_kib", "resident_mib"])
    for name in gates:
        rounds = [each["idle_kib"] for each in found[name]]
        bench.bound(f"KiB for each, {name}", statistics.median(rounds), MOST_KIB, rounds)
