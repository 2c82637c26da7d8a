#!/usr/bin/env python3
"""Replicas that are not well: one that cannot answer its example gets no traffic, one that fails is taken out and comes back."""
import os
import tempfile
import time
import unittest

from external_test import Replica
from program import SOURCE, Program, wait_until


class Health(unittest.TestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        config = os.path.join(folder, "modelgate.toml")
        with open(config, "w") as file:
            file.write(f'[catalogue]\npath = "{SOURCE}/conf/images"\n[runtime.external]\nprobe_interval = "50ms"\n'
                       '[health]\nwarm_up_interval = "50ms"\nejection_time = "300ms"\nejection_time_max = "10m"\n')
        self.program = self.enterContext(Program(config=config))
        self.program.prepare()

    def deploy(self, replicas, **more):
        self.program.must("POST", "/deployments", {"id": "models", "name": "models", "group": "research", **more,
                                                   "external": {"urls": [each.url for each in replicas], "healthPath": "/health"}})

    def metric(self, name, **labels):
        """The sum of the series of this name that have these labels."""
        return sum(value for series, value in self.program.metrics().items()
                   if series.startswith(name + "{") and all(f'{key}="{label}"' in series for key, label in labels.items()))

    def test_a_replica_that_cannot_answer_its_example_gets_no_traffic(self):
        weights = []
        model = Replica("a", lambda method, path: 200 if method == "GET" or weights else 500)
        self.deploy([model], serving={"protocol": "seldon", "exampleRequest": {"data": {"ndarray": [[1]]}}})

        def says_why():
            replicas = self.program.must("GET", "/deployments/models")["status"]["replicas"]
            return any('POST /predict, was answered 500: {"replica": "a"' in each["reason"] for each in replicas)

        wait_until(says_why, "the status says how the example was answered")
        self.assertEqual(self.program.predict("models")[0], 503)
        weights.append("loaded")
        self.program.wait_for("models")
        self.assertEqual(self.program.predict("models")[0], 200)
        self.assertEqual(self.metric("seldon_api_executor_client_requests_seconds_count", deployment_name="models", code="500"), 0)

    def test_a_replica_that_fails_is_ejected_and_comes_back(self):
        broken, served = [True], []

        def judge(method, path):
            if method != "POST":
                return 200
            served.append(path)
            return 500 if broken else 200

        # The other one is slower, so that dispatch prefers the one that fails.
        moody, well = Replica("a", judge), Replica("b", lambda method, path: time.sleep(0.005) or 200)
        self.deploy([moody, well])
        self.program.wait_for("models", check=lambda each: each["status"]["availableReplicas"] == 2)

        def ejected():
            self.program.predict("models")
            return self.metric("modelgate_replica_ejected", deployment_name="models")

        wait_until(lambda: ejected() == 1, "the one that fails is ejected")
        self.assertEqual(self.metric("modelgate_ejections_total", deployment_name="models", cause="status"), 1)
        broken.clear()
        wait_until(lambda: ejected() == 0, "it is restored")
        before = len(served)
        wait_until(lambda: ejected() == 0 and len(served) > before + 10, "it serves again")


if __name__ == "__main__":
    unittest.main(verbosity=2)
