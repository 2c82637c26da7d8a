#!/usr/bin/env python3
"""What must not be: refused with its pointer and its arithmetic, and nothing changed."""
import unittest

from program import Program, wait_until


class Refusals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = cls.enterClassContext(Program())
        cls.program.prepare(quota={"cpu": 4, "memoryGiB": 8, "gpu": 0}, maxDeploy=2)

    def refuse(self, status, **document):
        base = {"id": "refused", "name": "Refused", "group": "research", "modelImage": "demo/iris:1.0",
                "instanceType": "cpu-1", "replicas": 1}
        before = self.deployments()
        answered, problem, fields = self.program.api("POST", "/deployments", {**base, **document})
        self.assertEqual(answered, status, problem)
        self.assertEqual(fields["Content-Type"], "application/problem+json")
        self.assertEqual(self.deployments(), before)
        return problem

    def deployments(self):
        return {each["id"]: each["revision"] for each in self.program.must("GET", "/deployments")["items"]}

    def pointers(self, problem):
        return [each["pointer"] for each in problem["errors"]]

    def test_mistakes_are_named_by_their_pointers(self):
        self.assertEqual(self.pointers(self.refuse(422, id="Bad_Id")), ["/id"])
        self.assertEqual(self.pointers(self.refuse(422, name="!")), ["/name"])
        self.assertEqual(self.pointers(self.refuse(422, modelImage="demo/none:9")), ["/modelImage"])
        self.assertEqual(self.pointers(self.refuse(422, instanceType="none")), ["/instanceType"])
        self.assertEqual(self.pointers(self.refuse(422, replicas=0)), ["/replicas"])
        self.assertEqual(self.pointers(self.refuse(422, unknown=1)), ["/unknown"])
        self.assertEqual(self.pointers(self.refuse(422, endpointAccessType="secret")), ["/endpointAccessType"])
        for name in ("1BAD", "LD_PRELOAD", "PATH", "PYTHONPATH", "MODELGATE_X", "SELDON_X", "PREDICTIVE_UNIT_ID"):
            problem = self.refuse(422, env=[{"name": "GOOD", "value": "1"}, {"name": name, "value": "1"}])
            self.assertEqual(self.pointers(problem), ["/env/1/name"], name)
        several = self.refuse(422, id="Bad_Id", replicas=-1, unknown=1)
        self.assertEqual(sorted(self.pointers(several)), ["/id", "/replicas", "/unknown"])

    def test_a_quota_refuses_with_its_arithmetic(self):
        self.program.deploy("first", replicas=2)
        problem = self.refuse(403, replicas=3)
        self.assertEqual(problem["code"], "EXCEED_QUOTA")
        cpu = [line for line in problem["quota"] if line["resource"] == "cpu"]
        self.assertEqual(cpu, [{"resource": "cpu", "requested": 3, "used": 2, "limit": 4}])
        self.program.deploy("second", replicas=1)
        self.assertIn("Maximum", self.refuse(403)["detail"])
        dry, plan, _ = self.program.api("PATCH", "/deployments/first?dryRun=true", {"replicas": 3}, If_Match="*")
        self.assertEqual(dry, 200, plan)
        self.assertEqual(self.program.must("GET", "/deployments/first")["replicas"], 2)
        status, problem, _ = self.program.api("PATCH", "/deployments/first", {"replicas": 4}, If_Match="*")
        self.assertEqual((status, problem["code"]), (403, "EXCEED_QUOTA"))
        for each in ("first", "second"):
            self.program.api("DELETE", f"/deployments/{each}", If_Match="*")
        wait_until(lambda: not self.deployments(), "both gone")

    def test_strangers_are_sent_away(self):
        self.assertEqual(self.program.api("GET", "/deployments", token="mga_wrong")[0], 401)
        self.assertEqual(self.program.api("POST", "/deployments", "{not json")[0], 400)
        self.assertEqual(self.program.api("GET", "/nothing")[0], 404)


if __name__ == "__main__":
    unittest.main(verbosity=2)
