"""What a replica may answer, and what the client gets of it. RFC 9110 section 15; RFC 9112 sections 4, 5, 6.3, 7.1, 9.3."""
from case import (OK, Case, Close, HalfClose, Pause, Reset, Until, answer, client_body, client_has, client_lacks, closed, forward, judged, kept, status, statuses,
                  truncated, within)

GET = "GET §P HTTP/1.1⏎§H⏎⏎"
TWO = GET + GET
FINE = "HTTP/1.1 200 OK⏎Content-Length: 2⏎⏎ok"


def broken(*steps, more=()):
    return (answer(*steps), *more)


def informational():
    yield Case("RS01", GET, judged(statuses(103, 200)), replica=broken("HTTP/1.1 103 Early Hints⏎Link: </a>; rel=preload⏎⏎" + FINE), why="1xx is forwarded")
    yield Case("RS01b", GET, judged(statuses(102, 103, 200)), replica=broken("HTTP/1.1 102 Processing⏎⏎HTTP/1.1 103 Early Hints⏎⏎" + FINE))
    yield Case("RS01c", GET, judged(statuses(103, 200), client_lacks("X-Hop")), replica=broken("HTTP/1.1 103 Early Hints⏎Connection: X-Hop⏎X-Hop: 1⏎⏎" + FINE))
    yield Case("RS02", "GET §P HTTP/1.0⏎§H⏎⏎", judged(statuses(200)), replica=broken("HTTP/1.1 103 Early Hints⏎Link: </a>⏎⏎" + FINE), why="never to an HTTP/1.0 client")
    yield Case("RS02b", GET, judged(status(200)), replica=broken("HTTP/1.1 100 Continue⏎⏎" + FINE))
    yield Case("RS03", GET, judged(status(502)), replica=broken("HTTP/1.1 101 Switching Protocols⏎Upgrade: foo⏎Connection: Upgrade⏎⏎RAWRAW", Close()), why="nobody asked for it")
    yield Case("RS03b", GET, judged(client_lacks("RAWRAW")), replica=broken("HTTP/1.1 101 Switching Protocols⏎⏎RAWRAW", Close()))
    yield Case("RS03c", GET, judged(status(502, 504)), replica=broken("HTTP/1.1 103 Early Hints⏎⏎" * 200, Close()), why="informational answers without end")


def bodyless():
    yield Case("RS04", TWO, judged(client_lacks("EVIL"), requests=2), replica=broken("HTTP/1.1 204 No Content⏎Content-Length: 4⏎⏎EVIL", more=(answer(OK),)))
    yield Case("RS04b", GET, judged(statuses(204), no_length), replica=broken("HTTP/1.1 204 No Content⏎Content-Length: 0⏎⏎"), why="a 204 says no length")
    yield Case("RS04c", GET, judged(statuses(204), client_lacks("EVIL", "Transfer-Encoding")), replica=broken("HTTP/1.1 204 No Content⏎Transfer-Encoding: chunked⏎⏎4⏎EVIL⏎0⏎⏎"))
    yield Case("RS05", TWO, judged(statuses(304, 200), requests=2), replica=broken("HTTP/1.1 304 Not Modified⏎Content-Length: 1000⏎ETag: \"x\"⏎⏎", more=(answer(OK),)))
    yield Case("RS24", "HEAD §P HTTP/1.1⏎§H⏎⏎" + GET, judged(statuses(200, 200), client_has("Content-Length", "1234"), requests=2), replica=broken("HTTP/1.1 200 OK⏎Content-Length: 1234⏎⏎", more=(answer(OK),)),
               methods=("HEAD", "GET"))
    yield Case("RS24b", "HEAD §P HTTP/1.1⏎§H⏎⏎" + GET, judged(statuses(200, 200), requests=2), replica=broken("HTTP/1.1 200 OK⏎Transfer-Encoding: chunked⏎⏎", more=(answer(OK),)), methods=("HEAD", "GET"))
    yield Case("RS24c", "HEAD §P HTTP/1.1⏎§H⏎⏎", judged(client_lacks("EVIL")), replica=broken("HTTP/1.1 200 OK⏎Content-Length: 4⏎⏎EVIL", Close()), methods=("HEAD",))


def no_length(seen):
    return next((f"the client got {name}" for each in seen.responses for name, _ in each.fields if name.lower() == "content-length"), None)


def no_bare_lf(seen):
    return "a bare LF reached the client" if b"X-N: a\n" in seen.received else None


def framing():
    bad = {"RS07": "abc", "RS07b": "-1", "RS07c": "+2", "RS07d": "2x", "RS07e": "0x2", "RS07f": "18446744073709551618", "RS07g": "2 2", "RS07h": ""}
    for name, value in bad.items():
        yield Case(name, GET, judged(status(502)), replica=broken(f"HTTP/1.1 200 OK⏎Content-Length: {value}⏎⏎ok", Close()))
    yield Case("RS08", GET, judged(status(502)), replica=broken("HTTP/1.1 200 OK⏎Content-Length: 2⏎Content-Length: 3⏎⏎okX", Close()))
    yield Case("RS08b", GET, judged(client_lacks("okX")), replica=broken("HTTP/1.1 200 OK⏎Content-Length: 2, 3⏎⏎okX", Close()))
    yield Case("RS08c", GET, judged(status(502, 200), client_lacks("Content-Length: 99")), replica=broken("HTTP/1.1 200 OK⏎Content-Length: 99⏎Transfer-Encoding: chunked⏎⏎2⏎ok⏎0⏎⏎", Close()))
    for name, coding in {"RS11": "gzip", "RS11b": "xchunked", "RS11c": "chunked, chunked", "RS11d": "chunked, gzip", "RS11e": "\"chunked\"", "RS11f": "\x0bchunked"}.items():
        yield Case(name, GET, judged(status(502)), replica=broken(f"HTTP/1.1 200 OK⏎Transfer-Encoding: {coding}⏎⏎2⏎ok⏎0⏎⏎", Close()))
    yield Case("RS06", GET, judged(status(200), client_body("until the end")), replica=broken("HTTP/1.1 200 OK⏎⏎until the end", Close()), why="without a length the close ends it")
    yield Case("RS06b", GET, judged(status(200), client_body("ok")), replica=broken("HTTP/1.0 200 OK⏎⏎ok", Close()))
    yield Case("RS06c", GET, judged(status(200), client_body("")), replica=broken("HTTP/1.1 200 OK⏎Content-Length: 0⏎⏎"))
    yield Case("RS06d", GET, judged(status(200), client_body("hello")), replica=broken("HTTP/1.1 200 OK⏎Transfer-Encoding: Chunked⏎⏎5;x=y⏎hello⏎0⏎⏎"))
    yield Case("RS15", TWO, judged(client_lacks("POISON"), requests=2), replica=(answer("HTTP/1.1 200 OK⏎Content-Length: 2⏎⏎okHTTP/1.1 200 OK⏎Content-Length: 6⏎⏎POISON"), answer(OK)))
    yield Case("RS15b", TWO, judged(client_lacks("POISON"), requests=2), replica=(answer("HTTP/1.1 200 OK⏎Transfer-Encoding: chunked⏎⏎2⏎ok⏎0⏎⏎HTTP/1.1 200 OK⏎Content-Length: 6⏎⏎POISON"), answer(OK)))
    yield Case("RS16", GET, judged(client_lacks("Content-Length: 99", "X-T: 1")), replica=broken("HTTP/1.1 200 OK⏎Transfer-Encoding: chunked⏎Trailer: X-T⏎⏎2⏎ok⏎0⏎X-T: 1⏎Content-Length: 99⏎⏎"),
               why="trailers are dropped")
    yield Case("RS22", "GET §P HTTP/1.0⏎§H⏎⏎", judged(status(200), client_body("hello"), client_lacks("chunked"), closed), replica=broken("HTTP/1.1 200 OK⏎Transfer-Encoding: chunked⏎⏎5⏎hello⏎0⏎⏎"))
    yield Case("RS22c", "GET §P HTTP/1.0⏎§H⏎Connection: keep-alive⏎⏎", judged(status(200), client_body("until the end"), client_lacks("chunked", "keep-alive"), closed), replica=broken("HTTP/1.1 200 OK⏎⏎until the end", Close()),
               why="an old client cannot tell the end but by the close")
    yield Case("RS22d", "GET §P HTTP/1.0⏎§H⏎Connection: keep-alive⏎⏎" * 2, judged(statuses(200, 200), client_has("Connection", "keep-alive"), kept, requests=2), replica=(answer(OK),), why="one that can is kept, and told so")
    yield Case("RS22e", "HEAD §P HTTP/1.0⏎§H⏎Connection: keep-alive⏎⏎", judged(statuses(200), client_lacks("chunked")), replica=broken("HTTP/1.1 200 OK⏎Transfer-Encoding: chunked⏎⏎"), methods=("HEAD",))
    yield Case("RS22b", "GET §P HTTP/1.0⏎§H⏎Connection: keep-alive⏎⏎", judged(status(200), client_body("hello"), client_lacks("chunked")), replica=broken("HTTP/1.1 200 OK⏎Transfer-Encoding: chunked⏎⏎5⏎hello⏎0⏎⏎"))


def cut():
    chunked = "HTTP/1.1 200 OK⏎Transfer-Encoding: chunked⏎⏎"
    cuts = {"RS09": ("HTTP/1.1 200 OK⏎Content-Length: 100⏎⏎only", Close()), "RS09b": ("HTTP/1.1 200 OK⏎Content-Length: 100⏎⏎only", Pause(0.1), Reset()), "RS10": (chunked + "4⏎only⏎", Close()),
            "RS10b": (chunked + "8⏎only", Close()), "RS10c": (chunked + "4⏎only⏎0⏎", Close()), "RS10d": (chunked + "4⏎only⏎", Pause(0.1), Reset()), "RS10e": (chunked + "4⏎only⏎zz⏎", Close()),
            "RS10f": (chunked + "4⏎onlyX⏎0⏎⏎", Close()), "RS10g": (chunked + "4\nonly⏎0⏎⏎", Close()), "RS10h": ("HTTP/1.1 200 OK⏎⏎only", Pause(0.1), Reset())}
    for name, steps in cuts.items():
        yield Case(name, GET, judged(truncated), replica=(answer(*steps),), why="the client can tell that it is cut")
    for name, steps in {"RS17": (Close(),), "RS17b": (Reset(),), "RS17c": ("HTTP/1.1 200", Close()), "RS17d": ("HTTP/1.1 200 OK⏎X-A: b⏎", Close()), "RS17e": (Pause(0.1), Close())}.items():
        yield Case(name, GET, judged(status(502)), replica=(answer(*steps),), why="the replica dies before its answer's head is whole; it may have worked, so nobody else is asked")
    yield Case("RS17f", GET, judged(status(200)), replica=(answer(OK, HalfClose()),))


def heads():
    yield Case("RS12", GET, judged(status(200, 502), client_lacks("X-Sp :")), replica=broken("HTTP/1.1 200 OK⏎Content-Length: 2⏎X-Sp : v⏎⏎ok"))
    yield Case("RS12b", GET, judged(client_lacks("⏎ folded".replace("⏎", "\r\n"))), replica=broken("HTTP/1.1 200 OK⏎Content-Length: 2⏎X-F: a⏎ folded⏎⏎ok"))
    yield Case("RS13", GET, judged(client_lacks("\x00")), replica=broken("HTTP/1.1 200 OK⏎Content-Length: 2⏎X-N: a\x00b⏎⏎ok"))
    yield Case("RS13b", GET, judged(client_lacks("\x01")), replica=broken("HTTP/1.1 200 OK⏎Content-Length: 2⏎X-N: a\x01b⏎⏎ok"))
    yield Case("RS14", GET, judged(client_lacks("\rSet-Cookie")), replica=broken("HTTP/1.1 200 OK⏎Content-Length: 2⏎X-N: a\rSet-Cookie: evil=1⏎⏎ok"))
    yield Case("RS14b", GET, judged(no_bare_lf), replica=broken("HTTP/1.1 200 OK\nContent-Length: 2\nX-N: a\n\nok", Close()))
    garbage = {"RS18": "garbage⏎⏎", "RS18b": "HTTP/1.1⏎⏎", "RS18c": "HTTP/2 200 OK⏎⏎", "RS18d": "HTTP/1.1 abc OK⏎⏎", "RS18e": "HTTP/1.1 20 OK⏎⏎", "RS18f": "HTTP/1.1 2000 OK⏎⏎", "RS18g": "HTTP/1.1 099 No⏎⏎",
               "RS18h": "\x16\x03\x01\x02\x00⏎⏎", "RS18i": "SSH-2.0-OpenSSH⏎⏎", "RS18j": "HTTP/1.1 200 OK⏎bad field⏎⏎", "RS18k": "HTTP/1.1 200 OK⏎: v⏎⏎", "RS18l": "<html></html>"}
    for name, text in garbage.items():
        yield Case(name, GET, judged(status(502)), replica=(answer(text, Close()),))
    yield Case("RS19", GET, forward(), replica=broken("HTTP/1.1 200⏎Content-Length: 2⏎⏎ok"))
    yield Case("RS19b", GET, forward(), replica=broken("HTTP/1.1 200 ⏎Content-Length: 2⏎⏎ok"))
    yield Case("RS19c", GET, judged(status(299)), replica=broken("HTTP/1.1 299 Odd But Legal⏎Content-Length: 2⏎⏎ok"))
    yield Case("RS20", GET, judged(status(200), kept), replica=broken("HTTP/1.1 200 OK⏎Content-Length: 2⏎Connection: close⏎⏎ok", Close()), why="the replica's close is not the client's")
    yield Case("RS21", GET, judged(status(502)), replica=broken(f"HTTP/1.1 200 OK⏎Content-Length: 2⏎X-Big: {'a' * 200000}⏎⏎ok", Close()))
    yield Case("RS21b", GET, judged(status(502)), replica=broken("HTTP/1.1 200 OK⏎Content-Length: 2⏎" + "".join(f"X-{i}: v⏎" for i in range(5000)) + "⏎ok", Close()))
    yield Case("RS23", GET, judged(status(500), client_body("the model's own")), replica=broken("HTTP/1.1 500 Oops⏎Content-Length: 15⏎⏎the model's own"), why="what a model answers goes through")
    yield Case("RS23b", GET, judged(status(404), client_body("no")), replica=broken("HTTP/1.1 404 Not Found⏎Content-Length: 2⏎⏎no"))


def times():
    post = "POST §P HTTP/1.1⏎§H⏎Content-Length: 100000⏎⏎" + "a" * 100000
    yield Case("RS25", GET, judged(status(504)), replica=broken(Pause(10), OK), limit=9)
    yield Case("RS25b", GET, judged(status(502, 504)), replica=broken("HTTP/1.1 200 OK⏎Content-Le", Pause(10), Close()), limit=9)
    yield Case("RS26", GET, judged(truncated), replica=broken("HTTP/1.1 200 OK⏎Content-Length: 100⏎⏎only", Pause(12), Close()), limit=9)
    yield Case("RS27", "POST §P HTTP/1.1⏎§H⏎Content-Length: 1000000⏎⏎" + "a" * 200000, judged(status(413), requests=0), replica=(answer("HTTP/1.1 413 Payload Too Large⏎Content-Length: 0⏎Connection: close⏎⏎", Pause(0.2), Close(), after="head"),),
               methods=("POST",), why="an early answer is passed on, not waited out")
    yield Case("RS27b", "POST §P HTTP/1.1⏎§H⏎Content-Length: 1000000⏎⏎" + "a" * 200000, judged(status(400), requests=0), replica=(answer("HTTP/1.1 400 Bad Request⏎Content-Length: 2⏎Connection: close⏎⏎no", Pause(0.3), Close(), after="head", reads=False),),
               methods=("POST",), why="also by one that stops reading")
    yield Case("RS27c", post, judged(status(200), requests=None), replica=(answer(OK, after="head"),), methods=("POST",), why="an early answer; whether the rest of the body is sent on is free")
    again = (GET, Until("ok"), Pause(0.15), GET)
    for name, end in {"RS30": Close(), "RS30b": Reset(), "RS30c": HalfClose()}.items():
        yield Case(name, again, judged(statuses(200, 200), requests=2), replica=(answer(OK, end), answer(OK)), why="a replica ends an idle connection; the next request goes over another one")
    yield Case("RS30d", again, judged(statuses(200, 200), requests=2), replica=(answer(OK, Pause(0.05), "HTTP/1.1 408 Request Timeout⏎Content-Length: 0⏎⏎"), answer(OK)),
               why="a replica speaks unasked on an idle connection; that is nobody's answer")
    yield Case("RS28", GET, judged(within(0.5)), replica=broken("HTTP/1.1 200 OK⏎Content-Type: text/event-stream⏎Transfer-Encoding: chunked⏎⏎6⏎data:1⏎", Pause(1.2), "6⏎data:2⏎0⏎⏎"), why="events are passed on at once")


def cases():
    for part in (informational, bodyless, framing, cut, heads, times):
        yield from part()
