"""Bounds on heads and bodies. RFC 9110 sections 15.5.14, 15.5.15; RFC 6585 section 5."""
from case import Case, Close, Pause, body, client_lacks, closed, forward, reject

GET = "GET §P HTTP/1.1⏎§H⏎"
POST = "POST §P HTTP/1.1⏎§H⏎"
MIB = 1024 * 1024


def cases():
    yield Case("LM01", f"GET §P?{'a' * 100000} HTTP/1.1⏎§H⏎⏎", reject(414, 431))
    yield Case("LM01b", f"GET §P?{'a' * 9000} HTTP/1.1⏎§H⏎⏎", reject(414), own=True)
    yield Case("LM01c", f"GET §P?{'a' * 7000} HTTP/1.1⏎§H⏎⏎", forward(), own=True)
    yield Case("LM01d", f"GET /{'a' * 200000}", reject(414, 431), why="a line without an end")
    yield Case("LM01e", f"{'G' * 200000} / HTTP/1.1⏎⏎", reject(400, 414, 431))
    yield Case("LM02", f"{GET}X-Big: {'a' * 100000}⏎⏎", reject(431))
    yield Case("LM02b", f"{GET}X-Big: {'a' * 17000}⏎⏎", reject(431), own=True)
    yield Case("LM02c", f"{GET}X-Big: {'a' * 12000}⏎⏎", forward(), own=True)
    yield Case("LM02d", f"{GET}{'a' * 100000}: b⏎⏎", reject(431))
    yield Case("LM02e", f"{GET}X-Big: {'a' * 200000}", reject(431), why="a field without an end")
    yield Case("LM03", GET + "".join(f"X-{i}: 1⏎" for i in range(5000)) + "⏎", reject(431))
    yield Case("LM03b", GET + "".join(f"X-{i}: 1⏎" for i in range(150)) + "⏎", reject(431), why="the limit is 100 fields", own=True)
    yield Case("LM03c", GET + "".join(f"X-{i}: 1⏎" for i in range(90)) + "⏎", forward(), own=True)
    yield Case("LM03d", GET + "X-Same: 1⏎" * 200 + "⏎", reject(431), own=True)
    yield Case("LM03e", GET + "⏎".join(["a:"] * 120) + "⏎⏎", reject(431), own=True)
    yield Case("LM04", f"{POST}Content-Length: 5000000⏎⏎", reject(413), why="refused before the body is read")
    yield Case("LM04b", f"{POST}Content-Length: {MIB + 1}⏎⏎", reject(413))
    yield Case("LM04c", f"{POST}Content-Length: {MIB}⏎⏎{'x' * MIB}", forward(body("x" * MIB)))
    yield Case("LM04d", f"{POST}Content-Length: 9223372036854775807⏎⏎", reject(413, 400))
    yield Case("LM04e", f"{POST}Content-Length: 5000000⏎⏎{'x' * 100000}", reject(413, checks=[closed]), why="the answer arrives although the client is still sending")
    yield Case("LM05", f"{POST}Transfer-Encoding: chunked⏎⏎200000⏎{'x' * 0x200000}⏎0⏎⏎", reject(413))
    yield Case("LM05b", f"{POST}Transfer-Encoding: chunked⏎⏎{'10000⏎' + 'x' * 0x10000 + '⏎'}" * 1 + f"{'10000⏎' + 'x' * 0x10000 + '⏎'}" * 20 + "0⏎⏎", reject(413), why="also when no single chunk is too large")
    yield Case("LM05c", f"{POST}Transfer-Encoding: chunked⏎⏎100000⏎{'x' * MIB}⏎0⏎⏎", forward(body("x" * MIB)))
    yield Case("LM06", f"{POST}Transfer-Encoding: chunked⏎⏎{'1⏎a⏎' * 100000}0⏎⏎", forward(body("a" * 100000)))
    yield Case("LM07", (f"{POST}Content-Length: 100⏎⏎part", Pause(0.2), Close()), reject(), why="a client that goes away in its body")
    yield Case("LM08", ("GET §P HTTP/1.1⏎§H⏎", Pause(0.1), Close()), reject())
    yield Case("LM09", f"POST §V HTTP/1.1⏎§H⏎Content-Length: 5000000⏎⏎{'x' * 100000}", reject(401, 413, checks=[client_lacks("100 Continue")]))
