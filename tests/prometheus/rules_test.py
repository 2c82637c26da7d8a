#!/usr/bin/env python3
"""conf/prometheus: promtool takes it, every alert is raised in alerts.yml and has a section that says what to do.

Of each condition that an alert has there is a mistake here, and alerts.yml is to tell it.
"""
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CONF = os.path.join(SOURCE, "conf", "prometheus")

# (an alert whose tests are to fail, what its rules say, what they could say instead)
MISTAKES = [
    ("ModelgateDown", 'up{job="modelgate"}', "up"),
    ("ModelgateErrorBudgetBurnsFast", "error_ratio:rate5m > 14.4 * 0.001\n          and instance_deployment_name:modelgate_", ""),
    ("ModelgateErrorBudgetBurnsFast", "and instance_deployment_name:modelgate_error_ratio:rate1h > 14.4 * 0.001", ""),
    ("ModelgateErrorBudgetBurnsFast", '[1h])) >= 3', '[1h])) >= 2'),
    ("ModelgateErrorBudgetBurnsFast", '[1h])) >= 3', '[1h])) >= 4'),
    ("ModelgateErrorBudgetBurnsFast", "sum by (instance, deployment_name)", "sum by (deployment_name)"),
    ("ModelgateErrorBudgetBurnsSlowly", "error_ratio:rate30m > 6 * 0.001\n          and instance_deployment_name:modelgate_", ""),
    ("ModelgateErrorBudgetBurnsSlowly", "and instance_deployment_name:modelgate_error_ratio:rate6h > 6 * 0.001", ""),
    ("ModelgateErrorBudgetBurnsSlowly", '[6h])) >= 3', '[6h])) >= 2'),
    ("ModelgateErrorBudgetBurnsSlowly", '[6h])) >= 3', '[6h])) >= 4'),
    ("ModelgateErrorBudgetBurnsSlowly", "sum by (instance, deployment_name)", "sum by (deployment_name)"),
    ("ModelgateLatencyHigh", "and instance_deployment_name:modelgate_requests:rate5m > 0.1", ""),
    ("ModelgateLatencyHigh", "p99_5m > 1", "p99_5m > 0.5"),
    ("ModelgateLatencyHigh", "sum by (instance, deployment_name, le)", "sum by (deployment_name, le)"),
    ("ModelgateNoReadyReplica", "and on (instance, deployment_name) modelgate_replicas_wanted > 0", ""),
    ("ModelgateNoReadyReplica", "on (instance, deployment_name)", "on (deployment_name)"),
    ("ModelgateReplicaFlaps", "[15m]) > 3", "[15m]) > 0.5"),
    ("ModelgateQuotaNearlyFull", "> 0.9", "> 0.2"),
    ("ModelgateQuotaNearlyFull", "(modelgate_quota_limit > 0)", "modelgate_quota_limit"),
    ("ModelgateClientTokenExpires", "0 < modelgate_client_expiry", "modelgate_client_expiry"),
    ("ModelgateClientTokenExpires", "< 7 * 86400", "< 70 * 86400"),
    ("ModelgateAuthFailures", '{reason!="missing"}', ""),
    ("ModelgateCertificateExpires", "< 14 * 86400", "< 140 * 86400"),
    ("ModelgateSaturated", "rate(modelgate_queue_refusals_total[5m]) or", ""),
    ("ModelgateSaturated", "or rate(modelgate_connections_refused_total[5m])", ""),
    ("ModelgateSaturated", 'or rate(modelgate_replies_total{reason="OVERLOADED"}[5m])', ""),
    ("ModelgateSaturated", '{reason="OVERLOADED"}', ""),
    ("ModelgateSaturated", "> 0.1", "> 0"),
    ("ModelgateReplicaMemoryNearLimit", "> 0.9", "> 0.4"),
    ("ModelgateReplicaThrottled", "> 0.25", "> 0.05"),
    ("ModelgateStoreSlow", "> 0.5", "> 0"),
    ("ModelgateReconcileStuck", "> 60", ">= 0"),
]


def text_of(*path):
    with open(os.path.join(SOURCE, *path)) as text:
        return text.read()


def blocks_of(text, begins):
    """What stands before the first line that begins so, and what each of them begins."""
    first, *others = re.split(rf"^(?={begins})", text, flags=re.MULTILINE)
    return first, others


def rules_of(alert):
    """This one alert and what is recorded for it: all else only takes time."""
    recording, alerts = blocks_of(text_of("conf", "prometheus", "modelgate.rules.yml"), "      - alert: ")
    rule = next(each for each in alerts if each.startswith(f"      - alert: {alert}\n"))
    recording, between = recording.split("  - name: modelgate-alerts\n")
    first, records = blocks_of(recording, "      - record: ")
    kept = [each for each in records if each.split()[2] in rule]
    return (first + "".join(kept) if kept else "groups:\n") + "  - name: modelgate-alerts\n" + between + rule


def tests_of(alert):
    """Those tests of alerts.yml in which it is asked for; of other alerts they say nothing."""
    first, tests = blocks_of(text_of("tests", "prometheus", "alerts.yml").replace("../../conf/prometheus/", ""), "  - interval: ")
    kept = []
    for test in tests:
        series, asked = blocks_of(test, "      - (?:[{]alertname|alertname|expr): ")
        asked = [re.sub(r"^    promql_expr_test:\n", "", each, flags=re.MULTILINE) for each in asked if re.search(rf"alertname: {alert}\b", each)]
        if asked:
            kept.append(series + "".join(asked))
    return first + "".join(kept)


class Rules(unittest.TestCase):
    def run_promtool(self, *words, folder):
        promtool = shutil.which("promtool")
        self.assertTrue(promtool, "promtool is missing: .ci/setup test fetches it")
        return subprocess.run([promtool, *words], cwd=folder, capture_output=True, text=True, timeout=120)

    def promtool(self, *words, folder=CONF):
        done = self.run_promtool(*words, folder=folder)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_scrape_config_is_valid(self):
        self.promtool("check", "config", "prometheus.yml")

    def test_each_alert_is_raised_when_it_should(self):
        self.promtool("test", "rules", "alerts.yml", folder=os.path.join(SOURCE, "tests", "prometheus"))

    def tell(self, rules, tests):
        """What promtool answers to these tests of these rules."""
        with tempfile.TemporaryDirectory(prefix="modelgate-rules-") as folder:
            for name, text in (("modelgate.rules.yml", rules), ("alerts.yml", tests)):
                with open(os.path.join(folder, name), "w") as file:
                    file.write(text)
            return self.run_promtool("test", "rules", "alerts.yml", folder=folder)

    def test_a_mistake_in_a_condition_is_told(self):
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            right = {alert: pool.submit(self.tell, rules_of(alert), tests_of(alert)) for alert in {each[0] for each in MISTAKES}}
            wrong = {each: pool.submit(self.tell, rules_of(each[0]).replace(*each[1:]), tests_of(each[0])) for each in MISTAKES}
        for alert, done in right.items():
            self.assertEqual(done.result().returncode, 0, alert + done.result().stdout + done.result().stderr)
        for (alert, said, mistaken), done in wrong.items():
            with self.subTest(alert, said=said, mistaken=mistaken):
                self.assertIn(said, rules_of(alert))
                self.assertEqual(done.result().returncode, 1, done.result().stdout + done.result().stderr)
                self.assertIn(f"alertname: {alert}, time: ", done.result().stderr + done.result().stdout)  # and not: cannot be read

    def test_each_alert_has_a_test_and_a_section(self):
        rules = text_of("conf", "prometheus", "modelgate.rules.yml")
        alerts = re.findall(r"alert: (\w+)", rules)
        self.assertGreater(len(alerts), 10)
        raised = set(re.findall(r"alertname: (\w+)\s+eval_time: \w+\s+exp_alerts:", text_of("tests", "prometheus", "alerts.yml")))
        sections = set(re.findall(r"^## (\w+)$", text_of("conf", "prometheus", "README.md"), re.MULTILINE))
        self.assertEqual(set(alerts), raised)
        self.assertEqual(set(alerts), sections)
        self.assertEqual([alert.lower() for alert in alerts], re.findall(r'runbook: "conf/prometheus/README.md#(\w+)"', rules))


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
