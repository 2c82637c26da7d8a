"""A 76-byte prediction over 64 kept connections: what each proxy costs."""
import proxies
from bench import OF_A_LOOP, closed

TITLE = "76-byte POST, 64 connections, one worker"


def measure(bench):
    upstream = bench.upstream()
    taking_part = [bench.proxy(proxies.Floor, upstream), *bench.peers(upstream), bench.gate(upstream)]
    results = bench.alternate({each.name: closed(each, 64) for each in taking_part})
    bench.table(results, ["cpu_us", *OF_A_LOOP])
    for name, most in (("floor", 1.25), ("nginx", 0.70), ("HAProxy", 0.70)):
        if name in results:
            bench.ratio("CPU per request", results, "modelgate", name, "cpu_us", most)
