"""What the cases share: proxies side by side in one run, rounds that alternate between them, medians and their ratios."""
import os
import shutil
import statistics
import sys
import tempfile

import fleet
import measure
import proxies

PEERS = {"nginx": proxies.Nginx, "haproxy": proxies.Haproxy}
COLUMNS = {"cpu_us": ("CPU us per request", 2), "cpu_mib_us": ("CPU us per MiB", 0), "rps": ("requests per second", 0), "p50_us": ("p50 us", 0),
           "p99_us": ("p99 us", 0), "p999_us": ("p99.9 us", 0), "resident_mib": ("resident MiB", 1), "switches": ("context switches per request", 3),
           "handshake_us": ("CPU us per resumed handshake", 0), "idle_kib": ("KiB for each connection", 2),
           "more_mib": ("MiB more with 256 connections than with one", 2), "start_s": ("seconds until the first answer", 3)}
OF_A_LOOP = ["rps", "p50_us", "p99_us", "p999_us", "resident_mib", "switches"]  # what `measure.closed_loop` gives beside the CPU time


class Bench:
    """One case's run: starts what it asks for, ends it all at the end."""

    def __init__(self, options):
        self.options = options
        self.folder = tempfile.mkdtemp(prefix="modelgate-bench-")
        os.chmod(self.folder, 0o755)
        self.started = []
        self.proxies = 0
        self.fleets = {}
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

    def upstream(self, body_bytes=0, core=proxies.LOAD_CORE):
        return self.start(proxies.Upstream, body_bytes, core)

    def proxy(self, kind, upstream, **more):
        self.proxies += 1
        return self.start(kind, os.path.join(self.folder, f"{kind.__name__}-{self.proxies}"), upstream, **more)

    def gate(self, upstream, deployments=fleet.DEPLOYMENTS, tokens=fleet.TOKENS - 1, **more):
        """A modelgate with full tables: its `bench` is in front of the upstream; where there is none, it runs the model that was asked for."""
        asked = (upstream, deployments, tokens)
        if asked not in self.fleets:
            self.fleets[asked] = fleet.make(os.path.join(self.folder, f"fleet-{len(self.fleets)}"), *asked)
        return self.proxy(proxies.Gate, upstream, data=self.fleets[asked], **more)

    def end(self, each):
        """Before the case ends."""
        self.started.remove(each)
        each.stop()

    def peers(self, upstream, **more):
        """Those that are installed; of the others a line says that they are not."""
        found = []
        for command, kind in PEERS.items():
            if shutil.which(command) is None:
                self.say(f"{kind.name} is not installed here and was left out.")
            else:
                found.append(self.proxy(kind, upstream, **more))
        return found

    def alternate(self, participants, rounds=0, seconds=0):
        """{name: [what each round gave]}; `participants`: {name: function of one round}. The first round of each only warms up.
        `rounds`, `seconds`: what the case takes at least, whatever is asked for."""
        for one_round in participants.values():
            one_round(1)
        found = {name: [] for name in participants}
        for _ in range(max(rounds, self.options.rounds)):
            for name, one_round in participants.items():
                found[name].append(one_round(max(seconds, self.options.seconds)))
        return found

    def say(self, line):
        self.lines.append(line)
        print(line, flush=True)

    def table(self, results, columns):
        """A row for each participant: medians, least and most; with a floor among them, how many times its first column is the floor's."""
        columns = list(dict.fromkeys(columns))
        floor = results.get("floor")
        titles = [COLUMNS[name][0] for name in columns] + ([f"{COLUMNS[columns[0]][0]}, of the floor's"] if floor else [])
        self.say("| | " + " | ".join(titles) + " |")
        self.say("| --- " * (len(titles) + 1) + "|")
        for name, rounds in results.items():
            cells = [spread_of([each[column] for each in rounds], COLUMNS[column][1]) if column in rounds[0] else "" for column in columns]
            if floor:
                cells.append(f"{median(rounds, columns[0]) / median(floor, columns[0]):.2f}")
            self.say(f"| {name} | " + " | ".join(cells) + " |")
        self.say("")

    def ratio(self, what, results, own, other, column, most):
        """The bound of one median to another. Rounds that alternate are pairs: where some keep the bound and some do not, it says so."""
        pairs = [mine[column] / its[column] for mine, its in zip(results[own], results[other])]
        self.bound(f"{what}, of {'the floor' if other == 'floor' else other}'s", median(results[own], column) / median(results[other], column), most, pairs)

    def moved(self, results, calm, busy, column, most):
        """The bound of what the median of a column is more while something else goes on."""
        pairs = [mine[column] - its[column] for mine, its in zip(results[busy], results[calm])]
        self.bound(f"{COLUMNS[column][0]}, by which it moved", median(results[busy], column) - median(results[calm], column), most, pairs)

    def bound(self, what, value, most, rounds=()):
        """One line for what had to be reached; a miss is said and counted, never hidden. `rounds`: the same of each round."""
        kept = value <= most
        verdict = "kept" if kept else "MISSED"
        if rounds:
            inside = sum(each <= most for each in rounds)
            verdict += f" (in {inside} of {len(rounds)} rounds, {min(rounds):.3g} - {max(rounds):.3g})"
        self.say(f"- {what}: {value:.3g}, to be at most {most:.3g}: {verdict}")
        if not kept:
            self.missed.append(what)


def median(rounds, column):
    return statistics.median(each[column] for each in rounds)


def spread_of(values, digits):
    """Their median, and the least and the most of them."""
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} - {max(values):.{digits}f})"


def closed(proxy, connections, **more):
    return lambda seconds: measure.closed_loop(proxy, connections, seconds, **more)


def fail(text):
    sys.exit(text)
