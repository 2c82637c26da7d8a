"""What a request costs beside 10,000 deployments, and beside 100,000 tokens, against one beside none."""
import fleet
from bench import closed, median

TITLE = "1 against 10,000 deployments, 1 against 100,000 tokens"
MOST = 1.03


def measure(bench):
    upstream = bench.upstream()
    taking_part = {"alone": {}, "10,000 deployments": {"deployments": 10_000}, "100,000 tokens of 101 deployments": {"deployments": 101, "clients": 99_999}}
    gates = {name: fleet.start(bench, upstream, fleet.make(bench, upstream, **asked)) for name, asked in taking_part.items()}
    results = bench.alternate({name: closed(gate, 64) for name, gate in gates.items()})
    bench.table(results, ["cpu_us", "rps", "p99_us", "resident_mib"])
    for name in list(taking_part)[1:]:
        bench.bound(f"CPU per request beside {name}, of one's alone", median(results[name], "cpu_us") / median(results["alone"], "cpu_us"), MOST)
