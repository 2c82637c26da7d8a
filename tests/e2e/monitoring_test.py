#!/usr/bin/env python3
"""Seldon's own dashboards over a real Prometheus: each panel has data, and the numbers are what was sent."""
import http.server
import json
import math
import os
import re
import threading
import time
import unittest

from program import SOURCE, Program, wait_until
from prometheus import Prometheus

SERVER, CLIENT = "seldon_api_executor_server_requests_seconds", "seldon_api_executor_client_requests_seconds"
MODEL = 'model_name=~".*",model_version=~".*",model_image=~".*",predictor_name=~".*",predictor_version=~".*"'
FEEDBACK = 'deployment_name=~".*",predictor_name=~".*",predictor_version=~".*",model_image=~".*",model_version=~".*",model_name=~".*"'
BY_MODEL = "predictor_name,predictor_version,model_name,model_image,model_version"
# "Prediction Analytics" of seldon-core-analytics, with its variables set to All.
SELDON = {
    "global rate": f"round(sum(irate({SERVER}_count[1m])),0.001)",
    "global success": f'sum(rate({SERVER}_count{{status!~"5.*"}}[1m])) / sum(rate({SERVER}_count[1m]))',
    "global 4xx": f'sum(irate({SERVER}_count{{status=~"4.*"}}[1m]))',
    "global 5xx": f'sum(irate({SERVER}_count{{status=~"5.*"}}[1m]))',
    "rate": f"round(sum(irate({CLIENT}_count{{deployment_name=~'.*'}}[1m])), 0.001)",
    "success": f'sum(rate({CLIENT}_count{{deployment_name=~".*",status!~"5.*"}}[1m])) / sum(rate({CLIENT}_count{{deployment_name=~".*"}}[1m]))',
    "4xx": f'sum(irate({CLIENT}_count{{deployment_name=~".*",status=~"4.*"}}[1m]))',
    "5xx": f'sum(irate({CLIENT}_count{{deployment_name=~".*",status=~"5.*"}}[1m]))',
    "image rate": f"sum(rate({CLIENT}_count{{{MODEL}}}[5s])) by (model_name,predictor_name,predictor_version,model_image,model_version,service)",
    "reward": f"rate(seldon_api_model_feedback_reward_total{{{FEEDBACK}}}[1m])/rate(seldon_api_model_feedback_total{{{FEEDBACK}}}[1m])",
    **{f"p{q}": f'histogram_quantile(0.{q}, sum(rate({CLIENT}_bucket{{service=~".*[Pp]redict",{MODEL}}}[20s])) by ({BY_MODEL},service,le))' for q in (75, 90, 95, 99)},
}
# Its median asks for a word that Seldon's own executor never says, and metrics.client_service_label can.
SELDON_P50 = f'histogram_quantile(0.5, sum(rate({CLIENT}_bucket{{service=~"/Predict",{MODEL}}}[20s])) by ({BY_MODEL},le))'
# The same board as it was before Seldon 1.1.
ENGINE = "seldon_api_engine_{}_requests_seconds"
OLD_SELDON = {
    "global success": f'sum(rate({ENGINE.format("server")}_count{{status!~"5.*"}}[1m])) / sum(rate({ENGINE.format("server")}_count[1m]))',
    "global 4xx": f'sum(irate({ENGINE.format("server")}_count{{status=~"4.*"}}[1m]))',
    "rate": f"round(sum(irate({ENGINE.format('client')}_count{{deployment_name=~'.*'}}[1m])), 0.001)",
    "image rate": f"sum(rate({ENGINE.format('client')}_count{{{MODEL}}}[1m])) by (model_name,predictor_name,predictor_version,model_image,model_version)",
    **{f"p{q}": f'histogram_quantile(0.{q}, sum(rate({ENGINE.format("client")}_bucket{{uri="/predict",{MODEL}}}[20s])) by ({BY_MODEL},le))' for q in (50, 75, 90, 95, 99)},
}
# The two boards of PrimeHub, with the mistakes of the inherited queries taken out.
D = 'deployment_name=~"shaky"'
PRIMEHUB = {
    "list qps": f'sum by (deployment_name)(rate({SERVER}_count{{{D},service="predictions"}}[1m]))',
    "list success": f'sum by (deployment_name)(rate({SERVER}_count{{{D},service="predictions",code!~"5.."}}[1m]))'
                    f' / sum by (deployment_name)(rate({SERVER}_count{{{D},service="predictions"}}[1m]))',
    "detail 4xx": f'sum(rate({SERVER}_count{{{D},service="predictions",code=~"4.."}}[1m]))',
    "detail 5xx": f'sum(rate({SERVER}_count{{{D},service="predictions",code=~"5.."}}[1m]))',
    "predict qps": f'sum by (model_image,model_version)(rate({CLIENT}_count{{{D},service=~".*[Pp]redict"}}[1m]))',
    "reward": f"sum by (model_image,model_version)(rate(seldon_api_model_feedback_reward_total{{{D}}}[1m]))"
              f" / sum by (model_image,model_version)(rate(seldon_api_model_feedback_total{{{D}}}[1m]))",
    **{f"p{q}": f'histogram_quantile(0.{q}, sum by (le,model_image,model_version)(rate({CLIENT}_bucket{{{D},service=~".*[Pp]redict"}}[1m])))' for q in (50, 75, 90, 95, 99)},
}


class Model:
    """Answers with the status that a request's body names."""

    def __init__(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status = json.loads(body).get("status", 200)
                self.wfile.write(b"HTTP/1.1 %d Said\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}" % status)

            def do_GET(self):
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


def feed(program, body, deployment="shaky"):
    connection = program.connect("prediction")
    connection.request("POST", f"/deployment/{deployment}/api/v1.0/feedback", body, {"Content-Type": "application/json"})
    status = connection.getresponse().status
    connection.close()
    return status


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
        cls.model = Model()
        cls.program.prepare(quota={"cpu": 10, "memoryGiB": None, "gpu": None})
        cls.program.must("POST", "/deployments", {"id": "shaky", "name": "shaky", "group": "research",
                                                  "external": {"urls": [cls.model.url]}, "metadata": {"version": "v7"}, "endpointAccessType": "public",
                                                  "serving": {"protocol": "seldon", "limits": {"requestsPerSecond": 100_000, "burst": 100_000}}})
        cls.program.wait_for("shaky")
        # What is shown only where there is something to show.
        cls.program.must("POST", "/deployments/shaky/clients", {"name": "app", "expiresAt": "2099-01-01T00:00:00Z"})
        cls.prometheus = Prometheus(cls.program.ports["metrics"])
        cls.prometheus.__enter__()
        cls.addClassCleanup(lambda: cls.prometheus.__exit__())
        wait_until(lambda: cls.prometheus.query(f'{CLIENT}_count{{deployment_name="shaky",code="500"}}'), "the first scrapes")
        cls.predict()
        cls.at_predictions = wait_until(lambda: cls.scraped(sum(cls.sent.values())), "the last prediction in a scrape")
        cls.feed()
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
    def predict(cls):
        cls.sent = {200: 0, 400: 0, 500: 0}
        for i in range(240):
            status = 500 if i % 12 == 5 else 400 if i % 8 == 3 else 200
            got = cls.program.predict("shaky", {"status": status})[0]
            assert got == status, got
            cls.sent[status] += 1
            time.sleep(0.02)  # over several scrapes; how many does not matter

    @classmethod
    def feed(cls):
        cls.rewards = [1, 0, 1, 1, 0.5, 0, 1, 1, 0, 1]
        for reward in cls.rewards:
            assert feed(cls.program, json.dumps({"reward": reward})) == 200
        assert feed(cls.program, "{}") == 200
        assert feed(cls.program, '{"reward": "NaN"}') == 400

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
        program.must("POST", "/deployments", {"id": "shaky", "name": "shaky", "group": "research", "external": {"urls": [self.model.url]},
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
        self.assertAlmostEqual(self.one(OLD_SELDON["global success"], self.at_predictions)[0], 1 - self.sent[500] / sum(self.sent.values()), places=9)

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
        self.assertEqual(self.one('modelgate_deployment_response_body_bytes_total{deployment_name="shaky"}')[0], 2 * (predicted + len(self.rewards) + 1))
        self.assertEqual(self.one('modelgate_deployment_requests_in_flight{deployment_name="shaky"}')[0], 0)
        self.assertEqual(self.one('modelgate_replicas_wanted{deployment_name="shaky"}')[0], 1, "one that is external, too")
        self.assertEqual(self.one('modelgate_breakers{deployment_name="shaky",state="closed"}')[0], 1)
        self.assertGreaterEqual(self.one('modelgate_health_probes_total{deployment_name="shaky",outcome="good"}')[0], 1)
        self.assertEqual(self.one('modelgate_client_requests_total{deployment_name="shaky",client="app"}')[0], 0)

    def test_success_and_reward_are_exact(self):
        answered = sum(self.sent.values())
        # Before the first feedback: a rate does not see the first of a series that was not there before.
        for panel in ("global success", "success"):
            self.assertAlmostEqual(self.one(SELDON[panel], self.at_predictions)[0], 1 - self.sent[500] / answered, places=9)
        self.assertAlmostEqual(self.one(PRIMEHUB["list success"])[0], 1 - self.sent[500] / answered, places=9)
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
        for panel, count in (("list qps", sum(self.sent.values())), ("detail 4xx", self.sent[400]), ("detail 5xx", self.sent[500]),
                             ("predict qps", sum(self.sent.values()))):
            with self.subTest(panel):
                times = [at for at, _ in self.raw(f'{SERVER}_count{{deployment_name="shaky",service="predictions",code="200"}}')[0]]
                # The minute may have begun before the first scrape: a rate is over sixty seconds all the same, and goes on for half a scrape.
                self.assertAlmostEqual(self.one(PRIMEHUB[panel])[0] * 60, count, delta=0.05 * count, msg=str(len(times)))

    def test_quantiles_are_within_a_bucket(self):
        for panel in ("p50", "p75", "p90", "p95", "p99"):
            with self.subTest(panel):
                buckets = {each["metric"]["le"]: float(each["value"][1]) for each in
                           self.prometheus.query(f'sum by (le)({CLIENT}_bucket{{deployment_name="shaky",service="/predict"}})', self.at)}
                bounds = sorted((float(le.replace("+Inf", "inf")), count) for le, count in buckets.items())
                rank = int(panel[1:]) / 100 * bounds[-1][1]
                upper = next(bound for bound, count in bounds if count >= rank)
                lower = max((bound for bound, _ in bounds if bound < upper), default=0)
                self.assertTrue(lower <= self.one(PRIMEHUB[panel])[0] <= min(upper, 10), panel)
        # Seldon's are over the last twenty seconds: within the bounds of all that was sent.
        slowest = max(bound for (bound, count), (_, below) in zip(bounds, [(0, 0), *bounds]) if count > below)
        for panel in ("p75", "p90", "p95", "p99"):
            self.assertTrue(0 < self.one(SELDON[panel], self.at_predictions)[0] <= min(slowest, 10), panel)

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
            self.assertEqual({code: failed[code] for code in ("400", "500")}, {"400": self.sent[400], "500": self.sent[500]})
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

    def charts(self, deployment):
        shown = self.program.must("GET", f"/deployments/{deployment}/metrics?window=300s")
        return shown, {(line["name"], tuple(sorted(line["labels"].items()))): line["values"] for line in shown["series"]}

    def test_charts_say_of_each_client_what_it_got(self):
        self.program.must("POST", "/deployments", {"id": "guarded", "name": "guarded", "group": "research", "external": {"urls": [self.model.url]},
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
        self.assertAlmostEqual(total["5xx"], self.sent[500], places=3)
        failed = sum((1 - ok) * qps for ok, qps in zip(lines[("success", ())], lines[("qps", ())]) if ok is not None)
        self.assertAlmostEqual(failed, self.sent[500], places=2)
        self.assertEqual({labels for name, labels in lines if name == "latency" and "replica" not in dict(labels)}, {(("quantile", q),) for q in ("0.5", "0.75", "0.9", "0.95", "0.99")})
        sent = {name: round(sum(value or 0 for (of, labels), values in lines.items() for value in values
                                if of == name and dict(labels).keys() == keys) * shown["step"]) for name, keys in
                (("predict_qps", {"image", "version"}), ("qps", {"replica"}), ("5xx", {"replica"}))}
        # The one that has no reward is sent to the replica too, the one that is refused is not.
        self.assertEqual(sent, {"predict_qps": answered, "qps": answered + len(self.rewards) + 1, "5xx": self.sent[500]})
        self.assertTrue(any(name == "in_flight" and dict(labels).get("replica") for name, labels in lines))
        self.assertTrue(all(0 <= value <= 1 for value in lines[("reward", ())] if value is not None))
        self.assertEqual([marker["revision"] for marker in shown["markers"]], [1])
        self.assertEqual(self.program.api("GET", "/deployments/shaky/metrics?window=2h")[0], 400)
        self.assertEqual(self.program.api("GET", "/deployments/none/metrics")[0], 404)


if __name__ == "__main__":
    unittest.main(verbosity=2)
