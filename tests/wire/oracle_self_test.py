#!/usr/bin/python3
"""The oracle finds what is wrong: answers that nobody may send, requests that nobody may forward."""
import asyncio
import importlib.machinery
import importlib.util
import random
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from case import Lane  # noqa: E402
from ends import Answered, Arrived, Client  # noqa: E402
from plans import Planner  # noqa: E402

loader = importlib.machinery.SourceFileLoader("oracle", str(Path(__file__).resolve().parent / "oracle"))
oracle = importlib.util.module_from_spec(importlib.util.spec_from_loader("oracle", loader))
loader.exec_module(oracle)


class Head:
    """As h11 tells of one."""

    def __init__(self, fields, method=b"GET", target=b"/", status=200):
        self.method, self.target, self.http_version, self.status_code = method, target, b"1.1", status
        self.headers = self
        self.fields = fields

    def raw_items(self):
        return self.fields


class Port:
    port = 1


def planned(wanted):
    """A request out of some seed's plan of which this is true."""
    for seed in range(10_000):
        lane = Lane("00", "token")
        lane.other = Lane("01", "other")
        for request in Planner(random.Random(seed), lane, "n", wild=False).session().requests:
            if not request.spoiled and wanted(request):
                return request
    raise AssertionError("no such plan")


FORWARDED = [(b"Host", b"127.0.0.1:1"), (b"Via", b"1.1 modelgate"), (b"X-Forwarded-For", b"127.0.0.1"), (b"X-Request-Id", b"1"), (b"X-Request-Timeout", b"1")]


class OracleTest(unittest.TestCase):
    def read(self, data, *methods):
        async def feed():
            client = Client(list(methods) or [b"GET"])
            client.data_received(data)
            return client
        return asyncio.run(feed())

    def test_answers_that_are_none_are_complaints(self):
        sound = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        self.assertEqual(self.read(sound + sound, b"GET", b"GET").complaints, [])
        self.assertEqual(len(self.read(sound + sound, b"GET", b"GET").answers), 2)
        for wrong in (b"200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nA b: c\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
                      b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok" + sound):
            self.assertNotEqual(self.read(wrong).complaints, [], wrong)

    def test_the_other_parser_is_asked_too(self):
        self.assertIsNone(self.read(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").read_again())
        self.assertIsNotNone(self.read(b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok").read_again())  # h11 takes a bare LF

    def fault_of(self, check, *arguments):
        with self.assertRaises(oracle.Fault):
            check(*arguments)

    def test_a_request_in_another_form_is_a_fault(self):
        def arrived(fields, target=b"/"):
            return Arrived(Head(fields, target=target), b"", [], b"")

        oracle.check_form(arrived(FORWARDED), Port, False)
        for more in ((b"Connection", b"close"), (b"X_Forwarded_User", b"a"), (b"X-Forwarded-User", b"a"), (b"Authorization", b"a"), (b"Host", b"b"), (b"Via", b"1.1 other")):
            self.fault_of(oracle.check_form, arrived(FORWARDED + [more]), Port, False)
        self.fault_of(oracle.check_form, arrived(FORWARDED), Port, True)
        self.fault_of(oracle.check_form, arrived(FORWARDED, b"/poison"), Port, False)

    def test_another_request_than_was_sent_is_a_fault(self):
        plan = planned(lambda request: request.body and not request.refused)

        def arrived(**other):
            one = Arrived(Head(plan.fields, plan.method, plan.target), plan.body, [], b"")
            for name, value in other.items():
                setattr(one, name, value)
            return one

        oracle.check_arrival(arrived(), plan)
        for other in ({"body": plan.body[:-1]}, {"target": plan.target + b"x"}, {"method": b"OTHER"}, {"fields": plan.fields[1:]}, {"fields": plan.fields + [(b"a", b"b")]}):
            self.fault_of(oracle.check_arrival, arrived(**other), plan)

    def test_an_answer_that_belongs_elsewhere_is_a_fault(self):
        plan = planned(lambda request: request.answer.body and request.answer.status == 200 and not request.refused)

        def answered(fields=plan.answer.fields, body=plan.answer.body, status=200):
            one = Answered(Head(fields, status=status))
            one.body = body
            return one

        oracle.check_answer(answered(), plan, True)
        self.fault_of(oracle.check_answer, answered(body=plan.answer.body[:-1]), plan, True)
        self.fault_of(oracle.check_answer, answered(status=201), plan, True)
        self.fault_of(oracle.check_answer, answered(fields=[(b"X-Case", b"other-0")]), plan, True)
        self.fault_of(oracle.check_answer, answered(fields=plan.answer.fields + [(b"a", b"b")]), plan, True)
        self.fault_of(oracle.check_answer, answered(fields=[], status=502), plan, True)
        oracle.check_answer(answered(fields=[], status=502), plan, False)


if __name__ == "__main__":
    unittest.main()
