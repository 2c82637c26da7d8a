"""What is for one connection only, and what a gateway adds. RFC 9110 sections 6.6.1, 7.6."""
from case import Case, absent, answer, client_has, client_lacks, closed, either, forward, has, judged

GET = "GET §P HTTP/1.1⏎§H⏎"
PRIVATE = "GET §V HTTP/1.1⏎§H⏎Authorization: Basic §GOOD⏎"


def from_replica(fields):
    return (answer(f"HTTP/1.1 200 OK⏎Content-Length: 2⏎{fields}⏎⏎ok"),)


def cases():
    yield Case("HP01", f"{GET}Connection: X-Foo⏎X-Foo: 1⏎⏎", forward(absent("X-Foo", "Connection")))
    yield Case("HP01b", f"{GET}X-Foo: 1⏎X-Bar: 2⏎Connection: x-foo , X-BAR⏎⏎", forward(absent("X-Foo", "X-Bar")), why="also when it comes after them, in any case")
    yield Case("HP01c", f"{GET}Connection: X-Foo⏎Connection: X-Bar⏎X-Foo: 1⏎X-Bar: 1⏎⏎", forward(absent("X-Foo", "X-Bar")))
    yield Case("HP01d", f"{GET}Connection: ,,X-Foo,,⏎X-Foo: 1⏎X-Foo: 2⏎⏎", forward(absent("X-Foo")))
    yield Case("HP01e", f"{GET}Connection: close, X-Foo⏎X-Foo: 1⏎⏎", forward(absent("X-Foo", "Connection"), closed))
    yield Case("HP01f", f"{GET}Connection: keep-alive, Host⏎⏎", either(refusal=[400]), why="naming Host takes it away from nobody")
    yield Case("HP01g", "POST §P HTTP/1.1⏎§H⏎Connection: Content-Length⏎Content-Length: 5⏎⏎hello", either(has("Content-Length", "5"), refusal=[400]), why="nor the framing")
    yield Case("HP01h", "POST §P HTTP/1.1⏎§H⏎Connection: Transfer-Encoding⏎Transfer-Encoding: chunked⏎⏎5⏎hello⏎0⏎⏎", either(refusal=[400]))
    for name, field in {"HP02": "close, X-Forwarded-User", "HP02b": "X-Forwarded-User", "HP02c": "x-forwarded-user, X-Forwarded-For, Via, Forwarded"}.items():
        yield Case(name, f"{PRIVATE}Connection: {field}⏎⏎", forward(has("X-Forwarded-User", "alice")), why="a client cannot take away what we add")
    yield Case("HP02d", f"{PRIVATE}Connection: Authorization⏎⏎", forward(has("X-Forwarded-User", "alice"), absent("Authorization")))
    yield Case("HP03", f"{GET}Keep-Alive: timeout=9⏎Proxy-Connection: keep-alive⏎TE: gzip⏎Proxy-Authorization: Basic eA==⏎Connection: keep-alive, TE⏎⏎",
               forward(absent("Keep-Alive", "Proxy-Connection", "TE", "Proxy-Authorization", "Connection")))
    for name, field in {"HP03b": "TE: trailers", "HP03c": "Trailer: X-T", "HP03d": "Upgrade: h2c", "HP03e": "Proxy-Authenticate: Basic", "HP03f": "Keep-Alive: 5", "HP03g": "Proxy-Connection: close",
                        "HP03h": "Connection: Upgrade, HTTP2-Settings⏎Upgrade: h2c⏎HTTP2-Settings: AAMAAABkAAQAAP__"}.items():
        names = [line.split(":")[0] for line in field.split("⏎")]
        yield Case(name, f"{GET}{field}⏎⏎", forward(absent(*names)))
    for number, fields in enumerate(("Connection: X-Foo⏎X-Foo: secret", "Keep-Alive: timeout=secret", "Proxy-Authenticate: Basic realm=secret", "Upgrade: secret", "Proxy-Connection: secret",
                                     "Trailer: secret", "Connection: x-foo, close⏎X-FOO: secret"), 1):
        yield Case(f"HP04{'abcdefg'[number - 1]}", f"{GET}⏎", forward(client_lacks("secret")), replica=from_replica(fields), why="removed on the way back too")
    yield Case("HP05", f"{GET}⏎", forward(via_added), why="a gateway adds Via to what it forwards")
    yield Case("HP05b", f"{GET}Via: 1.0 fred, 1.1 p.example⏎⏎", forward(via_added))
    yield Case("HP07", f"{GET}⏎", forward(client_has("Date")), why="Date is added where the replica sent none")
    yield Case("HP07b", f"{GET}⏎", forward(client_has("Date", "Tue, 15 Nov 1994 08:12:31 GMT")), replica=from_replica("Date: Tue, 15 Nov 1994 08:12:31 GMT"))
    yield Case("HP08", "OPTIONS §P HTTP/1.1⏎§H⏎Max-Forwards: 0⏎⏎", judged(requests=0), methods=("OPTIONS",), why="the gateway is the last that may answer")
    yield Case("HP08b", "OPTIONS §P HTTP/1.1⏎§H⏎Max-Forwards: 5⏎⏎", forward(has("Max-Forwards", "4")), methods=("OPTIONS",), why="one hop less")
    yield Case("HP08c", "GET §P HTTP/1.1⏎§H⏎Max-Forwards: 0⏎⏎", forward(), why="it means something for OPTIONS and TRACE only")
    yield Case("HP09", f"{GET}X-Forwarded-For: 6.6.6.6⏎X-Forwarded-Proto: evil⏎X-Forwarded-Host: evil⏎Forwarded: for=6.6.6.6⏎⏎", forward(no_forged_edge))
    yield Case("HP09b", f"{GET}X_Forwarded_For: 6.6.6.6⏎X.Forwarded.Host: evil⏎X-Forwarded_Proto: evil⏎⏎", either(no_forged_edge, refusal=[400]))
    yield Case("HP10b", f"{GET}X-A: 1⏎X-B: 2⏎x-a: 3⏎Cookie: a=b⏎Cookie: c=d⏎⏎", forward(has("X-A", "1", "3"), has("X-B", "2")), why="what is for the model goes through")
    yield Case("HP11", f"{GET}X-Request-Id: abc.DEF_1-2⏎⏎", forward(has("X-Request-Id", "abc.DEF_1-2")), why="a request id that is well formed stays")


def via_added(seen):
    return None if all(any("1.1" in value for value in request.all("Via")) for request in seen.requests) else "no Via at the replica"


def no_forged_edge(seen):
    for request in seen.requests:
        for name, value in request.fields:
            if "6.6.6.6" in value or "evil" in value:
                return f"{name}: {value} reached the replica"
    return None
