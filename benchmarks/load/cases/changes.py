"""Changing one of 10,000 deployments: how soon it is live on every worker, and what running traffic sees of it."""
import re
import statistics
import threading
import time
import urllib.request

import fleet
import measure as measuring
from bench import median

TITLE = "Changing one of 10,000 deployments"
RATE = 4_000  # requests per second, while it changes
CHANGES_PER_SECOND = 20
MOST_MS = 5
MOST_P99_MOVE_US = 1_000


def commits(gate):
    """How long the store's commits took so far, ms."""
    with urllib.request.urlopen(f"http://{gate.ports['metrics']}/metrics") as answer:
        text = answer.read().decode()
    return float(re.search(r"^modelgate_store_commit_seconds_sum (\S+)$", text, re.MULTILINE).group(1)) * 1e3


class Changes:
    """Clients that come and go at a stopped deployment: the answer to each comes when it is live on every worker."""

    def __init__(self, gate):
        self.gate = gate
        self.count = 0

    def make(self):
        """How long it took, ms. What was added is removed next."""
        name = f"client-{self.count // 2}"
        begin = time.monotonic()
        if self.count % 2 == 0:
            self.gate.rest("POST", "/deployments/stopped-5000/clients", {"name": name})
        else:
            self.gate.rest("DELETE", f"/deployments/stopped-5000/clients/{name}")
        self.count += 1
        return (time.monotonic() - begin) * 1e3

    def while_running(self, work):
        ended = threading.Event()

        def go_on():
            while not ended.wait(1 / CHANGES_PER_SECOND):
                self.make()

        thread = threading.Thread(target=go_on)
        thread.start()
        try:
            return work()
        finally:
            ended.set()
            thread.join()


def measure(bench):
    upstream = bench.upstream()
    proxy = fleet.start(bench, upstream, fleet.make(bench, upstream, deployments=10_000), workers=2)
    changes = Changes(proxy.gate)
    for _ in range(10):
        changes.make()
    count = 40 * bench.options.rounds
    before = commits(proxy.gate)
    took = [changes.make() for _ in range(count)]
    commit = (commits(proxy.gate) - before) / count
    percentiles = statistics.quantiles(took, n=100)
    bench.say(f"{count} changes, two workers: from the request to the answer, which comes when every worker serves the change, "
              f"{statistics.median(took):.1f} ms (p99 {percentiles[98]:.1f}); of that {commit:.1f} ms until the commits were on the disk.\n")
    calm = lambda seconds: measuring.open_loop(proxy, RATE, 64, seconds)
    results = bench.alternate({"nothing changes": calm, f"{CHANGES_PER_SECOND} changes a second": lambda seconds: changes.while_running(lambda: calm(seconds))})
    bench.table(results, ["p99_us", "p50_us", "p999_us"])
    bench.bound("ms from commit to live on every worker, the whole answer counted", statistics.median(took) - commit, MOST_MS)
    moved = median(results[f"{CHANGES_PER_SECOND} changes a second"], "p99_us") - median(results["nothing changes"], "p99_us")
    bench.bound("us that p99 moved", moved, MOST_P99_MOVE_US)
