#!/usr/bin/env python3
"""Seldon's own dashboards over a real Prometheus: each panel has data, and the numbers are what was sent."""
import json
import math
import os
import re
import time
import unittest

from boards import CLIENT, D, OLD_SELDON, PRIMEHUB, SELDON, SELDON_P50, SERVER
from program import SOURCE, Program, wait_until
from prometheus import Prometheus
from shaky import Shaky, feed


class Monitoring(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = Program()
        cls.addClassCleanup(lambda: cls.program.__exit__(None, None, None))
        config = os.path.join(cls.program.folder, "modelgate.toml")
        with open(config, "w") as text:
            text.write(f'[catalogue]\npath = "{SOURCE}/conf/images"\n[runtime.process]\nusage_interval = "200ms"\n'
                       '[metrics]\nchart_step = "1s"\nengine_names = true\nsummaries = true\n')
        cls.program.config = config
        cls.program.start()
        cls.program.prepare(quota={"cpu": 10, "memoryGiB": None, "gpu": None})
        cls.shaky = Shaky(cls.program)
        # What is shown only where there is something to show.
        cls.program.must("POST", "/deployments/shaky/clients", {"name": "app", "expiresAt": "2099-01-01T00:00:00Z"})
        cls.prometheus = Prometheus(cls.program.ports["metrics"])
        cls.prometheus.__enter__()
        cls.addClassCleanup(lambda: cls.prometheus.__exit__())
        wait_until(lambda: cls.prometheus.query(f'{CLIENT}_count{{deployment_name="shaky",code="500"}}'), "the first scrapes")
        cls.sent = cls.shaky.predict()
        cls.failed = cls.sent[500] + cls.sent[502]
        cls.at_predictions = wait_until(lambda: cls.scraped(sum(cls.sent.values())), "the last prediction in a scrape")
        cls.rewards = cls.shaky.feed()
        cls.at = wait_until(lambda: cls.scraped(sum(cls.sent.values()) + len(cls.rewards) + 2, ',service="feedback"'), "the last feedback in a scrape")

        # A replica of modelgate's own, after everything that is counted.
        cls.program.deploy("iris", metadata={"version": "v1"})
        cls.program.wait_for("iris")
        wait_until(lambda: cls.prometheus.query(f'{CLIENT}_count{{deployment_name="iris",code="500"}}'), "the demo model in a scrape")
        for i in range(30):
            assert cls.program.predict("iris", {"data": {"ndarray": [["no number"]]}} if i % 5 == 0 else None)[0] == (400 if i % 5 == 0 else 200)
            time.sleep(0.1)  # over several scrapes
        for reward in (1, 0, 1):
            assert feed(cls.program, json.dumps({"reward": reward}), "iris") == 200
            time.sleep(0.4)
        wait_until(lambda: [each for each in cls.prometheus.query('seldon_api_model_feedback_total{deployment_name="iris"}') if float(each["value"][1]) == 3],
                   "the last feedback of the demo model in a scrape")
        taken = 'rate(modelgate_replica_cpu_seconds_total{deployment_name="iris"}[1m])'
        wait_until(lambda: cls.prometheus.query(taken), "what the replica takes in two scrapes")
        cls.at_replica = float(cls.prometheus.query(taken)[0]["value"][0])

    @classmethod
    def scraped(cls, count, of=',service="predictions"'):
        """The time of a scrape that has so many requests."""
        total = cls.prometheus.query(f'sum({SERVER}_count{{deployment_name="shaky"}})')
        if not total or float(total[0]["value"][1]) < count:
            return None
        return float(cls.prometheus.query(f'timestamp({SERVER}_count{{deployment_name="shaky",code="200"{of}}})')[0]["value"][1])

    def one(self, expression, at=None):
        # A panel by service has a line for feedback as well where its window reaches that far.
        result = [each for each in self.prometheus.query(expression, at or self.at) if each["metric"].get("service") != "/send-feedback"]
        self.assertEqual(len(result), 1, (expression, result))
        value = float(result[0]["value"][1])
        self.assertFalse(math.isnan(value), expression)
        return value, result[0]["metric"]

    def raw(self, selector):
        """{labels: [(time, value)]} of what was scraped within a minute."""
        return [[(float(at), float(value)) for at, value in each["values"]] for each in self.prometheus.query(f"{selector}[1m]", self.at)]

    def momentary(self, selector):
        return sum((each[-1][1] - each[-2][1]) / (each[-1][0] - each[-2][0]) for each in self.raw(selector) if len(each) > 1)

    def test_every_panel_of_seldon_has_data(self):
        for panel, expression in SELDON.items():
            with self.subTest(panel):
                self.one(expression)

    def test_a_demo_model_is_in_every_variable_and_panel_of_seldon(self):
        labels = {"deployment_name": "iris", "predictor_name": "deploy", "predictor_version": "v1", "model_name": "model",
                  "model_image": "demo/iris", "model_version": "1.0"}
        for label, value in labels.items():
            self.assertIn(value, self.prometheus.label_values(f"{CLIENT}_count", label))
        for panel, expression in SELDON.items():
            with self.subTest(panel):
                of_iris = expression.replace('model_image=~".*"', 'model_image=~"demo/iris"').replace("deployment_name=~'.*'", "deployment_name=~'iris'")
                self.one(of_iris.replace('deployment_name=~".*"', 'deployment_name=~"iris"'), self.at_replica)
        self.assertEqual(self.one('sum(seldon_api_model_feedback_reward_total{deployment_name="iris"})', self.at_replica)[0], 2)
        for code, count in ((200, 24), (400, 6)):
            self.assertEqual(self.one(f'{CLIENT}_count{{deployment_name="iris",service="/predict",code="{code}"}}', self.at_replica)[0], count)

    def test_the_median_of_seldon_s_board_has_data_where_its_word_is_said(self):
        self.assertEqual(self.prometheus.query(SELDON_P50, self.at), [], "by default it has none, as on Seldon's own executor")
        program = Program()
        self.addCleanup(lambda: program.__exit__(None, None, None))
        program.config = os.path.join(program.folder, "modelgate.toml")
        with open(program.config, "w") as text:
            text.write('[metrics]\nclient_service_label = "/Predict"\n')
        program.start()
        program.prepare()
        program.must("POST", "/deployments", {"id": "shaky", "name": "shaky", "group": "research", "external": {"urls": [self.shaky.model.url]},
                                              "endpointAccessType": "public", "serving": {"protocol": "seldon"}})
        program.wait_for("shaky")
        with Prometheus(program.ports["metrics"]) as prometheus:
            wait_until(lambda: prometheus.query(f'{CLIENT}_count{{code="200"}}'), "the first scrape")
            for _ in range(20):
                self.assertEqual(program.predict("shaky", {"status": 200})[0], 200)
            result = wait_until(lambda: [each for each in prometheus.query(SELDON_P50) if each["value"][1] != "NaN"], "a median")
            self.assertEqual(len(result), 1)
            self.assertLessEqual(float(result[0]["value"][1]), 10)
            self.assertTrue(prometheus.query(SELDON["p75"]), "the others match it, too")

    def test_every_panel_of_old_seldon_has_data(self):
        for panel, expression in OLD_SELDON.items():
            with self.subTest(panel):
                self.one(expression)
        self.assertAlmostEqual(self.one(OLD_SELDON["global success"], self.at_predictions)[0], 1 - self.failed / sum(self.sent.values()), places=9)

    def test_prometheus_was_given_openmetrics(self):
        self.assertEqual(float(self.prometheus.query('up{job="modelgate"}', self.at)[0]["value"][1]), 1)
        bounds = {each["metric"]["le"] for each in self.prometheus.query(f'{SERVER}_bucket{{deployment_name="shaky",code="200",service="predictions"}}', self.at)}
        self.assertIn("1.0", bounds)  # the text format says 1
        self.assertEqual(len(bounds), 15)

    def test_what_is_our_own_counts_the_same(self):
        predicted = sum(self.sent.values())
        for metric in ("modelgate_request_seconds", "modelgate_time_to_first_byte_seconds", "modelgate_overhead_seconds"):
            self.assertEqual(self.one(f'{metric}_count{{deployment_name="shaky"}}')[0], predicted, metric)
        latency, first_byte, overhead = (self.one(f'{metric}_sum{{deployment_name="shaky"}}')[0] for metric in (
            "modelgate_request_seconds", "modelgate_time_to_first_byte_seconds", "modelgate_overhead_seconds"))
        self.assertTrue(0 < overhead < latency and first_byte <= latency, (latency, first_byte, overhead))
        for service, metric in (("predictions", f"{SERVER}_summary"), ("/predict", f"{CLIENT}_summary")):
            self.assertEqual(self.one(f'sum({metric}_count{{deployment_name="shaky",service="{service}"}})')[0], predicted)
        self.assertEqual(self.one('modelgate_deployment_response_body_bytes_total{deployment_name="shaky"}')[0], 2 * (predicted - self.sent[502] + len(self.rewards) + 1))
        self.assertEqual(self.one('modelgate_deployment_requests_in_flight{deployment_name="shaky"}')[0], 0)
        for cause, count in (("fault", self.failed), ("stopped", 0)):
            self.assertEqual(self.one(f'modelgate_failed_predictions_total{{deployment_name="shaky",cause="{cause}"}}')[0], count)
        self.assertEqual(self.one('modelgate_replicas_wanted{deployment_name="shaky"}')[0], 1, "one that is external, too")
        self.assertEqual(self.one('modelgate_breakers{deployment_name="shaky",state="closed"}')[0], 1)
        self.assertGreaterEqual(self.one('modelgate_health_probes_total{deployment_name="shaky",outcome="good"}')[0], 1)
        self.assertEqual(self.one('modelgate_client_requests_total{deployment_name="shaky",client="app"}')[0], 0)

    def test_success_and_reward_are_exact(self):
        answered = sum(self.sent.values())
        # Before the first feedback: a rate does not see the first of a series that was not there before.
        for panel in ("global success", "success"):
            self.assertAlmostEqual(self.one(SELDON[panel], self.at_predictions)[0], 1 - self.failed / answered, places=9)
        self.assertAlmostEqual(self.one(PRIMEHUB["list success"])[0], 1 - self.failed / answered, places=9)
        for board in (SELDON, PRIMEHUB):
            value, labels = self.one(board["reward"])
            self.assertAlmostEqual(value, sum(self.rewards) / (len(self.rewards) + 1), places=9)  # one came without
            self.assertEqual(labels["model_image"], "external")

    def test_counts_are_what_was_sent(self):
        for series, service in ((SERVER, "predictions"), (CLIENT, "/predict")):
            for status, count in self.sent.items():
                value, labels = self.one(f'{series}_count{{deployment_name="shaky",service="{service}",code="{status}"}}')
                self.assertEqual(value, count, (series, status))
                self.assertEqual((labels["status"], labels["predictor_name"], labels["predictor_version"]), (str(status), "deploy", "v7"))
        self.assertEqual(self.one('seldon_api_model_feedback_total{deployment_name="shaky"}')[0], len(self.rewards) + 1)
        self.assertEqual(self.one('seldon_api_model_feedback_reward_total{deployment_name="shaky"}')[0], sum(self.rewards))

    def test_momentary_rates_are_those_of_the_scrapes(self):
        for panel, series, statuses in (("global rate", SERVER, ".*"), ("global 4xx", SERVER, "4.*"), ("global 5xx", SERVER, "5.*"),
                                        ("rate", CLIENT, ".*"), ("4xx", CLIENT, "4.*"), ("5xx", CLIENT, "5.*")):
            with self.subTest(panel):
                self.assertAlmostEqual(self.one(SELDON[panel])[0], self.momentary(f'{series}_count{{code=~"{statuses}"}}'), delta=0.002)

    def test_rates_over_a_minute_agree_with_what_was_sent(self):
        for panel, count in (("list qps", sum(self.sent.values())), ("detail 4xx", self.sent[400]), ("detail 5xx", self.failed),
                             ("predict qps", sum(self.sent.values()))):
            with self.subTest(panel):
                times = [at for at, _ in self.raw(f'{SERVER}_count{{deployment_name="shaky",service="predictions",code="200"}}')[0]]
                # The minute may have begun before the first scrape: a rate is over sixty seconds all the same, and goes on for half a scrape.
                self.assertAlmostEqual(self.one(PRIMEHUB[panel])[0] * 60, count, delta=0.05 * count, msg=str(len(times)))

    def test_a_rate_over_five_seconds_is_that_of_its_scrapes(self):
        came = 0
        for each in self.prometheus.query(f'{CLIENT}_count{{service="/predict"}}[5s]', self.at_predictions):
            samples = [(float(at), float(value)) for at, value in each["values"]]
            came += (samples[-1][1] - samples[0][1]) / (samples[-1][0] - samples[0][0])
        self.assertGreater(came, 0)
        self.assertAlmostEqual(self.one(SELDON["image rate"], self.at_predictions)[0], came, delta=0.05 * came)

    def check_quantile(self, panel, value, window, at):
        """That it is in the bucket which has that part of what came within the window."""
        counts = {}
        for each in self.prometheus.query(f'{CLIENT}_bucket{{deployment_name="shaky",service="/predict"}}[{window}]', at):
            le = float(each["metric"]["le"].replace("+Inf", "inf"))
            counts[le] = counts.get(le, 0) + float(each["values"][-1][1]) - float(each["values"][0][1])
        bounds = sorted(counts.items())
        self.assertEqual(bounds[-1][1], sum(self.sent.values()))
        rank = int(panel[1:]) / 100 * bounds[-1][1]
        upper = next(bound for bound, count in bounds if count >= rank)
        lower = max((bound for bound, _ in bounds if bound < upper), default=0)
        self.assertTrue(lower <= value <= min(upper, 10), (panel, lower, value, upper))

    def test_quantiles_are_within_a_bucket(self):
        for panel in ("p50", "p75", "p90", "p95", "p99"):
            with self.subTest(panel):
                self.check_quantile(panel, self.one(PRIMEHUB[panel])[0], "1m", self.at)
        for panel in ("p75", "p90", "p95", "p99"):
            with self.subTest(f"Seldon's {panel}"):
                self.check_quantile(panel, self.one(SELDON[panel], self.at_predictions)[0], "20s", self.at_predictions)

    def expressions_shipped(self):
        """(where, expression) of every dashboard and rule in conf."""
        for name in sorted(os.listdir(os.path.join(SOURCE, "conf", "grafana"))):
            if name.endswith(".json"):
                with open(os.path.join(SOURCE, "conf", "grafana", name)) as text:
                    board = json.load(text)
                for panel in board["panels"]:
                    yield from ((f"{name}: {panel['title']}", target["expr"]) for target in panel.get("targets", ()))
                for variable in board["templating"]["list"]:
                    if variable["type"] == "query":
                        yield f"{name}: {variable['name']}", re.fullmatch(r"label_values\((.*), \w+\)", variable["definition"]).group(1)

    def test_every_dashboard_we_ship_asks_for_what_there_is(self):
        names = {each["metric"]["__name__"] for each in self.prometheus.query('{job="modelgate"}', self.at_replica)}
        boards = set()
        for where, expression in self.expressions_shipped():
            with self.subTest(where):
                boards.add(where.split(":")[0])
                asked = expression.replace("$__rate_interval", "1m").replace("$deployment", "shaky")
                self.assertNotIn("$", asked)
                self.prometheus.query(asked, self.at)
                for metric in re.findall(r"\b(?:modelgate|seldon_api|process)_\w+", asked):
                    self.assertIn(metric, names)
        self.assertEqual(len(boards), 6)

    def test_every_panel_of_a_deployment_has_data(self):
        for where, expression in self.expressions_shipped():
            if where.split(":")[0] in ("deployment.json", "primehub-model-deployment.json"):
                with self.subTest(where):
                    taken = re.search(r"modelgate_replica_(cpu|memory|start)", expression)  # of replicas that modelgate runs itself
                    asked = expression.replace("$__rate_interval", "1m").replace("$deployment", "iris" if taken else "shaky")
                    self.assertTrue(self.prometheus.query(asked, self.at_replica if taken else self.at))

    def test_other_tools_find_the_labels_that_the_scrape_config_offers(self):
        with open(os.path.join(SOURCE, "conf", "prometheus", "prometheus.yml")) as text:
            config = text.read()
        for commented in ("        # labels:", "    # metric_relabel_configs:", "    #   - {source_labels:"):
            self.assertEqual(config.count(commented), 1)
            config = config.replace(commented, commented.replace("# ", "", 1) if "  - " not in commented else "      - {source_labels:")
        config = config.replace("127.0.0.1:8082", self.program.ports["metrics"]).replace("scrape_interval: 2s", "scrape_interval: 1s")
        config = config.replace("modelgate.rules.yml", os.path.join(SOURCE, "conf", "prometheus", "modelgate.rules.yml"))
        with Prometheus(self.program.ports["metrics"], config=config) as prometheus:
            keda = f'rate({CLIENT}_count{{model_name="model"}}[1m])'
            iter8 = f"{SERVER}_count{{code!='200',seldon_deployment_id='shaky',predictor_name='deploy',kubernetes_namespace='models',service='predictions'}}"
            wait_until(lambda: prometheus.query(keda), "two scrapes")
            failed = {each["metric"]["code"]: float(each["value"][1]) for each in prometheus.query(iter8)}
            self.assertEqual({code: failed[code] for code in ("400", "500", "502")}, {str(code): self.sent[code] for code in (400, 500, 502)})
            self.assertTrue(prometheus.query(f'{CLIENT}_count{{namespace="models",deployment_name="shaky"}}'))

    def test_the_rules_name_metrics_that_there_are(self):
        names = {each["metric"]["__name__"] for each in self.prometheus.query('{job="modelgate"}', self.at_replica)} | {"up"}
        with open(os.path.join(SOURCE, "conf", "prometheus", "modelgate.rules.yml")) as text:
            rules = text.read()
        recorded = set(re.findall(r"record: (\S+)", rules))
        for metric in set(re.findall(r"(?<![\w:])(?:modelgate|seldon_api)_\w+", re.sub("|".join(map(re.escape, recorded)), "", rules))):
            # With TLS only: tls_test scrapes it. With control groups only: usage_test does where there are any.
            if metric not in ("modelgate_certificate_expiry_timestamp_seconds", "modelgate_replica_cpu_throttled_seconds_total"):
                self.assertIn(metric, names)


if __name__ == "__main__":
    unittest.main(verbosity=2)
