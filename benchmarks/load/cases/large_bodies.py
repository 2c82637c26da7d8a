"""Bodies of 1 MiB, up and down: what a copied byte costs, and what of it stays in memory."""
import measure as measuring
import proxies
from bench import closed, median

TITLE = "1 MiB bodies, 8 connections"
MIB = 1_048_576
FLAT = 8  # MiB


def per_mib(one_round):
    def run(seconds):
        found = one_round(seconds)
        found["cpu_mib_us"] = found["cpu_us"]  # one of them for each request
        return found
    return run


def one_way(bench, name, upstream, **more):
    peers = bench.peers(upstream)
    if any(each.name == "HAProxy" for each in peers):
        peers.append(bench.proxy(proxies.Haproxy, upstream, splice=True))
    gate = bench.proxy(proxies.Gate, upstream, concurrency=256)  # as many as there are connections: the peers keep nobody waiting either
    taking_part = [bench.proxy(proxies.Floor, upstream), *peers, gate]
    bench.say(f"{name}\n")
    results = bench.alternate({each.name: per_mib(closed(each, 8, **more)) for each in taking_part})
    bench.table(results, ["cpu_mib_us", "rps", "resident_mib"])
    for each in peers:
        bench.bound(f"{name}: CPU per MiB, of {each.name}'s", median(results["modelgate"], "cpu_mib_us") / median(results[each.name], "cpu_mib_us"), 1.0)
    few = measuring.closed_loop(gate, 1, bench.options.seconds, **more)["resident_mib"]
    many = measuring.closed_loop(gate, 256, bench.options.seconds, **more)["resident_mib"]
    bench.bound(f"{name}: MiB of memory more with 256 connections than with one", many - few, FLAT)


def measure(bench):
    one_way(bench, "requests", bench.upstream(), body_bytes=MIB)
    one_way(bench, "responses", bench.upstream(body_bytes=MIB))
