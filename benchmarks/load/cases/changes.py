"""Changing one of 10,000 deployments: how soon it is live on every worker, and what running traffic sees of it."""
import os
import statistics
import subprocess
import tempfile
import threading
import time

import fleet
import measure as measuring
import proxies
from bench import OF_A_LOOP

TITLE = "Changing one of 10,000 deployments"
RATE = 4_000  # requests per second, while it changes
CHANGES = 400
CHANGES_PER_SECOND = 20
ROUNDS, SECONDS = 9, 3  # at least, as for the open loop
MEMORY = "/dev/shm"
MOST_MS = 5
MOST_P99_MOVE_US = 1_000


class Changes:
    """Of one stopped deployment: its description, and clients that come and go. The answer to each comes when it is live on every worker."""

    def __init__(self, gate):
        self.gate = gate
        self.count = 0

    def make(self):
        """How long it took, ms. A client that was added is removed two changes later."""
        path = "/deployments/stopped-5000"
        turn, number = self.count % 4, self.count // 4
        begin = time.monotonic()
        if turn % 2 == 0:
            self.gate.rest("PATCH", path, {"description": f"change {self.count}"}, If_Match="*")
        elif turn == 1:
            self.gate.rest("POST", f"{path}/clients", {"name": f"client-{number}"})
        else:
            self.gate.rest("DELETE", f"{path}/clients/client-{number}")
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


def file_system(folder):
    return subprocess.run(["stat", "--file-system", "--format=%T", folder], capture_output=True, text=True, check=True).stdout.strip()


def how_long(bench, gate, where):
    """From the request for a change to its answer, ms: its percentiles, the median is the fiftieth. `where`: the store is."""
    changes = Changes(gate)
    for _ in range(12):
        changes.make()
    took = [changes.make() for _ in range(CHANGES)]
    percentiles = statistics.quantiles(took, n=100)
    bench.say(f"| {where} | {percentiles[49]:.2f} | {percentiles[98]:.2f} | {min(took):.2f} - {max(took):.2f} |")
    return percentiles


def measure(bench):
    upstream = bench.upstream(core=None)
    proxy = bench.gate(upstream, workers=2)
    bench.say(f"{CHANGES} changes, two workers: ms from the request to the answer, which comes when every worker serves the change. Where the store is "
              "in memory a commit waits for no disk, so that all of it counts as the time from the commit on.\n")
    bench.say("| the store | median | p99 | least to most |\n| --- | --- | --- | --- |")
    how_long(bench, proxy.gate, f"in {tempfile.gettempdir()}, which is {file_system(tempfile.gettempdir())}")
    with tempfile.TemporaryDirectory(dir=MEMORY, prefix="modelgate-bench-") as folder:
        in_memory = bench.start(proxies.Gate, os.path.join(folder, "gate"), upstream, workers=2, data=bench.fleets[upstream, fleet.DEPLOYMENTS, fleet.TOKENS - 1])
        live = how_long(bench, in_memory.gate, f"in {MEMORY}, which is {file_system(MEMORY)}")
        bench.end(in_memory)
    bench.say("")
    changes = Changes(proxy.gate)
    changes.count = 4_000
    calm = lambda seconds: measuring.open_loop(proxy, RATE, 64, seconds)
    busy = f"{CHANGES_PER_SECOND} changes a second"
    results = bench.alternate({"nothing changes": calm, busy: lambda seconds: changes.while_running(lambda: calm(seconds))}, ROUNDS, SECONDS)
    bench.table(results, ["p99_us", "cpu_us", *OF_A_LOOP])
    bench.bound("ms from the commit to live on every worker, median", live[49], MOST_MS)
    bench.bound("ms from the commit to live on every worker, p99", live[98], MOST_MS)
    bench.moved(results, "nothing changes", busy, "p99_us", MOST_P99_MOVE_US)
