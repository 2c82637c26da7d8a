"""From the program's start to its first answer, with 10,000 deployments in the store."""
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request

import fleet
import proxies
from bench import median
from gate import BUILD, free_port

TITLE = "Start with 10,000 deployments in the store"
MOST_SECONDS = 1
PATIENCE_SECONDS = 30


def start(data):
    """Until /ping on the prediction port is answered; that is when the first snapshot is live."""
    port = free_port()
    command = [os.path.join(BUILD, "modelgate"), "serve", "--data-dir", data, "--prediction-listen", f"127.0.0.1:{port}",
               "--control-listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"]
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while time.monotonic() - begin < PATIENCE_SECONDS:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=PATIENCE_SECONDS):
                    return time.monotonic() - begin
            except urllib.error.URLError:
                time.sleep(0.005)
        raise SystemExit("modelgate did not start")
    finally:
        proxies.end(process)


def measure(bench):
    took = {}
    for name, deployments, tokens in (("10,000 deployments, 100,000 tokens", 10_000, 99_999), ("1 deployment", 1, 0)):
        data = fleet.make(os.path.join(bench.folder, f"fleet-{deployments}"), bench.upstream(), deployments, tokens)
        took[name] = []
        for i in range(bench.options.rounds):
            copy = os.path.join(bench.folder, f"start-{i}")
            shutil.copytree(data, copy)
            took[name].append({"start_s": start(copy)})
            shutil.rmtree(copy)
    bench.table(took, ["start_s"])
    many = next(iter(took.values()))
    bench.bound("seconds until the first answer", median(many, "start_s"), MOST_SECONDS, [each["start_s"] for each in many])
