"""A scrape of 1,000 deployments: how long it takes under load, and what running traffic sees of it."""
import statistics
import threading
import time
import urllib.request

import measure as measuring
from bench import OF_A_LOOP, median

TITLE = "Scrape with 1,000 deployments"
RATE = 4_000  # requests per second
MOST_MS = 300
MOST_P99_MOVE_US = 1_000


def scrape(gate):
    """How long it took, ms, and how many bytes it is."""
    begin = time.monotonic()
    with urllib.request.urlopen(f"http://{gate.ports['metrics']}/metrics") as answer:
        size = len(answer.read())
    return (time.monotonic() - begin) * 1e3, size


def measure(bench):
    upstream = bench.upstream()
    proxy = bench.gate(upstream, deployments=1_000)
    calm = lambda seconds: measuring.open_loop(proxy, RATE, 64, seconds)
    scrapes = []

    def scraped(seconds):
        ended = threading.Event()

        def go_on():
            while not ended.wait(1):
                scrapes.append(scrape(proxy.gate))

        thread = threading.Thread(target=go_on)
        thread.start()
        found = calm(seconds)
        ended.set()
        thread.join()
        return found

    results = bench.alternate({"no scrape": calm, "a scrape every second": scraped})
    bench.table(results, ["p99_us", "cpu_us", *OF_A_LOOP])
    took = [each for each, _ in scrapes]
    bench.say(f"{len(took)} scrapes of {scrapes[-1][1] / 1e6:.1f} MB under {RATE} requests per second: median {statistics.median(took):.0f} ms, "
              f"{min(took):.0f} - {max(took):.0f} ms.\n")
    bench.bound("ms for a scrape without gzip", statistics.median(took), MOST_MS, took)
    bench.moved(results, "no scrape", "a scrape every second", "p99_us", MOST_P99_MOVE_US)
