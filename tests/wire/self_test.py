#!/usr/bin/env python3
"""The suite's own judgement: it must find what is wrong, or passing it would mean nothing."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from case import Case, Lane, absent, either, forward, has, judged, reject, statuses, truncated, tunnelled  # noqa: E402
from client import Seen  # noqa: E402
from judge import judge  # noqa: E402
from messages import Violation, read_request, read_responses  # noqa: E402


class Place:
    def __init__(self, port):
        self.port = port


LANE = Lane("07", "secret", Place(1), Place(2))
REQUEST = (b"GET /x HTTP/1.1\r\nHost: 127.0.0.1:1\r\nVia: 1.1 modelgate\r\nX-Request-Id: a\r\nX-Forwarded-For: 127.0.0.1\r\n"
           b"X-Request-Timeout: 60.000\r\nX-Forwarded-Proto: http\r\nForwarded: for=127.0.0.1\r\n%s\r\n")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Request-Id: a\r\n\r\nok"
BAD = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nX-Request-Id: a\r\n\r\n"


def seen(requests=(), received=b"", closed=False, private=()):
    read = [read_request(each)[0] for each in requests]
    behind = [read_request(each)[0] for each in private]
    responses, _ = read_responses(received, ("GET",), closed)
    return Seen(read + behind, behind, [], [], responses, received, closed, False, 0.1, 0.1, None)


def verdict(expect, what, strict=False, upgrades=False):
    return judge(Case("X", "", expect, upgrades=upgrades), what, LANE, strict)


class Judgement(unittest.TestCase):
    def test_a_refusal_must_keep_everything_from_the_replica(self):
        self.assertIsNone(verdict(reject(), seen([], BAD)))
        self.assertIsNone(verdict(reject(), seen([], b"", closed=True)))
        self.assertIn("reached a replica", verdict(reject(), seen([REQUEST % b""], BAD)))
        self.assertIn("200", verdict(reject(), seen([], OK)))
        self.assertIn("neither", verdict(reject(), seen([], b"")))
        self.assertIn("contract", verdict(reject(401), seen([], BAD), strict=True))

    def test_a_delivery_is_counted_at_both_ends(self):
        one = REQUEST % b""
        self.assertIsNone(verdict(forward(), seen([one], OK)))
        self.assertIn("2 request", verdict(forward(), seen([one, one], OK)))
        self.assertIn("answers", verdict(forward(), seen([one], OK + OK)))
        self.assertIn("answers", verdict(judged(statuses(200)), seen([one], BAD)))
        self.assertIsNone(verdict(either(absent("X")), seen([], BAD)))
        self.assertIn("X: 1", verdict(either(absent("X-A")), seen([REQUEST % b"X.A: X: 1\r\n"], OK)))
        self.assertIn("X-A", verdict(forward(has("X-A", "1")), seen([one], OK)))

    def test_modelgate_is_held_to_its_form(self):
        self.assertIsNone(verdict(forward(), seen([REQUEST % b""], OK), strict=True))
        for extra in (b"Connection: x\r\n", b"Authorization: x\r\n", b"X-Forwarded-User: root\r\n", b"Via: 1.1 other\r\n", b"Forwarded: for=x\r\n"):
            self.assertIsNotNone(verdict(forward(), seen([REQUEST % extra], OK), strict=True), extra)
        self.assertIn("User", verdict(forward(), seen([], OK, private=[REQUEST % b""]), strict=True))

    def test_a_request_for_websocket_is_held_to_its_form_too(self):
        asking = REQUEST % b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
        switched = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\r\n\r\nbytes"
        self.assertIsNone(verdict(judged(tunnelled("\x81\r\n\r\nbytes")), seen([asking], switched), strict=True, upgrades=True))
        self.assertIn("through the tunnel", verdict(judged(tunnelled("other")), seen([asking], switched), strict=True, upgrades=True))
        self.assertIsNotNone(verdict(judged(), seen([asking], OK), strict=True))
        for wrong in (b"", b"Connection: Upgrade\r\n", b"Connection: upgrade, x\r\nUpgrade: websocket\r\n", b"Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n"):
            self.assertIsNotNone(verdict(judged(), seen([REQUEST % wrong], OK), strict=True, upgrades=True), wrong)

    def test_a_cut_answer_is_told_from_a_whole_one(self):
        short = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"
        self.assertIsNone(verdict(judged(truncated, requests=0), seen([], short, closed=True)))
        self.assertIn("whole", verdict(judged(truncated, requests=0), seen([], OK, closed=True)))
        self.assertIn("cannot tell", verdict(judged(truncated, requests=0), seen([], short)))


class Reading(unittest.TestCase):
    def test_what_is_no_http_is_a_violation(self):
        for text in (b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\n X: b\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\n"):
            with self.assertRaises(Violation, msg=text):
                read_request(text)

    def test_a_request_is_read_when_it_is_whole(self):
        text = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x\r\nhello\r\n0\r\nT: 1\r\n\r\nrest"
        for size in range(len(text) - 4):
            self.assertIsNone(read_request(text[:size]))
        request, rest = read_request(text)
        self.assertEqual((request.body, request.trailers, rest), (b"hello", [("T", "1")], b"rest"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
