"""The HTTP half over real sockets on a port of the system's choice."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import unittest

from demo_images import IRIS

import seldon_server


class Halver:
    name, version, features, classes = "halver", "1", ("a",), ("x",)

    def __init__(self):
        self.entered, self.may_answer = threading.Event(), threading.Event()
        self.may_answer.set()

    def predict(self, rows):
        self.entered.set()
        self.may_answer.wait(20)
        return [[row[0] / 2] for row in rows]


class server(unittest.TestCase):
    def setUp(self):
        self.lines, self.model = [], Halver()
        self.server = seldon_server.Server(("127.0.0.1", 0), seldon_server.Service(self.model), self.lines.append)
        self.thread = threading.Thread(target=self.server.run)
        self.thread.start()
        self.address = self.server.server_address

    def tearDown(self):
        self.model.may_answer.set()
        self.server.stop()
        self.thread.join(20)
        self.assertFalse(self.thread.is_alive())

    def raw(self, *pieces):
        """What the server answers to exactly these bytes, until it closes."""
        with socket.create_connection(self.address, timeout=20) as connection:
            for piece in pieces:
                connection.sendall(piece)
            answer = b""
            while True:
                more = connection.recv(65536)
                if not more:
                    return answer
                answer += more

    def test_one_connection_serves_many_requests(self):
        client = http.client.HTTPConnection(*self.address, timeout=20)
        for number in range(3):
            client.request("POST", "/predict", json.dumps({"data": {"ndarray": [[number]]}}))
            response = client.getresponse()
            self.assertEqual(json.loads(response.read())["data"]["ndarray"], [[number / 2]])
            self.assertFalse(response.will_close)
            socket_used = socket_used if number else client.sock
            self.assertIs(client.sock, socket_used)
        client.close()

    def test_reads_a_chunked_body(self):
        answer = self.raw(b"POST /predict HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n",
                          b'9;note=1\r\n{"data":{\r\n', b'11\r\n"ndarray":[[3]]}}\r\n0\r\nTrailer: 1\r\n\r\n')
        self.assertIn(b" 200 ", answer.split(b"\r\n")[0])
        self.assertIn(b"[[1.5]]", answer)

    def test_refuses_ambiguous_or_broken_framing_and_closes(self):
        head = b"POST /predict HTTP/1.1\r\nHost: x\r\n"
        for rest in (b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
                     b"Transfer-Encoding: gzip\r\n\r\n", b"Content-Length: -1\r\n\r\n", b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
                     b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", b"Transfer-Encoding: chunked\r\n\r\n-1\r\n"):
            answer = self.raw(head + rest)
            self.assertIn(b" 400 ", answer.split(b"\r\n")[0], rest)
            self.assertIn(b"MICROSERVICE_BAD_DATA", answer)

    def test_refuses_a_body_that_is_too_large(self):
        answer = self.raw(b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
        self.assertIn(b" 413 ", answer.split(b"\r\n")[0])

    def test_logs_one_line_with_the_user_it_was_given(self):
        client = http.client.HTTPConnection(*self.address, timeout=20)
        client.request("POST", "/predict", '{"data":{"ndarray":[[1]]}}', {"X-Forwarded-User": "app"})
        client.getresponse().read()
        client.request("POST", "/predict?a=b", "{}")
        client.getresponse().read()
        client.close()
        self.assertEqual(self.lines, ["POST /predict 200 user=app", "POST /predict?a=b 400 user=-"])

    def test_logs_a_request_line_it_cannot_read(self):
        answer = self.raw(b"NONSENSE\r\n\r\n")
        self.assertIn(b"400", answer.split(b"\r\n")[0])
        self.assertEqual(len(self.lines), 1)

    def test_stop_lets_the_running_request_finish_and_closes_idle_connections(self):
        idle = http.client.HTTPConnection(*self.address, timeout=20)
        idle.request("GET", "/health/status")
        idle.getresponse().read()
        self.model.may_answer.clear()
        busy = http.client.HTTPConnection(*self.address, timeout=20)
        busy.request("POST", "/predict", '{"data":{"ndarray":[[1]]}}')
        self.assertTrue(self.model.entered.wait(20))
        self.server.stop()
        self.assertEqual(idle.sock.recv(1), b"")
        idle.close()
        self.model.may_answer.set()
        response = busy.getresponse()
        self.assertEqual((response.status, response.getheader("Connection")), (200, "close"))
        response.read()
        busy.close()
        self.thread.join(20)
        self.assertFalse(self.thread.is_alive())


class program(unittest.TestCase):
    """Each version started as the runtime starts it: its own files and the included ones in reach."""

    def check(self, version):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(IRIS / "common"), "PYTHONDONTWRITEBYTECODE": "1",
                       "PREDICTIVE_UNIT_SERVICE_PORT": str(port), "PREDICTIVE_UNIT_IMAGE": f"demo/iris:{version}"}
        process = subprocess.Popen([sys.executable, "model.py"], cwd=IRIS / version, env=environment,
                                   stdout=subprocess.PIPE, text=True)
        try:
            self.assertIn("is ready", process.stdout.readline())
            client = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            client.request("POST", "/predict", '{"data":{"tensor":{"shape":[2,4],"values":[5.1,3.5,1.4,0.2,6.7,3.0,5.2,2.3]}}}')
            answer = json.loads(client.getresponse().read())
            values = answer["data"]["tensor"]["values"]
            self.assertEqual(answer["data"]["tensor"]["shape"], [2, 3])
            self.assertEqual(answer["data"]["names"], ["setosa", "versicolor", "virginica"])
            self.assertEqual(answer["meta"]["tags"], {"version": version})
            self.assertEqual((values.index(max(values[:3])), values[3:].index(max(values[3:]))), (0, 2))
            client.close()
            process.send_signal(signal.SIGTERM)
            rest, _ = process.communicate(timeout=20)
            self.assertEqual(process.returncode, 0)
            self.assertEqual(rest.splitlines(), ["POST /predict 200 user=-", "stopped"])
        finally:
            process.kill()
            process.wait()
            process.stdout.close()

    def test_version_1(self):
        self.check("1.0")

    def test_version_2(self):
        self.check("2.0")


if __name__ == "__main__":
    unittest.main()
