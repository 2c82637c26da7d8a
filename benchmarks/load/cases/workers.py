"""Two workers against one: whether they are in each other's way. Proxy on both cores, so that load and upstream share them."""
import proxies
from bench import closed, median

TITLE = "2 workers against 1"


def measure(bench):
    upstream = bench.upstream()
    one = bench.proxy(proxies.Gate, upstream)
    two = bench.proxy(proxies.Gate, upstream, workers=2)
    results = bench.alternate({"1 worker": closed(one, 64), "2 workers": closed(two, 64)})
    bench.table(results, ["cpu_us", "rps", "p99_us"])
    bench.bound("CPU per request, of one worker's", median(results["2 workers"], "cpu_us") / median(results["1 worker"], "cpu_us"), 1.1)
