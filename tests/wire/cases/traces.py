"""Which trace a request belongs to. W3C Trace Context: a proxy keeps the trace and may become the parent."""
import re

from case import Case, absent, forward, has

GET = "GET §P HTTP/1.1⏎§H⏎"
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SAMPLED, UNSAMPLED = f"00-{TRACE}-{PARENT}-01", f"00-{TRACE}-{PARENT}-00"
WRITTEN = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-(0[01])")


def parents(seen):
    for request in seen.requests:
        values = request.all("traceparent")
        found = len(values) == 1 and WRITTEN.fullmatch(values[0])
        yield found and set(found[1]) != {"0"} and set(found[2]) != {"0"} and found, values


def keeps(flags):
    def check(seen):
        for found, values in parents(seen):
            if not found or found[1] != TRACE or found[3] != flags:
                return f"the trace is not kept: {values}"
        return None
    return check


def becomes_parent(seen):
    return next((f"the parent is still {values}" for found, values in parents(seen) if not found or found[2] == PARENT), None)


def begins_anew(seen):
    return next((f"no trace of its own: {values}" for found, values in parents(seen) if not found or found[1] == TRACE), None)


def cases():
    yield Case("HP10", f"{GET}traceparent: {SAMPLED}⏎⏎", forward(keeps("01")))
    yield Case("TR01", f"{GET}traceparent: {SAMPLED}⏎⏎", forward(keeps("01"), becomes_parent), own=True)
    yield Case("TR01b", f"{GET}TraceParent: {UNSAMPLED}⏎⏎", forward(keeps("00"), becomes_parent), own=True, why="names have no case")
    yield Case("TR01c", f"{GET}traceparent: cc-{TRACE}-{PARENT}-01-more⏎⏎", forward(keeps("01")), own=True, why="a later version is read as far as it is known")
    yield Case("TR02", f"{GET}⏎", forward(begins_anew), own=True, why="where there is no trace one begins")
    for number, value in enumerate((f"00-{'0' * 32}-{PARENT}-01", f"00-{TRACE}-{'0' * 16}-01", f"00-{TRACE.upper()}-{PARENT}-01", f"ff-{TRACE}-{PARENT}-01", f"{SAMPLED}-00", f"{SAMPLED[:-1]}", "", "x" * 300)):
        yield Case(f"TR03{'abcdefgh'[number]}", f"{GET}traceparent: {value}⏎tracestate: a=1⏎⏎", forward(begins_anew, absent("tracestate")), own=True, why="an invalid one is none, and its state goes with it")
    yield Case("TR04", f"{GET}traceparent: {SAMPLED}⏎traceparent: {SAMPLED}⏎tracestate: a=1⏎⏎", forward(begins_anew, absent("tracestate")), own=True, why="nobody knows which one counts")
    yield Case("TR05", f"{GET}traceparent: {SAMPLED}⏎tracestate: a=1,b@c=2⏎tracestate: d=3⏎⏎", forward(keeps("01"), has("tracestate", "a=1,b@c=2", "d=3")))
    yield Case("TR05b", f"{GET}tracestate: a=1⏎⏎", forward(absent("tracestate")), own=True)
    yield Case("TR05c", f"{GET}traceparent: {SAMPLED}⏎tracestate: A=1⏎⏎", forward(keeps("01"), absent("tracestate")), own=True)
    yield Case("TR06", f"{GET}Connection: traceparent⏎traceparent: {SAMPLED}⏎⏎", forward(keeps("01")), own=True, why="a client cannot take away what we add")
