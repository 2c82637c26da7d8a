"""What the cases share: proxies side by side in one run, rounds that alternate between them, medians and their ratios."""
import os
import shutil
import statistics
import sys
import tempfile

import measure
import proxies

PEERS = {"nginx": proxies.Nginx, "haproxy": proxies.Haproxy}
COLUMNS = {"cpu_us": ("CPU us per request", 2), "cpu_mib_us": ("CPU us per MiB", 0), "rps": ("requests per second", 0), "p50_us": ("p50 us", 0),
           "p99_us": ("p99 us", 0), "p999_us": ("p99.9 us", 0), "resident_mib": ("resident MiB", 1), "switches": ("context switches per request", 3),
           "handshake_us": ("CPU us per resumed handshake", 0), "handshakes": ("handshakes", 0)}


class Bench:
    """One case's run: starts what it asks for, ends it all at the end."""

    def __init__(self, options):
        self.options = options
        self.folder = tempfile.mkdtemp(prefix="modelgate-bench-")
        os.chmod(self.folder, 0o755)
        self.started = []
        self.lines = []
        self.missed = []

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        for each in reversed(self.started):
            each.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, kind, *arguments, **more):
        made = kind(*arguments, **more)
        self.started.append(made)
        return made

    def upstream(self, body_bytes=0):
        return self.start(proxies.Upstream, body_bytes)

    def proxy(self, kind, upstream, **more):
        return self.start(kind, os.path.join(self.folder, f"{kind.__name__}-{len(self.started)}"), upstream, **more)

    def peers(self, upstream, **more):
        """Those that are installed; of the others a line says that they are not."""
        found = []
        for command, kind in PEERS.items():
            if shutil.which(command) is None:
                self.say(f"{kind.name} is not installed here and was left out.")
            else:
                found.append(self.proxy(kind, upstream, **more))
        return found

    def alternate(self, participants):
        """{name: [what each round gave]}; `participants`: {name: function of one round}. The first round of each only warms up."""
        for one_round in participants.values():
            one_round(1)
        found = {name: [] for name in participants}
        for _ in range(self.options.rounds):
            for name, one_round in participants.items():
                found[name].append(one_round(self.options.seconds))
        return found

    def say(self, line):
        self.lines.append(line)
        print(line, flush=True)

    def table(self, results, columns):
        """A row for each participant, medians; the first column's spread as well."""
        self.say("| | " + " | ".join(COLUMNS[name][0] for name in columns) + f" | {COLUMNS[columns[0]][0]}, least to most |")
        self.say("| --- " * (len(columns) + 2) + "|")
        for name, rounds in results.items():
            cells = [f"{median(rounds, column):.{COLUMNS[column][1]}f}" for column in columns]
            spread = [each[columns[0]] for each in rounds]
            digits = COLUMNS[columns[0]][1]
            self.say(f"| {name} | " + " | ".join(cells) + f" | {min(spread):.{digits}f} - {max(spread):.{digits}f} |")
        self.say("")

    def bound(self, what, value, most):
        """One line for what had to be reached; a miss is said and counted, never hidden."""
        kept = value <= most
        self.say(f"- {what}: {value:.3g}, to be at most {most:.3g}: {'kept' if kept else 'MISSED'}")
        if not kept:
            self.missed.append(what)


def median(rounds, column):
    return statistics.median(each[column] for each in rounds)


def closed(proxy, connections, **more):
    return lambda seconds: measure.closed_loop(proxy, connections, seconds, **more)


def fail(text):
    sys.exit(text)
