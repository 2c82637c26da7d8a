"""Requests one behind the other, and bodies where none is expected. RFC 9112 sections 2.2, 9.3; RFC 9110 section 9.3."""
from case import OK, Case, HalfClose, Leave, Pause, Until, answer, body, closed, either, forward, judged, kept, method, reject, replica_left_within, statuses

GET = "GET §P HTTP/1.1⏎§H⏎"


def cases():
    yield Case("PL01", f"{GET}⏎{GET}⏎", forward(requests=2))
    yield Case("PL01b", f"{GET}⏎" * 20, forward(requests=20))
    yield Case("PL02", f"POST §P HTTP/1.1⏎§H⏎Content-Length: 5⏎⏎hello{GET}⏎", forward(requests=2))
    yield Case("PL02b", f"POST §P HTTP/1.1⏎§H⏎Transfer-Encoding: chunked⏎⏎5⏎hello⏎0⏎⏎{GET}⏎", forward(requests=2))
    yield Case("PL02c", f"POST §P HTTP/1.1⏎§H⏎Transfer-Encoding: chunked⏎⏎0⏎X-T: 1⏎⏎{GET}⏎", forward(requests=2))
    yield Case("PL03", f"GET §P HTTP/1.1⏎§H⏎Content-Length: 5⏎⏎hello{GET}⏎", forward(requests=2), why="a body on GET is framed, not ignored")
    yield Case("PL03b", f"HEAD §P HTTP/1.1⏎§H⏎Content-Length: 5⏎⏎hello{GET}⏎", forward(requests=2), methods=("HEAD", "GET"))
    yield Case("PL03c", "GET §P HTTP/1.1⏎§H⏎Content-Length: 5⏎⏎hello", forward(body("hello")))
    yield Case("PL03d", "GET §P HTTP/1.1⏎§H⏎Transfer-Encoding: chunked⏎⏎5⏎hello⏎0⏎⏎", forward(body("hello")))
    yield Case("PL03e", "DELETE §P HTTP/1.1⏎§H⏎Content-Length: 5⏎⏎hello", forward(body("hello"), method("DELETE")), methods=("DELETE",))
    yield Case("PL04", f"⏎{GET}⏎", forward(), why="one empty line before a request is skipped")
    yield Case("PL04b", f"⏎⏎{GET}⏎", either(refusal=[400]))
    yield Case("PL04c", f"POST §P HTTP/1.1⏎§H⏎Content-Length: 5⏎⏎hello⏎{GET}⏎", forward(requests=2), why="old clients send CRLF after a body")
    yield Case("PL04d", f"\n{GET}⏎", either(refusal=[400]))
    yield Case("PL04e", f" {GET}⏎", reject(400))
    yield Case("PL05", f"GET §P HTTP/1.1⏎§H⏎Connection: close⏎⏎{GET}⏎", forward(closed), why="nothing after `close` is a request")
    yield Case("PL05b", f"GET §P HTTP/1.0⏎§H⏎⏎{GET}⏎", forward(closed), why="HTTP/1.0 closes unless asked not to")
    yield Case("PL05c", "GET §P HTTP/1.0⏎§H⏎Connection: keep-alive⏎⏎GET §P HTTP/1.0⏎§H⏎⏎", forward(closed, requests=2))
    yield Case("PL05d", f"GET §P HTTP/1.1⏎§H⏎Connection: CLOSE⏎⏎{GET}⏎", forward(closed))
    yield Case("PL05e", f"GET §P HTTP/1.1⏎§H⏎Connection: x, close, y⏎⏎{GET}⏎", forward(closed))
    yield Case("PL05f", f"GET §P HTTP/1.1⏎§H⏎Connection: keep-alive⏎Connection: close⏎⏎{GET}⏎", forward(closed))
    yield Case("PL06", f"{GET}⏎BAD\x00⏎⏎", judged(statuses(200, 400), closed))
    yield Case("PL06b", f"POST §P HTTP/1.1⏎§H⏎Content-Length: x⏎⏎{GET}⏎", reject(400, checks=[closed]), why="what follows a refused request is never read as one")
    yield Case("PL06c", f"POST §P HTTP/1.1⏎§H⏎Transfer-Encoding: x⏎⏎0⏎⏎{GET}⏎", reject(400, 501, checks=[closed]))
    yield Case("PL07", f"GET /deployment/none§n/x HTTP/1.1⏎§H⏎Content-Length: {len(GET.replace('⏎', '..').replace('§H', 'Host: gw.test')) + 2}⏎⏎{GET}⏎".replace("§P", "/x"),
               reject(404), why="the body of a refused request is no request")
    yield Case("PL09", (f"{GET}⏎", Until("ok"), HalfClose()), judged(statuses(200), closed), why="a client that has nothing more to say")
    yield Case("PL09b", (f"{GET}⏎", Pause(0.15), HalfClose()), judged(statuses(), closed, replica_left_within(1)), replica=(answer(Pause(5), OK),), own=True,
               why="one that says so before its answer has gone (on_half_close = cancel); the model is let go")
    yield Case("PL10", (f"{GET}⏎", Pause(0.15), Leave(False, 0.5)), judged(replica_left_within(1)), replica=(answer(Pause(5), OK),), why="nobody works for a client that has gone")
    yield Case("PL10b", (f"{GET}⏎", Pause(0.15), Leave(True, 0.5)), judged(replica_left_within(1)), replica=(answer(Pause(5), OK),))
    yield Case("PL08", f"{GET}⏎{GET}⏎", judged(statuses(200, 200), kept, requests=2),
               replica=(answer("HTTP/1.1 200 OK⏎Content-Length: 5⏎⏎first"), answer(OK)))
