#!/usr/bin/env python3
"""Limits on traffic, from the API through the store to the answers: set, changed and taken away while it runs."""
import json
import unittest

from external_test import Replica
from program import Program, wait_until

SELDOM = {"requestsPerSecond": 0.001}  # what is taken does not come back during a test


class TrafficLimits(unittest.TestCase):
    def setUp(self):
        self.program = self.enterContext(Program())
        self.program.prepare()
        self.replica = Replica("a")
        self.program.must("POST", "/deployments", {
            "id": "models", "name": "models", "group": "research", "endpointAccessType": "private",
            "external": {"urls": [self.replica.url]},
            "serving": {"limits": {**SELDOM, "burst": 3, "perClient": {**SELDOM, "burst": 2}}}})
        self.program.wait_for("models")
        self.clients = {name: name + ":" + self.program.must("POST", "/deployments/models/clients", {"name": name})["token"]
                        for name in ("app", "batch")}

    def predict(self, name):
        status, text, fields = self.program.predict("models", client=self.clients[name])
        return status, json.loads(text)["status"]["info"] if status == 429 else "", fields

    def test_limits_hold_and_change_in_the_running_program(self):
        seen = [self.predict("app") for _ in range(3)]
        self.assertEqual([each[0] for each in seen], [200, 200, 429])
        self.assertEqual(seen[0][2]["RateLimit-Remaining"], "1")
        self.assertIn("this client", seen[2][1])
        self.assertGreater(int(seen[2][2]["Retry-After"]), 100)
        seen = [self.predict("batch") for _ in range(2)]
        self.assertEqual([each[0] for each in seen], [200, 429])
        self.assertIn("this deployment is", seen[1][1])

        self.program.must("PATCH", "/deployments/models", {"serving": {"limits": None}}, If_Match="*")
        wait_until(lambda: self.predict("app")[0] == 200, "no limit")
        self.assertNotIn("RateLimit-Limit", self.predict("app")[2])

        self.program.must("PATCH", "/groups/research", {"limits": {**SELDOM, "burst": 1}})
        _, info, _ = wait_until(lambda: (answer := self.predict("app"))[0] == 429 and answer, "the group's limit")
        self.assertIn("group", info)
        self.program.must("PATCH", "/groups/research", {"limits": None})
        wait_until(lambda: self.predict("app")[0] == 200, "no limit")

        connection = self.program.connect("metrics")
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        for limit in ("client", "deployment", "group"):
            self.assertRegex(text, rf'modelgate_rate_limited_total{{deployment_name="models",limit="{limit}",kind="rate"}} [1-9]')


if __name__ == "__main__":
    unittest.main()
