#!/usr/bin/env python3
"""What one request of PrimeHub's clients may cost, and how they are told that it was too much."""
import concurrent.futures
import contextlib
import json
import threading
import time
import unittest
import urllib.parse

from changes import ChangeableProgram
from primehub import WithProgram

PLENTY = 2  # seconds for what must be answered at once, on a busy machine


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
        some = query[:query.index("a40:")] + "} }"
        self.assertEqual(len(self.sdk.request(some)["phDeployment"]), 40)
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
        document = " ".join(f"query Q{number} {{ me {{ ...F0 }} }}" for number in range(40)) + fragments + f' fragment F2 on User {{ x: groups(where: "{"x" * 10_000}") {{ id }} }}'
        begun = time.monotonic()
        self.refusal(self.sdk.request, document)
        self.assertLess(time.monotonic() - begun, PLENTY)

    def test_what_takes_too_long_is_given_up(self):
        self.assertEqual(self.refusal(self.sdk.request, "{ phDeployments { " + " ".join(f"a{each}: history {{ time }}" for each in range(1300)) + " } }").code, "QUERY_TOO_LARGE",
                         "lists of objects cost more than what is at hand")
        query = "{ " + " ".join(f"a{each}: phDeployments {{ id }}" for each in range(1300)) + " }"
        with self.setting(graphql__timeout='"5ms"'):
            begun = time.monotonic()
            refused = self.refusal(self.sdk.request, query)
            self.assertEqual((refused.status, refused.code), (200, "QUERY_TIMEOUT"))
            self.assertLess(time.monotonic() - begun, PLENTY)

    def test_a_request_makes_at_most_so_many_changes(self):
        self.external("many-1")
        change = lambda count: "mutation { " + " ".join(f'a{each}: createPhDeploymentClient(data: {{deploymentId: "many-1", name: "c{each}"}}) {{ name }}' for each in range(count)) + " }"
        self.assertEqual(self.refusal(self.sdk.request, change(21)).code, "QUERY_TOO_LARGE")
        self.assertEqual(self.program.must("GET", "/deployments/many-1/clients")["items"], [])
        self.assertEqual(len(self.sdk.request(change(20))), 20)
        self.forget("many-1")

    def test_probes_are_answered_while_every_thread_is_busy(self):
        over, answered = threading.Event(), []
        query = "{ " + " ".join(f"a{each}: phDeployments {{ id }}" for each in range(1300)) + " }"

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
            finally:
                over.set()
                for each in crowd:
                    each.join()
        self.assertLess(max(answered), PLENTY)

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
