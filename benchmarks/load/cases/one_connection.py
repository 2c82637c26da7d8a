"""One connection: what a proxy adds to a call of the model server itself."""
import measure as measuring
import proxies
from bench import median

TITLE = "76-byte POST, one connection: latency added"


def direct(upstream):
    return lambda seconds: measuring.wrk(upstream.port, "", 1, seconds, path="/predict")


def through(proxy):
    return lambda seconds: measuring.closed_loop(proxy, 1, seconds)


def measure(bench):
    upstream = bench.upstream()
    taking_part = [bench.proxy(proxies.Floor, upstream), *bench.peers(upstream), bench.gate(upstream)]
    results = bench.alternate({"none": direct(upstream), **{each.name: through(each) for each in taking_part}})
    bench.table(results, ["p50_us", "p99_us", "p999_us", "rps", "cpu_us", "resident_mib", "switches"])
    base = median(results["none"], "p50_us")
    added = {each.name: median(results[each.name], "p50_us") - base for each in taking_part}
    bench.bound("p50 added, of what the floor adds", added["modelgate"] / added["floor"], 1.2)
    for each in taking_part[1:-1]:
        bench.bound(f"p50 added, of what {each.name} adds", added["modelgate"] / added[each.name], 1.0)
