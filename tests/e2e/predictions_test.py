#!/usr/bin/env python3
"""From a deployed model to a private caller: answers, refusals, and what the model is told of who calls."""
import json
import unittest

from program import Program, wait_until


class Predictions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = cls.enterClassContext(Program())
        cls.program.prepare()
        cls.program.deploy("pub")
        cls.program.deploy("prv", endpointAccessType="private")
        cls.program.wait_for("pub")
        cls.program.wait_for("prv")
        client = cls.program.must("POST", "/deployments/prv/clients", {"name": "app"})
        cls.client = "app:" + client["token"]

    def logs(self, deployment):
        return self.program.must("GET", f"/deployments/{deployment}/logs?tail=all")

    def test_three_probabilities_for_each_row(self):
        status, text, fields = self.program.predict("pub")
        self.assertEqual(status, 200)
        tensor = json.loads(text)["data"]["tensor"]
        self.assertEqual(tensor["shape"], [2, 3])
        for row in (tensor["values"][:3], tensor["values"][3:]):
            self.assertAlmostEqual(sum(row), 1.0, places=6)
        self.assertGreater(tensor["values"][0], 0.9)  # the first flower is a setosa, the second a virginica
        self.assertGreater(tensor["values"][5], 0.9)
        self.assertTrue(fields["Seldon-Puid"])
        self.assertTrue(fields["X-Request-Id"])

    def test_private_asks_who_calls(self):
        status, text, fields = self.program.predict("prv")
        self.assertEqual(status, 401)
        self.assertEqual(fields["WWW-Authenticate"], 'Basic realm="Authentication Required"')
        self.assertEqual(json.loads(text)["status"]["reason"], "AUTH_REQUIRED")
        self.assertEqual(self.program.predict("prv", client=self.client)[0], 200)
        self.assertEqual(self.program.predict("prv", client=self.client + "x")[0], 401)
        bearer = {"Authorization": "Bearer " + self.client.split(":")[1]}
        self.assertEqual(self.program.predict("prv", headers=bearer)[0], 200)

    def test_the_model_sees_the_client_and_never_a_forged_one(self):
        forged = {"X-Forwarded-User": "mallory", "X_Forwarded_User": "mallory", "X.Forwarded.User": "mallory"}
        self.assertEqual(self.program.predict("prv", client=self.client, headers=forged)[0], 200)
        self.assertEqual(self.program.predict("pub", headers=forged)[0], 200)
        wait_until(lambda: "app" in self.logs("prv"), "the client's name in the log")
        self.assertNotIn("mallory", self.logs("prv") + self.logs("pub"))

    def test_a_deleted_client_is_refused_as_soon_as_it_is_answered(self):
        made = self.program.must("POST", "/deployments/prv/clients", {"name": "short"})
        self.assertEqual(self.program.predict("prv", client="short:" + made["token"])[0], 200)
        self.program.must("DELETE", "/deployments/prv/clients/short")
        self.assertEqual(self.program.predict("prv", client="short:" + made["token"])[0], 401)

    def test_bad_input_gets_the_models_own_answer(self):
        status, text, _ = self.program.predict("pub", body={"data": {"ndarray": [["x"]]}})
        self.assertEqual(status, 400)
        self.assertEqual(json.loads(text)["status"]["reason"], "MICROSERVICE_BAD_DATA")

    def test_stop_and_start(self):
        self.program.deploy("rest", replicas=1)
        self.program.wait_for("rest")
        self.program.must("POST", "/deployments/rest/stop")
        self.program.wait_for("rest", "Stopped")
        status, text, fields = self.program.predict("rest")
        self.assertEqual(status, 503)
        self.assertIn("503 Service Temporarily Unavailable", text)
        self.assertTrue(fields["Retry-After"])
        self.program.must("POST", "/deployments/rest/start")
        self.program.wait_for("rest")
        self.assertEqual(self.program.predict("rest")[0], 200)
        status, _, _ = self.program.api("DELETE", "/deployments/rest", If_Match="*")
        self.assertEqual(status, 202)
        wait_until(lambda: self.program.api("GET", "/deployments/rest")[0] == 404, "the deployment gone")
        self.assertEqual(self.program.predict("rest")[0], 404)
        self.assertFalse([name for _, name in self.program.replicas() if "-rest-" in name])


if __name__ == "__main__":
    unittest.main(verbosity=2)
