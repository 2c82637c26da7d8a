#!/usr/bin/env python3
"""Groups: their quota under requests that race, a quota that shrinks, a group that is disabled, enabled and deleted."""
import threading
import unittest

from program import Program, wait_until

DISABLED = "The model deployment is not enabled for the selected group"


def at_once(count, ask):
    """What `ask(number)` answers, all asked at one moment."""
    barrier, answers = threading.Barrier(count), [None] * count

    def run(number):
        barrier.wait()
        answers[number] = ask(number)

    threads = [threading.Thread(target=run, args=(each,)) for each in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


class Quota(unittest.TestCase):
    def test_requests_that_race_never_get_more_than_there_is(self):
        with Program() as program:
            program.prepare(quota={"cpu": 3, "memoryGiB": 100, "gpu": 0})

            def create(number):
                document = {"id": f"race-{number}", "name": "Race", "group": "research", "modelImage": "demo/iris:1.0", "instanceType": "cpu-1"}
                return program.api("POST", "/deployments", document)

            answers = at_once(10, create)
            self.assertEqual(sorted(status for status, _, _ in answers), [201] * 3 + [403] * 7)
            for status, problem, _ in answers:
                if status == 403:
                    self.assertEqual(problem["code"], "EXCEED_QUOTA")
                    self.assertEqual(problem["quota"][0], {"resource": "cpu", "requested": 1, "used": 3, "limit": 3})
            usage = program.must("GET", "/groups/research")["usage"]
            self.assertEqual(usage, {"cpu": 3, "memoryGiB": 3, "gpu": 0, "deployments": 3})
            there = [each["id"] for each in program.must("GET", "/deployments")["items"]]
            answers = at_once(3, lambda number: program.api("PATCH", f"/deployments/{there[number]}", {"replicas": 2}, If_Match="*"))
            self.assertEqual([status for status, _, _ in answers], [403] * 3)

    def test_a_quota_that_shrinks_ends_nothing_and_refuses_growth(self):
        with Program() as program:
            program.prepare(quota={"cpu": 4, "memoryGiB": 8, "gpu": 0})
            program.deploy("iris", replicas=2)
            program.wait_for("iris")
            before = program.models()
            tried = program.must("PATCH", "/deployments/iris?dryRun=true", {"replicas": 4}, If_Match="*")
            self.assertEqual(tried["quota"][0], {"resource": "cpu", "requested": 4, "used": 0, "limit": 4})
            program.must("PATCH", "/groups/research", {"quota": {"cpu": 1}})
            status, problem, _ = program.api("PATCH", "/deployments/iris", {"replicas": 3}, If_Match="*")
            self.assertEqual((status, problem["code"]), (403, "EXCEED_QUOTA"))
            self.assertEqual(problem["detail"], "Group research exceeded cpu quota: 1, requesting 3")
            self.assertEqual(program.api("PATCH", "/deployments/iris?dryRun=true", {"replicas": 3}, If_Match="*")[0], 403)
            program.must("PATCH", "/deployments/iris", {"description": "still changeable"}, If_Match="*")
            self.assertEqual(program.predict("iris")[0], 200)
            self.assertEqual(program.models(), before)
            program.must("POST", "/deployments/iris/stop")
            self.assertEqual(program.api("POST", "/deployments/iris/start")[0], 403)

    def test_a_group_that_is_disabled_serves_nothing_until_it_is_enabled(self):
        with Program() as program:
            program.prepare()
            program.deploy("iris")
            program.deploy("off", stop=True)
            program.wait_for("iris")
            program.must("PATCH", "/groups/research", {"enabledDeployment": False})
            failed = program.wait_for("iris", "Failed", lambda deployment: deployment["status"]["message"] == DISABLED)
            self.assertFalse(failed["stop"])
            wait_until(lambda: not program.replicas(), "replicas that have drained")
            self.assertEqual(program.predict("iris")[0], 503)
            self.assertEqual(program.must("GET", "/deployments/off")["status"]["phase"], "Stopped")
            status, problem, _ = program.api("POST", "/deployments", {"name": "New", "group": "research", "modelImage": "demo/iris:1.0", "instanceType": "cpu-1"})
            self.assertEqual((status, problem["errors"][0]["code"]), (422, "DEPLOYMENT_NOT_ENABLED"))
            program.must("PATCH", "/groups/research", {"enabledDeployment": True})
            back = program.wait_for("iris", check=lambda deployment: deployment["status"]["availableReplicas"] == 2)
            self.assertEqual(back["revision"], failed["revision"])
            self.assertEqual(program.predict("iris")[0], 200)

    def test_a_group_goes_with_its_deployments_only_when_each_is_named(self):
        with Program() as program:
            program.prepare()
            program.deploy("iris", replicas=1)
            program.deploy("off", stop=True)
            program.wait_for("iris")
            status, problem, _ = program.api("DELETE", "/groups/research")
            self.assertEqual(status, 409)
            self.assertTrue(problem["detail"].endswith("?confirm=iris,off"), problem)
            for wrong in ("iris", "iris,off,other", "off"):
                self.assertEqual(program.api("DELETE", f"/groups/research?confirm={wrong}")[0], 409, wrong)
            self.assertEqual(program.predict("iris")[0], 200)
            self.assertEqual(program.api("DELETE", "/groups/research?confirm=off,iris")[0], 202)
            wait_until(lambda: not program.replicas(), "replicas that have drained")
            self.assertEqual(program.api("GET", "/groups/research")[0], 404)
            wait_until(lambda: program.predict("iris")[0] == 404, "its route is gone")
            wait_until(lambda: program.must("GET", "/deployments")["items"] == [], "nothing is left of them")

    def test_an_instance_type_in_use_stays(self):
        with Program() as program:
            program.prepare()
            program.must("POST", "/groups", {"name": "sales", "enabledDeployment": True})
            program.must("POST", "/instance-types", {"name": "big", "description": "for sales only", "cpu": 8, "memoryGiB": 64, "groups": ["sales"]})
            document = {"name": "Iris", "group": "research", "modelImage": "demo/iris:1.0", "instanceType": "big"}
            status, problem, _ = program.api("POST", "/deployments", document)
            self.assertEqual((status, problem["errors"][0]["code"]), (422, "UNKNOWN_INSTANCE_TYPE"))
            program.must("POST", "/deployments", {**document, "id": "wine", "group": "sales", "stop": True})
            status, problem, _ = program.api("DELETE", "/instance-types/big")
            self.assertEqual((status, problem["detail"]), (409, "the instance type is in use by wine"))
            program.must("DELETE", "/deployments/wine", If_Match="*")
            self.assertEqual(program.api("DELETE", "/instance-types/big")[0], 204)


if __name__ == "__main__":
    unittest.main(verbosity=2)
