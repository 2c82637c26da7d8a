"""Bodies of 1 MiB, up and down: what a copied byte costs, and what of it stays in memory."""
import measure as measuring
import proxies
from bench import OF_A_LOOP, closed, median

TITLE = "1 MiB bodies, 8 connections"
MIB = 1_048_576
FLAT = 8  # MiB


def per_mib(one_round):
    def run(seconds):
        found = one_round(seconds)
        found["cpu_mib_us"] = found["cpu_us"]  # one of them for each request
        return found
    return run


def gate_for_all(bench, upstream):
    return bench.gate(upstream, concurrency=256)  # as many as there are connections: the peers keep nobody waiting either


def one_way(bench, name, upstream, **more):
    peers = bench.peers(upstream)
    # As either is faster for them, with the buffers that they have by themselves and with others.
    installed = {each.name for each in peers}
    if "HAProxy" in installed:
        peers.append(bench.proxy(proxies.Haproxy, upstream, splice=True))
    if "nginx" in installed:
        peers.append(bench.proxy(proxies.Nginx, upstream, large_buffers=True))
    taking_part = [bench.proxy(proxies.Floor, upstream), *peers, gate_for_all(bench, upstream)]
    bench.say(f"{name}\n")
    results = bench.alternate({each.name: per_mib(closed(each, 8, **more)) for each in taking_part})
    bench.table(results, ["cpu_mib_us", *OF_A_LOOP])
    for each in peers:
        bench.ratio(f"{name}: CPU per MiB", results, "modelgate", each.name, "cpu_mib_us", 1.0)
    for each in taking_part:
        bench.end(each)
    kept = [memory_of_many(bench, upstream, more) for _ in range(bench.options.rounds)]
    bench.say("")
    bench.table({"modelgate": kept}, ["more_mib"])
    bench.bound(f"{name}: MiB of memory more with 256 connections than with one", median(kept, "more_mib"), FLAT, [each["more_mib"] for each in kept])


def memory_of_many(bench, upstream, more):
    """Of a process that has served nobody yet and has one deployment: the most that it has resident while they are served."""
    gate = bench.gate(upstream, deployments=1, tokens=0, concurrency=256)  # full tables grow for a while after a start
    few, many = (measuring.peak_mib(gate, lambda: closed(gate, connections, **more)(bench.options.seconds)) for connections in (1, 256))
    bench.end(gate)
    return {"more_mib": many - few}


def measure(bench):
    one_way(bench, "requests", bench.upstream(), body_bytes=MIB)
    one_way(bench, "responses", bench.upstream(body_bytes=MIB))
