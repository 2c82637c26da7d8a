"""Absolute deadlines, not gaps between reads. RFC 9110 section 15.5.9."""
from case import OK, Case, Drip, HalfClose, Pause, Until, answer, cut_within, judged, reject, status, within

POST = "POST §P HTTP/1.1⏎§H⏎"


def cases():
    yield Case("TO01", ("GET §P HTTP/1.1⏎§H⏎X-A: ", Pause(7)), reject(408, checks=[cut_within(8)]), limit=9, why="a head that stops")
    yield Case("TO01b", (Drip("GET §P HTTP/1.1⏎§H⏎X-A: " + "a" * 100, 0.3),), reject(408, checks=[cut_within(9)]), limit=12, why="a head that drips")
    yield Case("TO01c", ("G", Pause(7)), reject(408, checks=[cut_within(8)]), limit=9)
    yield Case("TO02", (Pause(7.5),), reject(408, checks=[cut_within(8)]), limit=9, why="nothing at all")
    yield Case("TO02b", ("⏎", Pause(7)), reject(408, checks=[cut_within(8)]), limit=9)
    yield Case("TO03", (f"{POST}Content-Length: 1000⏎⏎", Drip("a" * 20, 0.9)), reject(408, checks=[cut_within(9)]), limit=12, why="a body that drips")
    yield Case("TO03b", (f"{POST}Content-Length: 1000⏎⏎part", Pause(8)), reject(408, checks=[cut_within(9)]), limit=10, why="a body that stops")
    yield Case("TO03c", (f"{POST}Transfer-Encoding: chunked⏎⏎", Drip("1⏎a⏎" * 5, 0.45)), reject(408, checks=[cut_within(9)]), limit=14, why="chunks that drip")
    yield Case("TO03d", (f"{POST}Transfer-Encoding: chunked⏎⏎5⏎hello⏎0⏎", Drip("X-T: " + "a" * 30, 0.3)), reject(408, checks=[cut_within(10)]), limit=14, why="trailers that drip")
    yield Case("TO04", ("GET §P HTTP/1.1⏎§H⏎⏎", Until("ok"), Pause(7)), judged(status(200), cut_within(8)), limit=9, why="an idle connection is closed")
    yield Case("TO05", ("GET §P HTTP/1.1⏎§H⏎⏎", Until("ok"), "GET §P HTTP/1.1⏎§H⏎", Pause(7)), judged(status(200), cut_within(8)), limit=9, why="a second head that stops")
    yield Case("TO06", (f"{POST}Content-Length: 1000⏎⏎part", HalfClose()), reject(400, 408, checks=[cut_within(5)]), why="a body that ends early is no request")
    yield Case("TO07", ("GET §P HTTP/1.1⏎§H⏎⏎",), judged(status(504), within(6)), replica=(answer(Pause(12), OK),), limit=9)
