#!/usr/bin/env python3
"""conf/prometheus: promtool takes it, every alert is raised in alerts.yml and has a section that says what to do."""
import os
import re
import shutil
import subprocess
import sys
import unittest

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CONF = os.path.join(SOURCE, "conf", "prometheus")


def text_of(*path):
    with open(os.path.join(SOURCE, *path)) as text:
        return text.read()


class Rules(unittest.TestCase):
    def promtool(self, *words, folder=CONF):
        promtool = shutil.which("promtool")
        self.assertTrue(promtool, "promtool is missing: .ci/setup test fetches it")
        done = subprocess.run([promtool, *words], cwd=folder, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_scrape_config_is_valid(self):
        self.promtool("check", "config", "prometheus.yml")

    def test_each_alert_is_raised_when_it_should(self):
        self.promtool("test", "rules", "alerts.yml", folder=os.path.join(SOURCE, "tests", "prometheus"))

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
