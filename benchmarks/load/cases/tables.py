"""What a request costs beside 10,000 deployments, and beside 100,000 tokens, against one beside none."""
from bench import OF_A_LOOP, closed

TITLE = "1 against 10,000 deployments, 1 against 100,000 tokens"
MOST = 1.03


def measure(bench):
    upstream = bench.upstream()
    taking_part = {"alone": (1, 0), "10,000 deployments": (10_000, 0), "100,000 tokens of 101 deployments": (101, 99_999), "both": (10_000, 99_999)}
    gates = {name: bench.gate(upstream, deployments, tokens) for name, (deployments, tokens) in taking_part.items()}
    results = bench.alternate({name: closed(gate, 64) for name, gate in gates.items()})
    bench.table(results, ["cpu_us", *OF_A_LOOP])
    for name in list(taking_part)[1:-1]:
        bench.ratio(f"CPU per request beside {name}", results, name, "alone", "cpu_us", MOST)
