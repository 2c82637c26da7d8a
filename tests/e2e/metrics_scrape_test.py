#!/usr/bin/env python3
"""A scrape under load: what Prometheus' own checker says of it, and whether the counts are right."""
import contextlib
import gzip
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import unittest
import urllib.request

from changes import ChangeableProgram
from program import Load, Program, wait_until

COUNT = re.compile(r'^seldon_api_executor_server_requests_seconds_count\{(.*)\} (\d+)', re.MULTILINE)


class MetricsScrape(unittest.TestCase):
    def scrape(self, program, path="/metrics"):
        with urllib.request.urlopen(program.url("metrics") + path, timeout=30) as answer:
            self.assertIn("version=0.0.4", answer.headers["Content-Type"])
            return answer.read().decode()

    def complaints(self, text):
        """What promtool has to say against it."""
        promtool = shutil.which("promtool")
        self.assertTrue(promtool, "promtool is missing: .ci/setup test fetches it")
        checked = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True, timeout=60)
        return (checked.stdout + checked.stderr).splitlines()

    def test_promtool_minds_nothing_but_seldon_s_names_where_they_are_asked_for(self):
        with ChangeableProgram(settings={"metrics.engine_names": "true", "metrics.summaries": "true"}) as program:
            program.prepare_iris()
            self.assertEqual(program.predict("iris")[0], 200)
            complaints = self.complaints(self.scrape(program))
            self.assertTrue(complaints, "conf/prometheus/README.md says that there are some")
            self.assertEqual([line for line in complaints if not re.match("seldon_api_(executor_.*_summary|engine_.*) ", line)], [])

    def test_promtool_accepts_a_scrape_under_load(self):
        with Program() as program:
            program.prepare()
            program.deploy("iris", metadata={"version": "v1"})
            program.wait_for("iris")
            first = self.scrape(program)
            for series in ("seldon_api_executor_server_requests_seconds_count", "seldon_api_executor_client_requests_seconds_count"):
                for code in (200, 400, 500):
                    self.assertRegex(first, rf'{series}{{[^}}]*code="{code}",status="{code}"}} 0')
            load = Load(program, "iris", connections=8)
            load.wait_for_answers(200)
            text = self.scrape(program)
            self.assertEqual(self.complaints(text), [])
            answered, failures = load.stop()
            self.assertEqual(failures, [])

            def counted():
                total = sum(int(count) for labels, count in COUNT.findall(self.scrape(program, "/prometheus")) if 'code="200"' in labels)
                return total == answered

            wait_until(counted, f"{answered} predictions counted")
            for name in ("modelgate_build_info", "process_cpu_seconds_total", "process_open_fds", "modelgate_connections", "modelgate_requests_in_flight",
                         "modelgate_unrouted_total"):
                self.assertIn("\n" + name, text)
            self.assertIn('model_image="demo/iris",model_version="1.0"', text)
            self.assertIn('predictor_version="v1"', text)

    def test_starts_of_replicas_are_timed(self):
        begun = time.monotonic()
        with Program() as program:
            program.prepare()
            program.deploy("iris", replicas=2)
            program.wait_for("iris", check=lambda deployment: deployment["status"]["availableReplicas"] == 2)

            def value(series):
                found = re.search(rf"^{re.escape(series)} (\S+)$", self.scrape(program), re.MULTILINE)
                return float(found.group(1)) if found else None

            of_iris = 'deployment_name="iris"'
            wait_until(lambda: value(f"modelgate_replica_start_seconds_count{{{of_iris}}}") == 2, "both starts in a scrape")
            self.assertTrue(0 < value(f"modelgate_replica_start_seconds_sum{{{of_iris}}}") < 2 * (time.monotonic() - begun))
            self.assertEqual(value(f'modelgate_replica_start_seconds_bucket{{{of_iris},le="600"}}'), 2)
            self.assertEqual(value("modelgate_image_pull_seconds_count"), 2)
            # One that dies and is started again has started a third time.
            os.kill(min(program.models()), signal.SIGKILL)
            wait_until(lambda: value(f"modelgate_replica_start_seconds_count{{{of_iris}}}") == 3, "the start after that in a scrape")

    def test_what_is_not_understood_is_counted_by_what_is_wrong(self):
        with Program() as program:
            before = self.scrape(program)
            for reason in ("malformed", "framing", "host", "target", "version", "expectation", "too_large", "timeout", "overloaded"):
                self.assertIn(f'modelgate_requests_rejected_total{{reason="{reason}"}} 0\n', before)
            host, port = program.ports["prediction"].rsplit(":", 1)
            with socket.create_connection((host, int(port)), 30) as connection:
                connection.sendall(b"POST /ping HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
                self.assertIn(b" 400 ", connection.recv(65_536))
            self.assertIn('modelgate_requests_rejected_total{reason="framing"} 1\n', self.scrape(program))

    def test_openmetrics_and_gzip_by_what_is_accepted(self):
        with Program() as program:
            program.prepare()
            program.deploy("iris")
            program.wait_for("iris")
            self.assertEqual(program.predict("iris")[0], 200)
            wait_until(lambda: 'modelgate_request_seconds_count{deployment_name="iris"} 1\n' in self.scrape(program), "the prediction in a scrape")
            request = urllib.request.Request(program.url("metrics") + "/metrics", headers={
                "Accept": "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", "Accept-Encoding": "gzip"})
            with urllib.request.urlopen(request, timeout=30) as answer:
                self.assertEqual(answer.headers["Content-Type"], "application/openmetrics-text; version=1.0.0; charset=utf-8")
                self.assertEqual(answer.headers["Content-Encoding"], "gzip")
                packed = answer.read()
            text = gzip.decompress(packed).decode()
            self.assertLess(len(packed), len(text) / 4)
            self.assertTrue(text.endswith("\n# EOF\n"))
            self.assertIn("# TYPE modelgate_request_seconds histogram\n# UNIT modelgate_request_seconds seconds\n", text)
            self.assertIn("# TYPE modelgate_build info\n", text)
            # Series are those of the text format, but for the bounds' spelling and the exemplars of a request that was traced.
            series = {self.normal(line.split(" # ")[0].rsplit(" ", 1)[0]) for line in text.splitlines() if not line.startswith("#")}
            older = {self.normal(line.rsplit(" ", 1)[0]) for line in self.scrape(program).splitlines() if line and not line.startswith("#")}
            self.assertEqual(series, older)

    @staticmethod
    def normal(series):
        return re.sub(r'le="(\d+)\.0"', r'le="\1"', series)

    def test_the_port_takes_as_many_connections_as_the_settings_say(self):
        with Program() as program:
            with contextlib.ExitStack() as opened:
                for _ in range(40):
                    connection = opened.enter_context(contextlib.closing(program.connect("metrics")))
                    connection.request("GET", "/metrics")
                    answer = connection.getresponse()
                    answer.read()
                    self.assertEqual(answer.status, 200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
