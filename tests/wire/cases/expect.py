"""Expect: 100-continue. RFC 9110 section 10.1.1."""
from case import OK, Case, Pause, Until, answer, body, client_lacks, either, forward, judged, reject, statuses

HEAD = "POST §P HTTP/1.1⏎§H⏎Expect: 100-continue⏎"


def cases():
    yield Case("EX01", (f"{HEAD}Content-Length: 5⏎⏎", Until("100 Continue"), "hello"), forward(body("hello")), why="100 comes before the body")
    yield Case("EX01b", (f"{HEAD}Transfer-Encoding: chunked⏎⏎", Until("100 Continue"), "5⏎hello⏎0⏎⏎"), forward(body("hello")))
    yield Case("EX01c", ("POST §P HTTP/1.1⏎§H⏎expect: 100-CONTINUE⏎Content-Length: 5⏎⏎", Until("100 Continue"), "hello"), forward(body("hello")))
    yield Case("EX02", f"{HEAD}Content-Length: 5⏎⏎hello", forward(body("hello")))
    yield Case("EX02b", (f"{HEAD}Content-Length: 5⏎⏎", Pause(0.5), "hello"), forward(body("hello")), why="a client that does not wait is served too")
    yield Case("EX03", "POST §P HTTP/1.0⏎§H⏎Expect: 100-continue⏎Content-Length: 5⏎⏎hello", judged(client_lacks("100 Continue")))
    yield Case("EX04", "POST §P HTTP/1.1⏎§H⏎Expect: foo⏎Content-Length: 0⏎⏎", either(refusal=[417]))
    yield Case("EX04b", "POST §P HTTP/1.1⏎§H⏎Expect: 100-continue, foo⏎Content-Length: 0⏎⏎", either(refusal=[417]))
    yield Case("EX04c", "POST §P HTTP/1.1⏎§H⏎Expect: 100-continue⏎Expect: foo⏎Content-Length: 5⏎⏎hello", either(refusal=[417]))
    yield Case("EX04d", "POST §P HTTP/1.1⏎§H⏎Expect:⏎Content-Length: 0⏎⏎", either(refusal=[417]))
    yield Case("EX04e", "POST §P HTTP/1.1⏎§H⏎Expect: 100-continue;a=b⏎Content-Length: 0⏎⏎", either(refusal=[417]))
    yield Case("EX05", "POST §V HTTP/1.1⏎§H⏎Authorization: Basic eDp5⏎Expect: 100-continue⏎Content-Length: 500000⏎⏎", reject(401, checks=[client_lacks("100 Continue")]))
    yield Case("EX05b", "POST /deployment/none§n/x HTTP/1.1⏎§H⏎Expect: 100-continue⏎Content-Length: 500000⏎⏎", reject(404, checks=[client_lacks("100 Continue")]))
    yield Case("EX05c", f"{HEAD}Content-Length: 50000000⏎⏎", reject(413, checks=[client_lacks("100 Continue")]))
    yield Case("EX05d", f"{HEAD}Content-Length: x⏎⏎", reject(400, checks=[client_lacks("100 Continue")]))
    yield Case("EX06", f"{HEAD}Content-Length: 0⏎⏎", forward(), why="nothing is to be waited for")
    yield Case("EX06b", "GET §P HTTP/1.1⏎§H⏎Expect: 100-continue⏎⏎", either(refusal=[417]))
    yield Case("EX07", (f"{HEAD}Content-Length: 5⏎⏎", Until("100 Continue"), "hello"), judged(one_continue), replica=(answer("HTTP/1.1 100 Continue⏎⏎", OK),),
               why="the replica's own 100 is not passed on a second time")
    yield Case("EX08", "POST §P HTTP/1.1⏎§H⏎Content-Length: 5⏎⏎hello", judged(statuses(200)), why="nobody asked for a 100")
    yield Case("EX09", (f"{HEAD}Content-Length: 5⏎⏎", Until("100 Continue"), "helloPOST §P HTTP/1.1⏎§H⏎Content-Length: 2⏎⏎ab"), forward(requests=2), methods=("POST",))


def one_continue(seen):
    count = sum(each.status == 100 for each in seen.responses)
    return None if count <= 1 else f"the client got {count} 100 Continue"
