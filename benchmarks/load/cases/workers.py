"""Two workers against one: whether they are in each other's way. Each has a core of its own; the upstream goes where there is room, the load has the second."""
from bench import OF_A_LOOP, closed

TITLE = "2 workers against 1"


def measure(bench):
    upstream = bench.upstream(core=None)
    one, two = bench.gate(upstream), bench.gate(upstream, workers=2)
    results = bench.alternate({"1 worker": closed(one, 64), "2 workers": closed(two, 64)})
    bench.table(results, ["cpu_us", *OF_A_LOOP])
    bench.ratio("CPU per request", results, "2 workers", "1 worker", "cpu_us", 1.1)
