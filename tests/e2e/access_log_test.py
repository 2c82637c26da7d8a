#!/usr/bin/env python3
"""The access log: a line for each request, with what came of it; sampled, rotated, opened anew; never a secret."""
import base64
import json
import os
import re
import signal
import socket
import subprocess
import unittest

from changes import ChangeableProgram
from program import TENSOR, wait_until

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
DROPPED = 'modelgate_access_log_lines_dropped_total{reason="not_written"}'


class LoggingProgram(ChangeableProgram):
    def __init__(self, **settings):
        super().__init__(settings={"access_log.flush_interval": '"20ms"', **{f"access_log.{key}": value for key, value in settings.items()}})
        self.file = os.path.join(self.folder, "access.log")
        self.settings.setdefault("access_log.path", json.dumps(self.file))
        self.write_config()

    def text(self, file=None):
        with open(file or self.file, errors="surrogateescape") as text:
            return text.read()

    def lines(self):
        return [json.loads(line) for line in self.text().splitlines()]

    def line_of(self, request_id):
        def found():
            return [line for line in self.lines() if line.get("request_id") == request_id]

        lines = wait_until(found, f"the line of {request_id}")
        assert len(lines) == 1, lines
        return lines[0]

    def get(self, path, **fields):
        connection = self.connect("prediction")
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in fields.items()})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status

    def raw(self, request):
        host, port = self.ports["prediction"].rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=60) as client:
            client.sendall(request)
            while client.recv(4096):
                pass


class AccessLog(unittest.TestCase):
    def test_tells_of_each_request_what_came_of_it(self):
        with LoggingProgram() as program:
            program.prepare()
            program.deploy("iris", endpointAccessType="private")
            program.wait_for("iris")
            token = program.must("POST", "/deployments/iris/clients", {"name": "alice"})["token"]
            fields = {"X-Request-Id": "good-1", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
            status, answer, _ = program.predict("iris", client=f"alice:{token}", headers=fields)
            self.assertEqual(status, 200)
            line = program.line_of("good-1")
            body = json.dumps(TENSOR)
            self.assertRegex(line["ts"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            expected = {"trace_id": TRACE, "deployment": "iris", "revision": 1, "client": "alice", "method": "POST", "status": 200, "upstream_status": 200,
                        "path": "/deployment/iris/api/v1.0/predictions", "bytes_in": len(body), "bytes_out": len(answer)}
            self.assertEqual({key: line[key] for key in expected}, expected)
            self.assertRegex(line["replica"], r"^deploy-iris-r1-")
            self.assertNotIn("reason", line)
            for key in ("dur_ms", "head_ms", "queue_ms", "connect_ms", "send_ms", "ttfb_ms", "upstream_ms"):
                self.assertGreaterEqual(line[key], 0, key)
            self.assertGreater(line["ttfb_ms"], 0)
            self.assertLessEqual(line["ttfb_ms"], line["upstream_ms"])
            self.assertLessEqual(line["upstream_ms"], line["dur_ms"])

            self.assertEqual(program.predict("iris", client="alice:mgc_wrong", headers={"X-Request-Id": "bad-1"})[0], 401)
            refused = program.line_of("bad-1")
            self.assertEqual((refused["status"], refused["reason"], refused["deployment"]), (401, "AUTH_FAILED", "iris"))
            for key in ("replica", "upstream_status", "client", "upstream_ms"):
                self.assertNotIn(key, refused)
            program.get("/deployment/nobody/x?token=secret-in-query", X_Request_Id="lost-1")
            lost = program.line_of("lost-1")
            self.assertEqual((lost["status"], lost["reason"], lost["path"]), (404, "DEPLOYMENT_NOT_FOUND", "/deployment/nobody/x"))
            program.raw(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
            wait_until(lambda: [line for line in program.lines() if line.get("reason") == "BAD_REQUEST"], "the line of what was not understood")

            text = program.text()
            self.assertTrue(text.endswith("\n"))
            basic = base64.b64encode(f"alice:{token}".encode()).decode()
            for secret in (token, basic, "mgc_wrong", "secret-in-query", "Authorization", "tensor"):
                self.assertNotIn(secret, text)
            self.assertEqual(os.stat(program.file).st_mode & 0o007, 0, "nobody else reads who asked for what")
            self.assertEqual(program.metric("modelgate_access_log_lines_total"), len(text.splitlines()))

    def test_hostile_paths_stay_in_their_place_in_logfmt(self):
        with LoggingProgram(format='"logfmt"') as program:
            program.raw(b"GET /a%22b%20status=200 HTTP/1.1\r\nHost: a\r\nX-Request-Id: odd-1\r\nConnection: close\r\n\r\n")
            wait_until(lambda: "odd-1" in program.text(), "the line")
            (line,) = [line for line in program.text().splitlines() if "odd-1" in line]
            self.assertEqual(re.findall(r"(?:^| )status=(\d+)", re.sub(r'"(\\.|[^"\\])*"', '""', line)), ["404"])
            self.assertNotRegex(line, r"[\x00-\x1f\x7f]")

    def test_a_sample_has_every_failure_and_every_slow_request(self):
        with LoggingProgram(sample_rate="0", slow_request='"100ms"') as program:
            program.prepare_iris()
            for _ in range(20):
                self.assertEqual(program.predict("iris")[0], 200)
            self.assertEqual(program.get("/deployment/nobody/x", X_Request_Id="failed-1"), 404)
            program.line_of("failed-1")
            self.assertEqual([line for line in program.lines() if line["status"] == 200 and line["dur_ms"] < 100], [])
            program.settings["access_log.slow_request"] = '"1ms"'
            program.settings["access_log.sample_rate"] = "1.0"
            program.write_config()
            program.reload()
            program.predict("iris", headers={"X-Request-Id": "sampled-1"})
            program.line_of("sampled-1")

    def test_is_opened_anew_and_found_when_it_was_renamed(self):
        with LoggingProgram() as program:
            program.get("/ping", X_Request_Id="first")
            program.line_of("first")
            os.rename(program.file, program.file + ".old")
            program.write_config(broken="[nonsense]")
            program.reload("refused")  # also with a mistake in the settings
            wait_until(lambda: os.path.exists(program.file), "a new file")
            program.get("/ping", X_Request_Id="second")
            program.line_of("second")
            self.assertIn("first", program.text(program.file + ".old"))
            self.assertNotIn("second", program.text(program.file + ".old"))

    def test_is_rotated_by_size(self):
        with LoggingProgram(file_bytes='"1KiB"', files="2") as program:
            sent = 0

            def rotated():
                nonlocal sent
                sent += 1
                program.get("/ping", X_Request_Id=f"each-{sent}")
                return os.path.exists(program.file + ".2")

            wait_until(rotated, "a second rotation")
            for name in (program.file + ".1", program.file + ".2"):
                text = program.text(name)
                self.assertLessEqual(len(text), 1024)
                self.assertTrue(text.endswith("\n"))
                for line in text.splitlines():
                    json.loads(line)

    def test_goes_to_standard_error_and_on_and_off_by_a_reload(self):
        with LoggingProgram(path='"/dev/stderr"') as program:
            program.get("/ping", X_Request_Id="on-stderr")
            wait_until(lambda: "on-stderr" in program.log(), "the line on standard error")
            program.settings["access_log.path"] = '""'
            program.write_config()
            program.reload()
            program.get("/ping", X_Request_Id="nowhere")
            program.settings["access_log.path"] = json.dumps(program.file)
            program.write_config()
            program.reload()

            def is_logged():  # a worker takes new settings over in its next turn
                program.get("/ping", X_Request_Id="in-the-file")
                return "in-the-file" in program.text()

            wait_until(is_logged, "a line in the file")
            self.assertNotIn("nowhere", program.log() + program.text())

    def test_lines_that_cannot_be_written_are_counted_and_nobody_waits(self):
        with LoggingProgram(path='"/dev/full"') as program:
            for _ in range(5):
                self.assertEqual(program.get("/ping"), 200)
            wait_until(lambda: program.metric(DROPPED) == 5, "five dropped lines")
            self.assertIn("cannot be written", program.log())

    def test_a_file_that_cannot_be_opened_is_told_at_the_start(self):
        program = LoggingProgram(path='"/nowhere/at/all/access.log"')
        os.makedirs(program.data, exist_ok=True)
        done = subprocess.run(program.command(), capture_output=True, text=True, timeout=60)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("/nowhere/at/all/access.log cannot be opened", done.stderr)
        self.assertIn("access_log.path", done.stderr)

    def test_the_last_lines_are_written_at_the_end(self):
        with LoggingProgram() as program:
            program.settings["access_log.flush_interval"] = '"10m"'
            program.write_config()
            program.reload()
            for number in range(3):
                program.get("/ping", X_Request_Id=f"last-{number}")
            self.assertEqual(program.stop(signal.SIGTERM), 0)
            self.assertEqual(sorted(line["request_id"] for line in program.lines() if line["request_id"].startswith("last-")), ["last-0", "last-1", "last-2"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
