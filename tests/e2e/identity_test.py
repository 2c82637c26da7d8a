#!/usr/bin/env python3
"""Who calls: credentials in the wrong place or for the wrong deployment, names that would forge fields, text in metric labels."""
import base64
import http.server
import json
import os
import shutil
import socket
import subprocess
import threading
import unittest
import urllib.request

from program import Program

TICK = os.sysconf("SC_CLK_TCK")
LABEL = 'a"b\\c\nd{e="f"}'


class Replica(http.server.BaseHTTPRequestHandler):
    """Writes down every head that it gets."""
    protocol_version = "HTTP/1.1"
    seen = []

    def answer(self):
        self.seen.append(f"{self.requestline}\n{self.headers}")
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


class Identity(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Replica)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        os.environ["MODELGATE_LOG__LEVEL"] = "debug"  # what is not said then is never said
        cls.program = Program()
        cls.program.start()
        cls.program.prepare()
        cls.program.must("POST", "/groups", {"name": "other", "displayName": "Other", "enabledDeployment": True})
        cls.tokens = {}
        for name, group in (("mine", "research"), ("beside", "research"), ("foreign", "other")):
            cls.program.must("POST", "/deployments", {"id": name, "name": name, "group": group, "endpointAccessType": "private", "metadata": {"version": LABEL},
                                                      "external": {"urls": [f"http://127.0.0.1:{cls.server.server_port}"]}})
            cls.program.wait_for(name)
            cls.tokens[name] = cls.program.must("POST", f"/deployments/{name}/clients", {"name": "app"})["token"]

    @classmethod
    def tearDownClass(cls):
        cls.program.__exit__()
        cls.server.shutdown()
        cls.server.server_close()

    def raw(self, *lines, target="/deployment/mine/api/v1.0/predictions"):
        """(status, body) of one request of these lines."""
        host, port = self.program.ports["prediction"].rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=60) as sock:
            sock.sendall("\r\n".join([f"GET {target} HTTP/1.1", "Host: gw.test", *lines, "Connection: close", "", ""]).encode())
            answer = b"".join(iter(lambda: sock.recv(65_536), b""))
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), body

    def basic(self, name, token):
        return "Authorization: Basic " + base64.b64encode(f"{name}:{token}".encode()).decode()

    def refusal(self, line):
        status, body = self.raw(line)
        said = json.loads(body)
        said["meta"].pop("requestId")
        return status, said

    def test_a_token_of_another_deployment_or_group_is_like_a_wrong_one(self):
        wrong = self.refusal(self.basic("app", "mgc_" + "0" * 49))
        self.assertEqual(wrong[0], 401)
        for name in ("beside", "foreign"):
            self.assertEqual(self.refusal(self.basic("app", self.tokens[name])), wrong, name)
        self.assertEqual(self.refusal(self.basic("nobody", self.tokens["mine"])), wrong)
        self.assertEqual(self.raw(self.basic("app", self.tokens["mine"]))[0], 200)

    def test_a_token_elsewhere_is_none_and_is_not_logged(self):
        token = self.tokens["mine"]
        for target in (f"/deployment/mine/x?token={token}", f"/deployment/mine/x?access_token={token}", f"http://app:{token}@gw.test/deployment/mine/x"):
            self.assertIn(self.raw(target=target)[0], (400, 401), target)
        for line in (f"Cookie: token={token}", f"X-Api-Key: {token}", f"Proxy-Authorization: Bearer {token}", f"X_Authorization: Bearer {token}"):
            self.assertEqual(self.raw(line)[0], 401, line)
        self.assertEqual(self.raw(f"Authorization: Bearer {token}")[0], 200)
        self.assertEqual(self.raw(self.basic("app", token))[0], 200)
        for each in self.tokens.values():
            self.assertNotIn(each, self.program.log())
        self.assertNotIn(token, "".join(Replica.seen))
        self.assertIn("X-Forwarded-User: app", Replica.seen[-1])

    def test_no_name_of_a_client_can_forge_a_field(self):
        for name in ("a\r\nX-Forwarded-User: root", "a\nb", "a\0", "a\tb", "ä", "a b", "a:b", "a\u2028b", "A", "-a", "", "a" * 65, "a" * 10_240):
            status, problem, _ = self.program.api("POST", "/deployments/mine/clients", {"name": name})
            self.assertEqual(status, 422, repr(name[:40]))
            self.assertEqual(problem["errors"][0]["pointer"], "/name")

    def cpu_of(self, line, count):
        """CPU time of the program for so many refused requests, seconds; pipelined, so that little else is measured."""
        request = f"GET /deployment/mine/api/v1.0/predictions HTTP/1.1\r\nHost: gw.test\r\n{line}\r\n\r\n".encode()
        host, port = self.program.ports["prediction"].rsplit(":", 1)

        def used():
            with open(f"/proc/{self.program.process.pid}/stat") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / TICK

        before = used()
        with socket.create_connection((host, int(port)), timeout=60) as sock:
            for _ in range(count // 50):
                sock.sendall(request * 50)
                answers = b""
                while answers.count(b"HTTP/1.1 401") < 50 or not answers.endswith(b"}"):
                    data = sock.recv(65_536)
                    self.assertTrue(data)
                    answers += data
        return used() - before

    def test_an_unknown_name_costs_as_much_as_a_wrong_token(self):
        lines = {"unknown name": self.basic("nobody", "mgc_" + "1" * 49), "wrong token": self.basic("app", "mgc_" + "2" * 49), "token of another": self.basic("app", self.tokens["beside"])}
        # Others on the machine can make one dearer than another by chance, but not one that is dearer as cheap as the rest.
        measured = []
        for _ in range(6):
            spent = {name: 0.0 for name in lines}
            for _ in range(4):
                for name, line in lines.items():
                    spent[name] += self.cpu_of(line, 2500)
            measured.append(spent)
            # The clock that CPU time is counted with ticks a hundred times a second, so that a difference of 5 % cannot be told from none.
            if max(spent.values()) < 1.25 * min(spent.values()) + 0.04:
                return
        self.fail(f"never alike: {measured}")

    def test_text_of_people_in_metric_labels_is_escaped(self):
        self.raw(self.basic("app", self.tokens["mine"]))
        with urllib.request.urlopen(self.program.url("metrics") + "/metrics", timeout=60) as answer:
            text = answer.read().decode()
        self.assertIn(r'predictor_version="a\"b\\c\nd{e=\"f\"}"', text)
        self.assertNotIn("\nd{e=", text)
        promtool = shutil.which("promtool")
        self.assertTrue(promtool, "promtool is missing: .ci/setup test fetches it")
        checked = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True, timeout=60)
        complaints = [line for line in (checked.stdout + checked.stderr).splitlines() if not line.startswith("seldon_api_")]
        self.assertEqual(complaints, [])


if __name__ == "__main__":
    unittest.main()
