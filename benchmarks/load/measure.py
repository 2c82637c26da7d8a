"""What a proxy costs and how long it takes: its processes' own counters, wrk's closed loop, an open loop at a fixed rate."""
import json
import os
import re
import subprocess
import sys

from proxies import LOAD_CORE, PATH, program

HERE = os.path.dirname(os.path.abspath(__file__))


def cpu_seconds(pids):
    """User and system time of these processes. The kernel counts it in nanoseconds for each thread; clock ticks are too coarse."""
    nanoseconds = 0
    for pid in pids:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/schedstat") as text:
                nanoseconds += int(text.read().split()[0])
    return nanoseconds / 1e9


def status_of(pids, *names):
    """Sums over the threads (context switches) or processes (memory, KiB) of what /proc/PID/status calls so."""
    found = dict.fromkeys(names, 0)
    for pid in pids:
        files = [f"/proc/{pid}/status"]
        if all(name.endswith("switches") for name in names):
            files = [f"/proc/{pid}/task/{thread}/status" for thread in os.listdir(f"/proc/{pid}/task")]
        for file in files:
            with open(file) as text:
                for line in text:
                    name, _, value = line.partition(":")
                    if name in found:
                        found[name] += int(value.split()[0])
    return found


def context_switches(pids):
    return sum(status_of(pids, "voluntary_ctxt_switches", "nonvoluntary_ctxt_switches").values())


def resident_mib(pids):
    return status_of(pids, "VmRSS")["VmRSS"] / 1024


def peak_mib(proxy, one_round):
    """The most that its process had resident during a round."""
    for pid in proxy.pids():
        with open(f"/proc/{pid}/clear_refs", "w") as file:
            file.write("5")  # from here on, says proc(5)
    one_round()
    return status_of(proxy.pids(), "VmHWM")["VmHWM"] / 1024


def in_us(text):
    number, unit = re.fullmatch(r"([0-9.]+)(us|ms|s)", text).groups()
    return float(number) * {"us": 1, "ms": 1e3, "s": 1e6}[unit]


def percentiles_of(answer):
    found = {}
    for share, name in (("50", "p50_us"), ("99", "p99_us"), ("99.9", "p999_us")):
        value = re.search(rf"^BENCH p{re.escape(share)} ([0-9.]+)$", answer, re.MULTILINE)
        found[name] = float(value.group(1))
    return found


def wrk(port, authorization, connections, seconds, path=PATH, body_bytes=0, scheme="http", reconnect=False):
    """wrk's closed loop, and its own word on how many requests failed: any ends the run."""
    environment = dict(os.environ, BENCH_AUTHORIZATION=authorization, BENCH_BODY_BYTES=str(body_bytes), BENCH_CLOSE="1" if reconnect else "")
    answer = subprocess.run(
        ["taskset", "-c", str(LOAD_CORE), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s",
         os.path.join(HERE, "post.lua"), f"{scheme}://127.0.0.1:{port}{path}"],
        capture_output=True, text=True, env=environment, check=True).stdout
    if "Non-2xx" in answer or "Socket errors" in answer:
        sys.exit("failed requests:\n" + answer)
    requests = int(re.search(r"(\d+) requests in", answer).group(1))
    if requests == 0:
        sys.exit("no request was answered:\n" + answer)
    return {"requests": requests, "rps": float(re.search(r"Requests/sec:\s+([0-9.]+)", answer).group(1)), **percentiles_of(answer)}


def closed_loop(proxy, connections, seconds, **more):
    """A round of wrk against a proxy, with what it cost that."""
    port = proxy.tls_port if more.get("scheme") == "https" else proxy.port
    return with_cost(proxy, lambda: wrk(port, proxy.authorization, connections, seconds, **more))


def with_cost(proxy, one_round):
    """What a round gave, and what its requests cost the proxy."""
    pids = proxy.pids()
    cpu, switches = cpu_seconds(pids), context_switches(pids)
    found = one_round()
    found["cpu_us"] = (cpu_seconds(pids) - cpu) / found["requests"] * 1e6
    found["switches"] = (context_switches(pids) - switches) / found["requests"]
    found["resident_mib"] = resident_mib(pids)
    return found


def handshakes(proxy, seconds):
    """Resumed TLS handshakes, one after the other; any that was not resumed ends the run."""
    found = with_cost(proxy, lambda: shake_hands(proxy, seconds))
    return {**found, "handshake_us": found["cpu_us"], "rps": found["requests"] / seconds}


def shake_hands(proxy, seconds):
    answer = subprocess.run(["taskset", "-c", str(LOAD_CORE), sys.executable, os.path.join(HERE, "handshakes.py"), str(proxy.tls_port), str(seconds), PATH,
                             proxy.authorization], capture_output=True, text=True, check=True).stdout
    found = json.loads(answer)
    if found["handshakes"] == 0 or found["resumed"] != found["handshakes"]:
        sys.exit(f"{proxy.name}: handshakes that were not resumed: {answer}")
    return {"requests": found["handshakes"], **{name: found[name] for name in ("p50_us", "p99_us", "p999_us")}}


def open_loop(proxy, rate, connections, seconds):
    """A round of requests at an even pace, whatever becomes of them: latencies run from when a request was due."""
    return with_cost(proxy, lambda: paced(proxy, rate, connections, seconds))


def paced(proxy, rate, connections, seconds):
    answer = subprocess.run(
        ["taskset", "-c", str(LOAD_CORE), program("paced_load"), "127.0.0.1", str(proxy.port), PATH, str(rate), str(seconds), str(connections)],
        capture_output=True, text=True, env=dict(os.environ, PACED_AUTHORIZATION=proxy.authorization), check=True).stdout
    found = json.loads(answer)
    if found["failed"] or found["unsent"] or set(found["statuses"]) != {"200"}:
        sys.exit(f"{proxy.name}: failed requests: {answer}")
    requests = found["statuses"]["200"]
    return {"requests": requests, "rps": requests / seconds, "p50_us": found["p50"] * 1e3, "p99_us": found["p99"] * 1e3, "p999_us": found["p999"] * 1e3}
