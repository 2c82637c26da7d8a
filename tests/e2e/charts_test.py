#!/usr/bin/env python3
"""Charts from memory, without Prometheus: of the whole, of each replica and of each client, and the numbers are what was sent."""
import json
import os
import unittest

from program import Program, wait_until
from shaky import Shaky


class Charts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = Program()
        cls.addClassCleanup(lambda: cls.program.__exit__(None, None, None))
        cls.program.config = os.path.join(cls.program.folder, "modelgate.toml")
        with open(cls.program.config, "w") as text:
            text.write('[metrics]\nchart_step = "1s"\n')
        cls.program.start()
        cls.program.prepare()
        cls.shaky = Shaky(cls.program)
        cls.sent, cls.rewards = cls.shaky.predict(), cls.shaky.feed()
        cls.failed = cls.sent[500] + cls.sent[502]

    def charts(self, deployment):
        shown = self.program.must("GET", f"/deployments/{deployment}/metrics?window=300s")
        return shown, {(line["name"], tuple(sorted(line["labels"].items()))): line["values"] for line in shown["series"]}

    def test_charts_say_of_each_client_what_it_got(self):
        self.program.must("POST", "/deployments", {"id": "guarded", "name": "guarded", "group": "research", "external": {"urls": [self.shaky.model.url]},
                                                   "endpointAccessType": "private", "serving": {"protocol": "seldon"}})
        self.program.wait_for("guarded")
        tokens = {name: self.program.must("POST", "/deployments/guarded/clients", {"name": name})["token"] for name in ("app", "other")}
        sent = {"app": {200: 6, 400: 3, 503: 1}, "other": {200: 4}}
        for name, statuses in sent.items():
            for status, count in statuses.items():
                for _ in range(count):
                    self.assertEqual(self.program.predict("guarded", {"status": status}, client=f"{name}:{tokens[name]}")[0], status)
        connection = self.program.connect("prediction")
        for reward in (1, 0, 0.5):
            connection.request("POST", "/deployment/guarded/api/v1.0/feedback", json.dumps({"reward": reward}), {"Authorization": f"Bearer {tokens['app']}"})
            answer = connection.getresponse()
            answer.read()
            self.assertEqual(answer.status, 200)
        connection.close()

        def counted(lines, name, client):
            return round(sum(value or 0 for value in lines.get((name, (("client", client),)), ())))  # a step is a second

        def all_drawn():
            lines = self.charts("guarded")[1]
            whole = all(counted(lines, "qps", name) == sum(statuses.values()) for name, statuses in sent.items())
            return lines if whole and any(lines.get(("reward", (("client", "app"),)), ())) else None

        lines = wait_until(all_drawn, "every prediction and the feedback in the charts")
        self.assertEqual([counted(lines, name, "app") for name in ("4xx", "5xx")], [3, 1])
        self.assertEqual([counted(lines, name, "other") for name in ("4xx", "5xx")], [0, 0])
        for name in sent:
            of = (("client", name),)
            failed = sum((1 - ok) * qps for ok, qps in zip(lines[("success", of)], lines[("qps", of)]) if ok is not None)
            self.assertAlmostEqual(failed, sent[name].get(503, 0), places=6)
            for quantile in ("0.5", "0.95", "0.99"):
                self.assertTrue(any(0 < value <= 10 for value in lines[("latency", (*of, ("quantile", quantile)))] if value is not None))
            self.assertIn(("in_flight", of), lines)
        self.assertNotIn(("reward", (("client", "other"),)), lines)
        by_replica = [values for (name, labels), values in lines.items() if name == "reward" and dict(labels).keys() == {"replica"}]
        self.assertEqual(len(by_replica), 1)
        self.assertTrue(all(0 <= value <= 1 for value in by_replica[0] if value is not None))

    def test_charts_without_prometheus_say_the_same(self):
        def charts():
            return self.charts("shaky")

        answered = sum(self.sent.values())
        shown, lines = wait_until(lambda: (lambda it: it if round(sum(v or 0 for v in it[1][("qps", ())]) * it[0]["step"]) == answered else None)(charts()),
                                  "every prediction in the charts")
        self.assertEqual(shown["step"], 1)
        total = {name: sum(value or 0 for value in lines[(name, ())]) for name in ("qps", "4xx", "5xx")}
        self.assertAlmostEqual(total["4xx"], self.sent[400], places=3)
        self.assertAlmostEqual(total["5xx"], self.failed, places=3)
        failed = sum((1 - ok) * qps for ok, qps in zip(lines[("success", ())], lines[("qps", ())]) if ok is not None)
        self.assertAlmostEqual(failed, self.failed, places=2)
        self.assertEqual({labels for name, labels in lines if name == "latency" and "replica" not in dict(labels)}, {(("quantile", q),) for q in ("0.5", "0.75", "0.9", "0.95", "0.99")})
        sent = {name: round(sum(value or 0 for (of, labels), values in lines.items() for value in values
                                if of == name and dict(labels).keys() == keys) * shown["step"]) for name, keys in
                (("predict_qps", {"image", "version"}), ("qps", {"replica"}), ("5xx", {"replica"}))}
        # Of the replica, too, nothing but predictions.
        self.assertEqual(sent, {"predict_qps": answered, "qps": answered, "5xx": self.failed})
        self.assertTrue(any(name == "in_flight" and dict(labels).get("replica") for name, labels in lines))
        self.assertTrue(all(0 <= value <= 1 for value in lines[("reward", ())] if value is not None))
        self.assertEqual([marker["revision"] for marker in shown["markers"]], [1])
        status, refused, _ = self.program.api("GET", "/deployments/shaky/metrics?window=2h")
        self.assertEqual(status, 400)
        # What it proposes is a window that it takes.
        self.assertIn("must be a duration from 1s to 360s, such as 360s", json.dumps(refused))
        self.program.must("GET", "/deployments/shaky/metrics?window=360s")
        self.assertEqual(self.program.api("GET", "/deployments/none/metrics")[0], 404)


if __name__ == "__main__":
    unittest.main(verbosity=2)
