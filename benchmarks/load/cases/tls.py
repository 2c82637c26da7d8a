"""TLS 1.3: what a resumed handshake costs each proxy, and what a 76-byte prediction over kept connections does."""
import measure as measuring
from bench import OF_A_LOOP

TITLE = "TLS: resumed handshakes, and 76-byte POSTs over 64 kept connections"
MOST_OF_HANDSHAKE, MOST_OF_POST = 1.0, 1.0


def measure(bench):
    upstream = bench.upstream()
    taking_part = [*bench.peers(upstream, tls=True), bench.gate(upstream, tls=True)]
    shaken = bench.alternate({each.name: lambda seconds, of=each: measuring.handshakes(of, seconds) for each in taking_part})
    bench.say("A TCP connection, its handshake with a ticket of an earlier one, and its end; one client, one connection at a time.\n")
    bench.table(shaken, ["handshake_us", *OF_A_LOOP])
    sent = bench.alternate({each.name: lambda seconds, of=each: measuring.closed_loop(of, 64, seconds, scheme="https") for each in taking_part})
    bench.say("76-byte POSTs over 64 kept connections.\n")
    bench.table(sent, ["cpu_us", *OF_A_LOOP])
    for each in taking_part[:-1]:
        bench.ratio("CPU per resumed handshake", shaken, "modelgate", each.name, "handshake_us", MOST_OF_HANDSHAKE)
        bench.ratio("CPU per POST over TLS", sent, "modelgate", each.name, "cpu_us", MOST_OF_POST)
