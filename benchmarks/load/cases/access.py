"""What it costs to know who calls."""
from bench import OF_A_LOOP, closed, median

TITLE = "Private against public endpoint"


def measure(bench):
    upstream = bench.upstream()
    taking_part = {access: bench.gate(upstream, access=access) for access in ("private", "public")}
    results = bench.alternate({name: closed(gate, 64) for name, gate in taking_part.items()})
    bench.table(results, ["cpu_us", *OF_A_LOOP])
    bench.bound("us of CPU for the token", median(results["private"], "cpu_us") - median(results["public"], "cpu_us"), 0.4,
                [one["cpu_us"] - other["cpu_us"] for one, other in zip(results["private"], results["public"])])
