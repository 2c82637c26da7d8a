"""What it costs to know who calls."""
import proxies
from bench import closed, median

TITLE = "Private against public endpoint"


def measure(bench):
    upstream = bench.upstream()
    private = bench.proxy(proxies.Gate, upstream)
    public = bench.proxy(proxies.Gate, upstream, access="public")
    results = bench.alternate({"private": closed(private, 64), "public": closed(public, 64)})
    bench.table(results, ["cpu_us", "rps", "p99_us"])
    bench.bound("us of CPU for the token", median(results["private"], "cpu_us") - median(results["public"], "cpu_us"), 0.4)
