#!/usr/bin/env python3
"""Traces: sampled requests become spans at a real HTTP collector, below the caller's and above the model's; what it does not take is
sent again, or dropped and counted."""
import http.server
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

from changes import ChangeableProgram
from program import wait_until

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
VALUE_KINDS = {"stringValue": str, "intValue": str, "doubleValue": float, "boolValue": bool}


def dropped(reason):
    return f'modelgate_trace_spans_dropped_total{{reason="{reason}"}}'


class Collector:
    """Answers with the statuses it is given, the last one for ever; keeps what it has answered 200. `tls`: the files of certificate and key
    that it shows, over https only."""

    def __init__(self, *statuses, tls=None):
        self.statuses, self.posts, self.spans, self.problems = list(statuses) or [200], 0, [], []
        self.lock = threading.Lock()
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = collector.take(self.path, self.headers, body)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *unused):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # handshakes that fail are told by those who made them
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if tls else None
        if tls:
            self.tls.load_cert_chain(*tls)
            plain = self.server.finish_request

            def secured(request, address):
                with self.tls.wrap_socket(request, server_side=True) as secure:
                    plain(secure, address)

            self.server.finish_request = secured
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def url(self):
        return f"{'https' if self.tls else 'http'}://localhost:{self.server.server_address[1]}"

    def take(self, path, headers, body):
        with self.lock:
            self.posts += 1
            status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
            if status != 200:
                return status
            try:
                assert path == "/v1/traces", path
                assert headers["Content-Type"] == "application/json", headers
                self.spans += self.read(json.loads(body))
            except Exception as problem:  # told by the test, which runs on another thread
                self.problems.append(repr(problem))
            return status

    @staticmethod
    def attributes(of):
        found = {}
        for each in of["attributes"]:
            ((kind, value),) = each["value"].items()
            assert isinstance(value, VALUE_KINDS[kind]), each
            assert each["key"] not in found, each
            found[each["key"]] = int(value) if kind == "intValue" else value
        return found

    def read(self, document):
        (resource,) = document["resourceSpans"]
        assert self.attributes(resource["resource"]) == {"service.name": "gate"}, resource
        (scope,) = resource["scopeSpans"]
        assert scope["scope"]["name"] == "modelgate"
        for span in scope["spans"]:
            assert re.fullmatch(r"[0-9a-f]{32}", span["traceId"]) and set(span["traceId"]) != {"0"}, span
            assert re.fullmatch(r"[0-9a-f]{16}", span["spanId"]) and set(span["spanId"]) != {"0"}, span
            assert re.fullmatch(r"[0-9a-f]{16}", span.get("parentSpanId", "0" * 16)), span
            assert span["kind"] in (2, 3) and span["name"], span
            for key in ("startTimeUnixNano", "endTimeUnixNano"):
                assert isinstance(span[key], str) and abs(int(span[key]) / 1e9 - time.time()) < 600, span
            assert int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"]), span
            assert span["status"] in ({}, {"code": 2}), span
            span["of"] = self.attributes(span)
        return scope["spans"]


class LosesTheFirst:
    """A model that closes instead of answering the first prediction that it or another one like it gets."""

    seen = []  # traceparents

    def __init__(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                LosesTheFirst.seen.append(self.headers["traceparent"])
                if len(LosesTheFirst.seen) == 1:
                    self.close_connection = True
                else:
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")

            def do_GET(self):
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

            def log_message(self, *unused):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


class TracingProgram(ChangeableProgram):
    def __init__(self, endpoint, **settings):
        super().__init__(settings={"tracing.otlp_endpoint": json.dumps(endpoint), "tracing.service_name": '"gate"', "tracing.sample_rate": "0",
                                   "access_log.flush_interval": '"20ms"', "tracing.export_interval": '"50ms"',
                                   **{f"tracing.{key}": value for key, value in settings.items()}})


class Authority:
    """Issues certificates for any name; its own is in `file`."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="modelgate-e2e-collector-")
        self.file = self.path("ca.pem")
        self.openssl("req", "-x509", *self.new_key("ca"), "-subj", "/CN=test authority", "-out", "ca.pem", "-days", "2")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    @staticmethod
    def new_key(name):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key")

    def issue(self, name):
        """The files of a certificate for that name and of its key."""
        self.openssl("req", "-new", *self.new_key(name), "-subj", f"/CN={name}", "-out", f"{name}.csr")
        with open(self.path("extensions"), "w") as text:
            text.write(f"subjectAltName=DNS:{name}\n")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "7", "-days", "2",
                     "-extfile", "extensions", "-out", f"{name}.pem")
        return self.path(f"{name}.pem"), self.path(f"{name}.key")


class TraceExport(unittest.TestCase):
    def test_a_request_is_a_server_span_with_a_client_span(self):
        with Collector() as collector, TracingProgram(collector.url) as program:
            program.prepare_iris()
            sampled = {"traceparent": f"00-{TRACE}-{PARENT}-01", "X-Request-Id": "traced-1"}
            status, answer, _ = program.predict("iris", headers=sampled)
            self.assertEqual(status, 200)
            self.assertEqual(program.predict("iris", headers={"traceparent": f"00-{TRACE}-{PARENT}-00"})[0], 200)
            self.assertEqual(program.predict("nobody", headers=sampled)[0], 404)
            wait_until(lambda: len(collector.spans) >= 3 or collector.problems, "three spans")
            self.assertEqual(collector.problems, [])
            self.assertEqual(len(collector.spans), 3)
            # Each worker has records of its own: what of two workers comes first is nobody's to say.
            client = next(span for span in collector.spans if span["kind"] == 3)
            server = next(span for span in collector.spans if span["spanId"] == client["parentSpanId"])
            lost = next(span for span in collector.spans if span not in (client, server))
            self.assertEqual({span["traceId"] for span in collector.spans}, {TRACE})
            self.assertEqual((server["kind"], lost["kind"]), (2, 2))
            self.assertEqual((server["parentSpanId"], client["parentSpanId"], lost["parentSpanId"]), (PARENT, server["spanId"], PARENT))
            self.assertEqual(server["name"], "POST /deployment/{id}/api/v1.0/predictions")
            expected = {"http.request.method": "POST", "url.scheme": "http", "url.path": "/deployment/iris/api/v1.0/predictions",
                        "http.route": "/deployment/{id}/api/v1.0/predictions", "http.response.status_code": 200, "http.response.body.size": len(answer),
                        "client.address": "127.0.0.1", "network.protocol.version": "1.1", "modelgate.deployment": "iris", "modelgate.request_id": "traced-1"}
            self.assertEqual({key: server["of"].get(key) for key in expected}, expected)
            self.assertEqual((client["of"]["http.request.method"], client["of"]["http.response.status_code"], client["of"]["modelgate.revision"]), ("POST", 200, 1))
            self.assertTrue(client["of"]["modelgate.replica"].startswith("deploy-iris-r1-"))
            self.assertIn("server.port", client["of"])
            self.assertGreaterEqual(int(client["startTimeUnixNano"]), int(server["startTimeUnixNano"]))
            self.assertLessEqual(int(client["endTimeUnixNano"]), int(server["endTimeUnixNano"]) + 1_000)
            self.assertEqual((lost["of"]["http.response.status_code"], lost["of"]["error.type"], lost["status"]), (404, "DEPLOYMENT_NOT_FOUND", {}))
            wait_until(lambda: program.metric("modelgate_trace_spans_exported_total") == 3, "the count")

    def test_each_replica_that_a_request_was_sent_to_has_a_span(self):
        with Collector() as collector, TracingProgram(collector.url) as program:
            program.prepare()
            replicas = LosesTheFirst(), LosesTheFirst()
            LosesTheFirst.seen.clear()
            program.must("POST", "/deployments", {"id": "twice", "name": "twice", "group": "research", "endpointAccessType": "public",
                                                  "external": {"urls": [replica.url for replica in replicas]},
                                                  "serving": {"protocol": "seldon", "idempotent": True}})
            program.wait_for("twice")
            self.assertEqual(program.predict("twice", headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})[0], 200)
            wait_until(lambda: len(collector.spans) >= 3 or collector.problems, "three spans")
            self.assertEqual((collector.problems, len(collector.spans)), ([], 3))
            server = next(span for span in collector.spans if span["kind"] == 2)
            first, second = sorted((span for span in collector.spans if span["kind"] == 3), key=lambda span: span["of"].get("http.request.resend_count", 0))
            self.assertEqual({span["parentSpanId"] for span in (first, second)}, {server["spanId"]})
            self.assertEqual(LosesTheFirst.seen, [f"00-{TRACE}-{span['spanId']}-01" for span in (first, second)])
            self.assertEqual((first["of"]["error.type"], first["status"]), ("UPSTREAM_RESET", {"code": 2}))
            self.assertNotIn("http.response.status_code", first["of"])
            self.assertEqual((second["of"]["http.response.status_code"], second["of"]["http.request.resend_count"], second["status"]), (200, 1, {}))
            self.assertNotEqual(first["of"]["server.port"], second["of"]["server.port"])
            self.assertLessEqual(int(first["endTimeUnixNano"]), int(second["startTimeUnixNano"]))
            wait_until(lambda: program.metric("modelgate_trace_spans_exported_total") == 3, "the count")

    def test_what_the_collector_does_not_take_for_now_is_sent_again(self):
        with Collector(503, 429, 200) as collector, TracingProgram(collector.url, sample_rate="1") as program:
            self.assertEqual(program.predict("nobody")[0], 404)
            wait_until(lambda: collector.spans, "the span")
            self.assertEqual((collector.posts, collector.problems, len(collector.spans)), (3, [], 1))
            self.assertEqual(program.metric(dropped("not_delivered")), 0)

    def test_what_is_refused_is_dropped_and_counted(self):
        with Collector(400) as collector, TracingProgram(collector.url, sample_rate="1") as program:
            self.assertEqual(program.predict("nobody")[0], 404)
            wait_until(lambda: program.metric(dropped("refused")) == 1, "the count")
            self.assertEqual(collector.posts, 1)
            self.assertIn("spans could not be exported", program.log())

    def test_without_a_collector_attempts_and_the_queue_have_an_end(self):
        with TracingProgram("http://127.0.0.1:1", sample_rate="1", export_attempts="1", queue_requests="2", export_interval='"10m"') as program:
            for _ in range(5):
                self.assertEqual(program.predict("nobody")[0], 404)
            wait_until(lambda: program.metric(dropped("queue_full")) == 3, "three that found no room")
            self.assertEqual(program.stop(signal.SIGTERM), 0)
            self.assertIn("spans could not be exported", program.log())

    def test_over_https_to_a_collector_that_proves_who_it_is(self):
        with Authority() as authority, Collector(tls=authority.issue("localhost")) as collector:
            with TracingProgram(collector.url, sample_rate="1", ca_file=json.dumps(authority.file)) as program:
                self.assertEqual(program.predict("nobody")[0], 404)
                wait_until(lambda: collector.spans or collector.problems, "the span")
                self.assertEqual((collector.problems, len(collector.spans)), ([], 1))
                wait_until(lambda: program.metric("modelgate_trace_spans_exported_total") == 1, "the count")
                self.assertEqual(program.metric(dropped("not_delivered")), 0)

    def test_over_https_nobody_else_gets_a_span(self):
        with Authority() as authority, Authority() as stranger:
            for what, shown, trusted in (("an authority that is not trusted", stranger.issue("localhost"), authority.file),
                                         ("a certificate for another name", authority.issue("elsewhere.test"), authority.file),
                                         ("none of this system's authorities", authority.issue("localhost"), "")):
                with self.subTest(what), Collector(tls=shown) as collector:
                    with TracingProgram(collector.url, sample_rate="1", ca_file=json.dumps(trusted), export_attempts="1") as program:
                        self.assertEqual(program.predict("nobody")[0], 404)
                        wait_until(lambda: program.metric(dropped("not_delivered")) == 1, "the count")
                        self.assertEqual((collector.posts, program.metric("modelgate_trace_spans_exported_total")), (0, 0))
                        self.assertRegex(program.log(), r"spans could not be exported.*certificate")

    def test_plain_http_is_not_spoken_to_a_collector_of_https(self):
        with Authority() as authority, Collector() as collector:
            with TracingProgram(collector.url.replace("http:", "https:"), sample_rate="1", ca_file=json.dumps(authority.file),
                                export_attempts="1") as program:
                self.assertEqual(program.predict("nobody")[0], 404)
                wait_until(lambda: program.metric(dropped("not_delivered")) == 1, "the count")
                self.assertEqual(collector.posts, 0)

    def test_what_waits_is_sent_at_the_end(self):
        with Collector() as collector, TracingProgram(collector.url, sample_rate="1", export_interval='"10m"') as program:
            self.assertEqual(program.predict("nobody")[0], 404)
            self.assertEqual(program.stop(signal.SIGTERM), 0)
            self.assertEqual((collector.problems, len(collector.spans)), ([], 1))

    def test_is_off_by_default(self):
        with ChangeableProgram(settings={"tracing.sample_rate": "1.0"}) as program:
            self.assertEqual(program.predict("nobody")[0], 404)
            self.assertEqual(program.metric("modelgate_trace_spans_exported_total"), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
