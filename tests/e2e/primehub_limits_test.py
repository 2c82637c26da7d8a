#!/usr/bin/env python3
"""What one request of PrimeHub's clients may cost, and how they are told that it was too much."""
import concurrent.futures
import contextlib
import json
import socket
import threading
import time
import unittest
import urllib.parse

from changes import ChangeableProgram
from primehub import WithProgram
from program import wait_until

PLENTY = 2  # seconds for what must be answered at once, on a busy machine
HEAVY = "{ phDeployments { " + " ".join(f"a{each}: history {{ time }}" for each in range(900)) + " } }"


class Limits(WithProgram):
    @classmethod
    def make_program(cls):
        return ChangeableProgram(settings={"prediction.workers": 2})

    def resident_mib(self):
        with open(f"/proc/{self.program.process.pid}/status") as status:
            return max(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024

    @contextlib.contextmanager
    def setting(self, **values):
        """Keys with "__" for the dot."""
        self.program.settings.update({key.replace("__", "."): value for key, value in values.items()})
        self.program.write_config()
        self.program.reload()
        yield
        for key in values:
            del self.program.settings[key.replace("__", ".")]
        self.program.write_config()
        self.program.reload()

    def external(self, identifier, **more):
        self.program.must("POST", "/deployments", {"id": identifier, "name": identifier, "group": "research", "endpointAccessType": "public",
                                                   "external": {"urls": ["http://127.0.0.1:9"]}, **more})

    def told(self, answer):
        status, fields, text = answer
        document = json.loads(text)
        self.assertEqual((fields["Content-Type"], set(document), document["data"]), ("application/json", {"errors", "data"}, None))
        return status, document["errors"][0]["extensions"]["code"]

    def test_bodies_have_bounds_and_their_refusal_is_an_answer(self):
        authorization = {"authorization": "Bearer " + self.sdk.token}
        as_json, as_form = ({**authorization, "Content-Type": kind} for kind in ("application/json", "application/x-www-form-urlencoded"))
        body = json.dumps({"query": "{ me { id } }", "variables": {"a": "x" * 1_048_576}})
        self.assertEqual(self.told(self.sdk.post(body, as_json)), (413, "BODY_TOO_LARGE"))
        self.assertEqual(self.told(self.sdk.post(iter([body.encode()]), as_json)), (413, "BODY_TOO_LARGE"))
        body = urllib.parse.urlencode({"variables": json.dumps({"a": "{" * 700_000}), "query": "{ me { id } }"})
        self.assertGreater(len(body), 2_000_000)
        status, _, text = self.sdk.post(body, as_form)
        self.assertEqual((status, json.loads(text)), (200, {"data": {"me": {"id": "ada"}}}))
        self.assertEqual(self.told(self.sdk.post("x" * 3_200_000, as_form)), (413, "BODY_TOO_LARGE"))
        with contextlib.closing(self.program.connect("control")) as connection:
            connection.request("POST", "/api/v1/deployments", "x" * 1_100_000, authorization)
            answer = connection.getresponse()
            self.assertEqual((answer.status, answer.headers["Content-Type"]), (413, "application/problem+json"), "the REST API has its own shape")

    def test_an_answer_is_bounded_in_bytes(self):
        self.external("large-1", metadata={f"k{number}": "v" * 4096 for number in range(60)})
        query = '{ phDeployment(where: {id: "large-1"}) { ' + " ".join(f"a{number}: metadata" for number in range(2500)) + " } }"
        before = self.resident_mib()
        self.assertEqual(self.refusal(self.sdk.request, query).code, "QUERY_TOO_LARGE")
        self.assertLess(self.resident_mib() - before, 200)
        some = query[:query.index("a15:")] + "} }"
        self.assertEqual(len(self.sdk.request(some)["phDeployment"]), 15)
        self.forget("large-1")

    def test_mistakes_cost_no_more_than_is_read_of_them(self):
        document = "mutation ($data: PhDeploymentCreateInput!) { createPhDeployment(data: $data) { id } }"
        body = json.dumps({"query": document, "variables": {"data": {f"{number:x}": 1 for number in range(60_000)}}})
        fields = {"authorization": "Bearer " + self.sdk.token, "Content-Type": "application/json"}
        begun = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(8) as crowd:
            for status, _, text in crowd.map(lambda _: self.console.post(body, fields), range(8)):
                errors = json.loads(text)["errors"]
                self.assertEqual((status, len(errors)), (400, 51))
                self.assertEqual(errors[-1]["message"], "Too many errors processing variables, error limit reached. Execution aborted.")
        self.assertLess(time.monotonic() - begun, 2 * PLENTY)

    def test_a_document_of_many_operations_is_refused_before_it_is_compared(self):
        fragments = "".join(f" fragment F{level} on User {{ effectiveGroups {{ " + " ".join(f"a{each}: users {{ ...F{level + 1} }}" for each in range(40)) + " } }" for level in range(2))
        document = " ".join(f"query Q{number} {{ me {{ ...F0 }} }}" for number in range(40)) + fragments + f' fragment F2 on User {{ {" ".join(f"x{each}: groups {{ id }}" for each in range(100))} }}'
        begun = time.monotonic()
        self.assertEqual(self.refusal(self.sdk.request, document).code, "QUERY_TOO_LARGE")
        self.assertLess(time.monotonic() - begun, PLENTY)

    def test_what_takes_too_long_is_given_up(self):
        self.assertEqual(self.refusal(self.sdk.request, "{ phDeployments { " + " ".join(f"a{each}: history {{ time }}" for each in range(1300)) + " } }").code, "QUERY_TOO_LARGE",
                         "lists of objects cost more than what is at hand")
        lists = lambda count: "{ " + " ".join(f"a{each}: phDeployments {{ id }}" for each in range(count)) + " }"
        self.assertEqual(self.refusal(self.sdk.request, lists(100)).code, "QUERY_TOO_LARGE", "a list of all costs more than one of them")
        for number in range(5):
            self.external(f"long-{number}")
        with self.setting(graphql__timeout='"5ms"'):
            begun = time.monotonic()
            refused = self.refusal(self.sdk.request, HEAVY)
            self.assertEqual((refused.status, refused.code), (200, "QUERY_TIMEOUT"))
            self.assertLess(time.monotonic() - begun, PLENTY)
        self.forget(*(f"long-{number}" for number in range(5)))

    def test_a_request_makes_at_most_so_many_changes(self):
        self.external("many-1")
        change = lambda count: "mutation { " + " ".join(f'a{each}: createPhDeploymentClient(data: {{deploymentId: "many-1", name: "c{each}"}}) {{ name }}' for each in range(count)) + " }"
        self.assertEqual(self.refusal(self.sdk.request, change(21)).code, "QUERY_TOO_LARGE")
        self.assertEqual(self.program.must("GET", "/deployments/many-1/clients")["items"], [])
        self.assertEqual(len(self.sdk.request(change(20))), 20)
        self.forget("many-1")

    def test_probes_are_answered_while_every_thread_is_busy(self):
        over, answered = threading.Event(), []
        for number in range(5):
            self.external(f"busy-{number}")
        query = HEAVY

        def ask():
            while not over.is_set():
                self.sdk.send(query)

        with self.setting(graphql__timeout='"1s"'):
            crowd = [threading.Thread(target=ask) for _ in range(12)]
            for each in crowd:
                each.start()
            try:
                for path in ("/livez", "/readyz") * 5:
                    begun = time.monotonic()
                    with contextlib.closing(self.program.connect("control")) as connection:
                        connection.request("GET", path)
                        self.assertEqual(connection.getresponse().status, 200)
                    answered.append(time.monotonic() - begun)
                for run in (lambda: self.eve.run("sdk_me"), lambda: self.program.must("GET", "/groups")) * 5:
                    begun = time.monotonic()
                    run()
                    answered.append(time.monotonic() - begun)
            finally:
                over.set()
                for each in crowd:
                    each.join()
        self.assertLess(max(answered), PLENTY)
        self.forget(*(f"busy-{number}" for number in range(5)))

    def test_one_user_waits_for_his_turn_and_is_told_when_it_does_not_come(self):
        over, codes = threading.Event(), set()
        for number in range(5):
            self.external(f"turn-{number}")

        def ask():
            while not over.is_set():
                status, fields, text = self.sdk.send(HEAVY)
                if status == 429:
                    codes.add((self.told((status, fields, text))[1], fields["Retry-After"]))

        with self.setting(graphql__timeout='"1s"', graphql__requests_per_user=1, graphql__turn_timeout='"100ms"'):
            crowd = [threading.Thread(target=ask) for _ in range(4)]
            for each in crowd:
                each.start()
            try:
                wait_until(lambda: codes, "somebody is told to come back")
            finally:
                over.set()
                for each in crowd:
                    each.join()
        self.assertEqual(codes, {("BUSY", "1")})
        with concurrent.futures.ThreadPoolExecutor(12) as several:
            names = [each["me"]["id"] for each in several.map(lambda _: self.sdk.run("sdk_me"), range(48))]
        self.assertEqual(names, ["ada"] * 48, "as many as come at once are answered, only not at the same time")
        self.forget(*(f"turn-{number}" for number in range(5)))

    def test_a_change_that_was_made_is_told_however_late(self):
        self.external("late-1")
        change = "mutation { " + " ".join(f'a{each}: createPhDeploymentClient(data: {{deploymentId: "late-1", name: "c{each}"}}) {{ name plainTextToken }}' for each in range(20)) + " }"
        with self.setting(graphql__timeout='"20ms"'):
            document = json.loads(self.sdk.send(change)[2])
        told = {each["name"] for each in document["data"].values() if each and each["plainTextToken"]} if document["data"] else set()
        made = {each["name"] for each in self.program.must("GET", "/deployments/late-1/clients")["items"]}
        self.assertEqual(told, made)
        self.assertEqual(len(document.get("errors", [])), 20 - len(made))
        self.forget("late-1")

    def test_updates_at_one_time_are_all_made(self):
        self.external("crowd-1")
        update = lambda number: self.sdk.run("sdk_deployments_update", {"data": {"description": str(number)}, "where": {"id": "crowd-1"}})["updatePhDeployment"]["id"]
        with concurrent.futures.ThreadPoolExecutor(16) as crowd:
            self.assertEqual(list(crowd.map(update, range(32))), ["crowd-1"] * 32)
        self.forget("crowd-1")

    def test_answers_that_nobody_reads_take_a_bounded_memory(self):
        self.external("unread-1", metadata={f"k{number}": "v" * 4096 for number in range(60)})
        query = '{ phDeployment(where: {id: "unread-1"}) { ' + " ".join(f"a{number}: metadata" for number in range(15)) + " } }"
        body = json.dumps({"query": query})
        host, port = self.program.ports["control"].rsplit(":", 1)
        request = (f"POST /api/graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.sdk.token}\r\nContent-Type: application/json\r\n"
                   f"Content-Length: {len(body)}\r\n\r\n{body}").encode()
        heads = []
        with contextlib.ExitStack() as unread:
            for _ in range(40):
                peer = unread.enter_context(socket.socket())
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                peer.settimeout(30)
                peer.connect((host, int(port)))
                peer.sendall(request)
                heads.append(peer.recv(12))
            refused = self.refusal(self.console.request, query)
            self.assertEqual((refused.status, refused.code), (503, "OVERLOADED"))
            self.assertEqual(self.sdk.run("sdk_me")["me"]["id"], "ada", "what is small is answered")
        self.assertEqual(set(heads), {b"HTTP/1.1 200", b"HTTP/1.1 503"})
        wait_until(lambda: self.console.send(query)[0] == 200, "what is not read any more takes nothing")
        self.forget("unread-1")

    def test_addresses_are_those_of_the_proxy_before_it(self):
        self.create("address-1")
        self.sdk.wait("address-1")
        end_of = lambda: self.sdk.run("sdk_deployments_logs", {"where": {"id": "address-1"}})["phDeployment"]["pods"][0]["logEndpoint"].split("/api/logs/")[0]
        self.assertEqual(end_of(), self.program.url("control"))
        with self.setting(control__public_url='"https://console.example.com/hub/"'):
            self.assertEqual(end_of(), "https://console.example.com/hub")
        self.forget("address-1")


if __name__ == "__main__":
    unittest.main()
