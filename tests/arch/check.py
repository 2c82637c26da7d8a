#!/usr/bin/env python3
"""Holds the source tree to its architecture: who may include whom, and a few things that nobody may write.

    check.py ROOT

Prints one line per violation, "file:line: what and what to do", and exits 1 if there is one.
"""

import re
import sys
from pathlib import Path

# Who may include whom. A module stands for gateway/<module>, include/modelgate/<module> or control/<module>; including itself goes
# without saying. "store/desired_state" allows that one header only: the interface of a module, not what stands behind it.
FOUNDATION = "base crypto config metrics"
ALLOWED = {
    # the data plane, from the bottom up
    "base": "",
    "crypto": "base",
    "metrics": "base config",
    "config": "base crypto net/endpoint",  # an endpoint is a value that every level speaks of
    "net": FOUNDATION,
    "http": FOUNDATION,
    "http_io": FOUNDATION + " net http",
    "routing": FOUNDATION + " net http http_io",
    "filter": FOUNDATION + " net http http_io",
    "upstream": FOUNDATION + " net http http_io",
    "proxy": FOUNDATION + " net http http_io upstream",
    "telemetry": FOUNDATION + " net http http_io",
    "gateway": "base config crypto net metrics/gauge_reading metrics/exposition_format",  # include/modelgate/gateway.hpp, what embedders see
    "server": FOUNDATION + " net http http_io routing filter upstream proxy telemetry gateway",
    # the control plane
    "domain": "base crypto config net/endpoint",
    "store": "base crypto metrics domain",
    "runtime": FOUNDATION + " net http http_io domain",
    "reconcile": "base config metrics net/endpoint domain store/desired_state runtime/runtime_driver",
    "publish": "base config crypto net/endpoint domain store/desired_state runtime/runtime_driver",
    "service": "base config crypto net/endpoint metrics/gauge_reading metrics/latency_histogram domain store runtime/runtime_driver reconcile/reconcile_link",
    "api": FOUNDATION + " net http http_io domain service",
    "cli": "base crypto net http http_io",
    "console": "base http http_io",
}
# May include everything: the program is put together here, and nowhere else.
COMPOSITION_ROOTS = {f"gateway/{name}.{end}" for name in ("main", "program", "program_signals", "certificates", "demo", "greeting", "rest_parts", "handover", "health", "inside_predictions", "predecessor", "control_gate", "descriptor_claim", "reload", "repeating_task", "upgrade", "upgrade_loop", "upgrade_port", "container_engines")
                     for end in ("cpp", "hpp")}

# A lock is a decision: here is each one, and why it cannot be on the request path.
MUTEXES = {
    "include/modelgate/base/blocking_pool.hpp": "the queue between the event loops and threads that block",
    "include/modelgate/metrics/deployment_stats.hpp": "taken at scrape and when a deployment loads, never per request",
    "include/modelgate/metrics/registry.hpp": "taken at scrape and when a worker or deployment comes or goes",
    "include/modelgate/net/event_loop.hpp": "what other threads hand to a worker, and what waits for its next turn: never a request that is forwarded at once",
    "include/modelgate/net/ticket_keys.hpp": "taken once per TLS handshake, never per request",
    "gateway/server/gateway.cpp": "publishing snapshots and waiting for them, off the workers",
    "gateway/certificates.hpp": "reading certificates again and showing their metrics, off the workers",
    "gateway/program.cpp": "start and end of the program",
    "gateway/demo.hpp": "ends the thread that waits for the demo",
    "gateway/reload.hpp": "which settings hold now, for control threads and scrapes; workers have copies",
    "gateway/control_gate.hpp": "taken by requests to the control port",
    "gateway/repeating_task.hpp": "when chores of the store and looks at certificate files are due",
    "gateway/upgrade_port.hpp": "hands requests for an upgrade from one thread to the main one",
    "gateway/server/admission.hpp": "taken when a connection comes and goes, never per request",
    "gateway/server/worker.hpp": "start and end of a worker",
    "gateway/filter/password_gate.hpp": "taken by requests whose password was never proven, which wait anyway; not held while one is compared",
    "gateway/upstream/dispatch_queue.hpp": "taken only while requests wait for a replica, for as long as a look at the replicas takes",
    "gateway/upstream/outlier_detector.hpp": "taken when a replica has failed several times in a row or may be let back, twice a second per worker otherwise",
    "gateway/telemetry/telemetry.hpp": "other settings for the thread that writes the access log",
    "gateway/telemetry/span_exporter.hpp": "the queue between that thread and the one that sends",
    "control/api/primehub/query_turns.hpp": "how many GraphQL requests are answered, taken by requests to the control port",
    "control/service/authorization_codes.hpp": "codes that are carried from a page to a program, taken by requests to the control port",
    "control/service/chart_history.hpp": "the last hour of counts, taken every step and by requests to the control port",
    "control/service/chart_recorder.hpp": "wakes its thread at the end of a step",
    "control/service/fleet_readings.hpp": "readings of the last second, taken by scrapes",
    "control/service/audit_trail.hpp": "events that the store could not close, on control threads",
    "control/service/client_ledger.hpp": "sums of clients' requests, on control threads",
    "control/service/idempotency.hpp": "which keys have a request under way, taken by requests to the control port",
    "control/service/login_guard.hpp": "who guessed passwords, taken once per login",
    "control/service/password_keeper.hpp": "turns at hashing, on control threads",
    "control/service/secret_vault.hpp": "the keys of pull secrets, on control threads",
    "control/service/sign_in.hpp": "when tokens and sessions were last used, taken by requests to the control port",
    "control/store/database.hpp": "hands out connections to SQLite on blocking threads, not held over its calls",
    "control/runtime/runtime_counts.hpp": "counts of probes and starts, on drivers' threads and by scrapes",
    "control/runtime/driver_thread.hpp": "the beginning and the end of a driver's thread, on control threads",
    "control/runtime/replica_board.hpp": "the table of replicas, on control threads",
    "control/runtime/process/process_driver_state.hpp": "one start at a time, on control threads",
    "control/runtime/container/container_driver_state.hpp": "whether the engine answers, on control threads and by scrapes",
    "control/runtime/container/image_book.hpp": "what images say of themselves, on control threads",
    "control/runtime/model_store.hpp": "which models are there, on control threads; the one of an entry is held while that is fetched",
    "control/runtime/external/external_driver.cpp": "the table of external replicas, on control threads",
    "control/api/events/event_hub.hpp": "hands the log of changes to listeners, on control threads; not held over reading, comparing or writing JSON",
    "control/reconcile/reconciler.hpp": "wakes the reconciler's thread",
    "control/reconcile/replica_starter.hpp": "what is to be started, by the reconciler's thread and the one that starts",
}

LONGEST_FILE = 600

# Every timeout and limit is in the tables of this file, with what ends, its metric and its test.
CONFIG, TABLES = "conf/modelgate.toml", "gateway/README.md"
IN_TABLES = re.compile(r"^(limits|timeouts|health|people|audit)\.|(^|[._])(interval|timeout|grace|backoff|backoff_max|rotation|retention|pids|tmp_bytes|clients_per_deployment|slow_request|remembered_predictions)$")

EVERYWHERE = ("gateway", "control", "include", "tests", "benchmarks")
PRODUCT = ("gateway", "control", "include")
TESTS = ("tests",)

UMBRELLAS = r"boost/(asio|beast|json|url|beast/core|beast/http|beast/websocket)\.hpp"

# (where, what, why and what to do); matched on code, comments left out.
FORBIDDEN = [
    (EVERYWHERE, r"\basio::detached\b|\bdetached_t\b", "asio::detached hides exceptions: give co_spawn a handler that looks at them"),
    (EVERYWHERE, rf'#\s*include\s*[<"]{UMBRELLAS}[>"]', "an umbrella include costs build time: include the headers that are used"),
    (EVERYWHERE, r"^using\s+namespace\s+(?!\S*literals\s*;)", "no `using namespace` at file scope: use an alias or name what is used"),
    (EVERYWHERE, r"^\s*#\s*if\s+0\b", "no dead code: what was needed once is in the history"),
    (TESTS, r"\b(sleep_for|sleep_until|usleep|nanosleep)\b", "no sleeping in tests: wait for the event, with a generous deadline"),
]
MUTEX = re.compile(r"\bstd::(recursive_|shared_|timed_|recursive_timed_|shared_timed_)?mutex\b(?!\s*[&>])")
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')
COMMENT = re.compile(r"//.*$")


def module_of(path):
    """Which module a file belongs to, by its path from the root; None for what has no level (tests, benchmarks)."""
    parts = path.split("/")
    if parts[:2] == ["include", "modelgate"]:
        parts = parts[1:]
    if parts[0] not in ("modelgate", "gateway", "control") or len(parts) < 2:
        return None
    return parts[1] if len(parts) > 2 else Path(parts[1]).stem


def stem_of(include):
    """ "modelgate/net/endpoint.hpp" -> "net/endpoint" """
    return "/".join(include.split("/")[1:]).rsplit(".", 1)[0]


def check_include(root, path, include):
    """What is wrong with one #include "..." line; None if nothing."""
    half = include.split("/")[0]
    if half not in ("modelgate", "gateway", "control", "tests", "benchmarks"):
        return f'"{include}" is not written from the root, such as "modelgate/base/clock.hpp"'
    where = root / ("include" if half == "modelgate" else ".") / include
    if not where.is_file():
        return f'"{include}" does not exist'
    source, target = module_of(path), module_of(include)
    if source is None or path in COMPOSITION_ROOTS:
        return None
    if target is None:
        return f'"{include}": the product includes nothing from tests or benchmarks'
    if path.startswith("include/") and half != "modelgate":
        return f'"{include}" is private: headers in include/ stand on their own'
    if path.startswith("control/") and half == "gateway":
        return f'"{include}" is private to the gateway: control sees the headers in include/modelgate only'
    if source == target:
        return None
    if source not in ALLOWED:
        return f"the module {source} has no level: give it one in tests/arch/check.py"
    if target in ALLOWED[source].split() or stem_of(include) in ALLOWED[source].split():
        return None
    return f'"{include}": {source} must not see {target} (tests/arch/check.py says who may see whom)'


def check_file(root, path):
    """Yields (line number, what is wrong)."""
    lines = (root / path).read_text(encoding="utf-8").splitlines()
    if len(lines) > LONGEST_FILE:
        yield len(lines), f"{len(lines)} lines, more than {LONGEST_FILE}: split it by responsibility"
    if path.endswith(".py"):
        return
    top = path.split("/")[0]
    mutexes = 0
    for number, line in enumerate(lines, 1):
        code = COMMENT.sub("", line)
        if found := INCLUDE.match(line):
            if problem := check_include(root, path, found.group(1)):
                yield number, problem
        for places, pattern, why in FORBIDDEN:
            if top in places and re.search(pattern, code):
                yield number, why
        if top in PRODUCT and MUTEX.search(code):
            mutexes += 1
            if path not in MUTEXES:
                yield number, "a mutex that is not on the list in tests/arch/check.py: say there why it cannot be on the request path"
    if path in MUTEXES and mutexes == 0:
        yield 1, "no mutex is here any more: take the file off the list in tests/arch/check.py"


def check_tables(root):
    """Yields (line number, what is wrong) for the config file."""
    tables, section = (root / TABLES).read_text(encoding="utf-8"), ""
    for number, line in enumerate((root / CONFIG).read_text(encoding="utf-8").splitlines(), 1):
        if found := re.match(r"\[([a-z_.]+)\]", line):
            section = found.group(1)
        elif (found := re.match(r"(?:# )?([a-z_]+) = ", line)) and IN_TABLES.search(f"{section}.{found.group(1)}"):
            if not re.search(rf"[`.]{found.group(1)}`", tables):
                yield number, f"{section}.{found.group(1)} is in no table of {TABLES}: say there with what it ends, its metric and its test"


def check_tree(root):
    """Yields "file:line: what is wrong", in the order of the files."""
    root = Path(root)
    for top in EVERYWHERE:
        for file in sorted((root / top).rglob("*")):
            path = file.relative_to(root).as_posix()
            if file.suffix in (".hpp", ".cpp", ".h", ".py") and "/node_modules/" not in path:
                for number, problem in check_file(root, path):
                    yield f"{path}:{number}: {problem}"
    if (root / CONFIG).is_file():
        for number, problem in check_tables(root):
            yield f"{CONFIG}:{number}: {problem}"


def main():
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "gateway").is_dir():
        print("usage: check.py ROOT, the folder that holds gateway/ and control/", file=sys.stderr)
        return 2
    violations = list(check_tree(sys.argv[1]))
    for violation in violations:
        print(violation)
    print(f"{len(violations)} violation(s) of the architecture" if violations else "the architecture holds")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
