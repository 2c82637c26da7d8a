"""A 76-byte prediction over 64 kept connections: what each proxy costs."""
import proxies
from bench import closed, median

TITLE = "76-byte POST, 64 connections, one worker"


def measure(bench):
    upstream = bench.upstream()
    taking_part = [bench.proxy(proxies.Floor, upstream), *bench.peers(upstream), bench.proxy(proxies.Gate, upstream)]
    results = bench.alternate({each.name: closed(each, 64) for each in taking_part})
    bench.table(results, ["cpu_us", "rps", "p50_us", "p99_us", "p999_us", "resident_mib", "switches"])
    own = median(results["modelgate"], "cpu_us")
    bench.bound("CPU per request, of the floor's", own / median(results["floor"], "cpu_us"), 1.25)
    for each in taking_part[1:-1]:
        bench.bound(f"CPU per request, of {each.name}'s", own / median(results[each.name], "cpu_us"), 0.70)
