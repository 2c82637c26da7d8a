"""An even pace at 70 % of what nginx can do, whatever becomes of the requests: so nobody's slowness hides the wait of those behind."""
import measure as measuring
import proxies
from bench import OF_A_LOOP

TITLE = "76-byte POST, open loop at 70 % of nginx's saturation"
SHARE = 0.7
WITHOUT_NGINX = 20_000  # requests per second
ROUNDS, SECONDS = 9, 3  # at least: the slowest one in a hundred of a shorter round is too few


def measure(bench):
    upstream = bench.upstream()
    peers = bench.peers(upstream)
    taking_part = [bench.proxy(proxies.Floor, upstream), *peers, bench.gate(upstream)]
    nginx = next((each for each in peers if each.name == "nginx"), None)
    rate = WITHOUT_NGINX if nginx is None else int(SHARE * measuring.closed_loop(nginx, 64, bench.options.seconds)["rps"])
    bench.say(f"{rate} requests per second.\n")
    results = bench.alternate({each.name: lambda seconds, proxy=each: measuring.open_loop(proxy, rate, 64, seconds) for each in taking_part},
                              ROUNDS, SECONDS)
    bench.table(results, ["p99_us", "cpu_us", *OF_A_LOOP])
    for each in peers:
        bench.ratio("p99", results, "modelgate", each.name, "p99_us", 1.0)
