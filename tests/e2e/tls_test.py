"""TLS on both ports of the built program: what a scanner finds, the command line, and certificates that change on the disk."""
import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import unittest
import urllib.request
import xml.etree.ElementTree as xml

from program import PATIENCE, PROGRAM, Program, SOURCE, wait_until

CONFIG = """
[tls]
poll_interval = "100ms"

[tls.prediction]
certificates = ["gate.pem"]
keys = ["gate.key"]

[tls.control]
certificates = ["gate.pem"]
keys = ["gate.key"]

[catalogue]
path = "{images}"
"""


def openssl(*words, folder):
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def issue(folder, serial):
    """A certificate for "gate.test" and this machine, written as a tool would that renews it: at once, key first."""
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=gate.test",
            "-keyout", "new.key", "-out", "new.csr", folder=folder)
    with open(os.path.join(folder, "extensions"), "w") as text:
        text.write("subjectAltName=DNS:gate.test,DNS:localhost,IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "new.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", str(serial), "-days", "30",
            "-extfile", "extensions", "-out", "new.pem", folder=folder)
    for ending in ("key", "pem"):
        os.replace(os.path.join(folder, f"new.{ending}"), os.path.join(folder, f"gate.{ending}"))


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="modelgate-e2e-tls-")
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=test authority",
                "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", folder=cls.folder)
        issue(cls.folder, 100)
        cls.ca = os.path.join(cls.folder, "ca.pem")
        config = os.path.join(cls.folder, "modelgate.toml")
        with open(config, "w") as text:
            text.write(CONFIG.format(images=os.path.join(SOURCE, "conf", "images")))
        cls.program = Program(config=config)
        cls.program.start()

    @classmethod
    def tearDownClass(cls):
        cls.program.__exit__()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def address(self, port):
        host, number = self.program.ports[port].rsplit(":", 1)
        return host, int(number)

    def open(self, port, **more):
        context = ssl.create_default_context(cafile=self.ca)
        return http.client.HTTPSConnection(*self.address(port), timeout=PATIENCE, context=context, **more)

    def serial(self, port):
        context = ssl.create_default_context(cafile=self.ca)
        with socket.create_connection(self.address(port), PATIENCE) as plain:
            with context.wrap_socket(plain, server_hostname="gate.test") as secure:
                return int(secure.getpeercert()["serialNumber"], 16)

    def metrics(self):
        with urllib.request.urlopen("http://" + self.program.ports["metrics"] + "/metrics", timeout=PATIENCE) as answer:
            return answer.read().decode()

    def test_a_scanner_finds_nothing_weak(self):
        for port in ("prediction", "control"):
            host, number = self.address(port)
            command = ["sslscan", "--no-colour", "--xml=-", "--sni-name=gate.test", f"{host}:{number}"]
            scanned = subprocess.run(command, capture_output=True, timeout=PATIENCE * 3, check=True).stdout
            found = xml.fromstring(scanned).find("ssltest")
            on = {each.get("type") + each.get("version") for each in found.findall("protocol") if each.get("enabled") == "1"}
            self.assertEqual(on, {"tls1.2", "tls1.3"})
            ciphers = found.findall("cipher")
            self.assertGreaterEqual(len(ciphers), 4)
            for cipher in ciphers:
                self.assertIn(cipher.get("strength"), ("strong", "acceptable"), cipher.attrib)
                self.assertRegex(cipher.get("cipher"), "GCM|CHACHA20", cipher.attrib)
                self.assertGreaterEqual(int(cipher.get("bits")), 128)
            self.assertEqual(found.find("renegotiation").get("supported"), "0")
            # An OpenSSL without compression, as Debian's, is not even asked.
            self.assertTrue(all(each.get("supported") == "0" for each in found.findall("compression")))
            self.assertTrue(all(each.get("vulnerable") == "0" for each in found.findall("heartbleed")))

    def test_the_console_and_its_session_are_for_tls_only(self):
        host = "localhost:" + str(self.address("control")[1])

        def ask(method, path, body=None, **fields):
            connection = self.open("control")
            connection.request(method, path, body, {"Host": host, **{name.replace("_", "-"): value for name, value in fields.items()}})
            answer = connection.getresponse()
            text = answer.read()
            connection.close()
            return answer.status, answer.headers, text

        status, fields, page = ask("GET", "/deployments/iris", Accept="text/html")
        self.assertEqual((status, fields.get_content_type()), (200, "text/html"), page)
        status, fields, _ = ask("POST", "/api/v1/session", json.dumps({"token": self.program.token}), Content_Type="application/json",
                                Origin="https://" + host)
        self.assertEqual(status, 201)
        cookie, *attributes = fields["Set-Cookie"].split("; ")
        self.assertTrue(cookie.startswith("__Host-modelgate-session="), cookie)
        self.assertLessEqual({"Secure", "HttpOnly", "SameSite=Strict", "Path=/"}, set(attributes))
        self.assertEqual(ask("GET", "/api/v1/me", Cookie=cookie)[0], 200)
        self.assertEqual(ask("GET", "/api/v1/me", Cookie=cookie.removeprefix("__Host-"))[0], 401)
        health = json.loads(ask("GET", "/api/v1/gateway", Cookie=cookie)[2])
        self.assertEqual({each["port"]: each["tls"] for each in health["listeners"]}, {"prediction": True, "control": True, "metrics": False})
        self.assertEqual({each["port"] for each in health["certificates"]}, {"prediction", "control"})
        for each in health["certificates"]:
            self.assertEqual((each["name"], os.path.basename(each["file"])), ("gate.test", "gate.pem"))
            self.assertGreater(each["expiresAt"], time.strftime("%Y-%m-%d"))
        self.assertEqual(ask("DELETE", "/api/v1/session", Cookie=cookie, Origin="https://elsewhere.test")[0], 403)
        self.assertEqual(ask("DELETE", "/api/v1/session", Cookie=cookie, Origin="https://" + host)[0], 204)

    def test_the_command_line_speaks_tls_and_verifies(self):
        server = "https://localhost:" + str(self.address("control")[1])
        environment = {**os.environ, "MODELGATE_TOKEN": self.program.token, "HOME": self.folder}

        def run(*words):
            return subprocess.run([PROGRAM, "--server", server, *words, "deployments", "list"], env=environment,
                                  capture_output=True, text=True, timeout=PATIENCE)

        trusted = run("--ca-file", self.ca)
        self.assertEqual(trusted.returncode, 0, trusted.stderr)
        untrusted = run()
        self.assertNotEqual(untrusted.returncode, 0)
        self.assertIn("is not trusted", untrusted.stderr)
        self.assertIn("--ca-file", untrusted.stderr)
        missing = run("--ca-file", "/nonexistent.pem")
        self.assertEqual(missing.returncode, 2)

    def test_endpoints_are_said_with_https(self):
        self.assertIn("control     https://", self.program.printed())
        connection = self.open("control")
        fields = {"Authorization": "Bearer " + self.program.token, "Content-Type": "application/json"}
        group = '{"name": "research", "displayName": "Research", "enabledDeployment": true}'
        connection.request("POST", "/api/v1/groups", group, fields)
        made = connection.getresponse()
        self.assertEqual(made.status, 201, made.read())
        made.read()
        document = ('{"id": "models", "name": "models", "group": "research", "endpointAccessType": "public",'
                    '"external": {"urls": ["http://127.0.0.1:1"]}}')
        connection.request("POST", "/api/v1/deployments", document, fields)
        answer = connection.getresponse()
        text = answer.read().decode()
        self.assertEqual(answer.status, 201, text)
        self.assertRegex(text, r'"endpoint": ?"https://')

    def test_new_files_are_shown_without_a_restart_and_broken_ones_are_not(self):
        kept = {port: self.open(port) for port in ("prediction", "control")}

        def still_answers(port):
            kept[port].request("GET", "/ping" if port == "prediction" else "/livez")
            answer = kept[port].getresponse()
            answer.read()
            return answer.status

        for port in kept:
            self.assertEqual(still_answers(port), 200, port)
        issue(self.folder, 200)
        for port in kept:
            wait_until(lambda: self.serial(port) == 200, "the new certificate on the port for " + port)
            self.assertEqual(still_answers(port), 200, port)
        with open(os.path.join(self.folder, "gate.pem"), "w") as text:
            text.write("broken")
        wait_until(lambda: "\nmodelgate_certificate_reload_failed 1" in self.metrics(), "the failure's metric")
        self.assertIn("holds no certificate", self.program.log())
        self.assertEqual(self.serial("prediction"), 200)
        issue(self.folder, 300)
        wait_until(lambda: self.serial("prediction") == 300, "the repaired certificate")
        wait_until(lambda: "\nmodelgate_certificate_reload_failed 0" in self.metrics(), "the metric of success")
        for port in kept:
            self.assertEqual(still_answers(port), 200, port)

    def test_each_certificate_has_its_expiry_in_the_metrics(self):
        found = re.findall(r'\nmodelgate_certificate_expiry_timestamp_seconds\{port="(\w+)"[^}]*name="gate.test"\} ', self.metrics())
        self.assertEqual(sorted(found), ["control", "prediction"])

    def test_check_tells_what_is_wrong_with_files(self):
        config = os.path.join(self.folder, "wrong.toml")
        with open(config, "w") as text:
            text.write('[tls.prediction]\ncertificates = ["gate.pem"]\nkeys = ["ca.key"]\n')
        checked = subprocess.run([PROGRAM, "check", "--config", config], capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(checked.returncode, 78)
        self.assertIn("wrong.toml:3:8: tls.prediction.keys: ", checked.stderr)
        self.assertIn("is not the key of the first certificate", checked.stderr)

    def test_nothing_secret_is_logged(self):
        with open(os.path.join(self.folder, "gate.key")) as text:
            lines = [line for line in text.read().splitlines() if "-----" not in line]
        for line in lines:
            self.assertNotIn(line, self.program.log())


if __name__ == "__main__":
    unittest.main()
