#!/usr/bin/env python3
"""The embedding program serves a snapshot: usage embedded_test.py PROGRAM."""
import http.client
import http.server
import json
import signal
import subprocess
import sys
import threading


class Replica(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


replica = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Replica)
threading.Thread(target=replica.serve_forever, daemon=True).start()
snapshot = {
    "generation": 1,
    "deployments": [
        {
            "id": "echo",
            "serving": {"protocol": "passthrough"},
            "endpoints": [{"replica": "r-0", "address": f"127.0.0.1:{replica.server_port}"}],
        }
    ],
}
program = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
try:
    program.stdin.write(json.dumps(snapshot))
    program.stdin.close()
    host, port = program.stdout.readline().strip().rsplit(":", 1)
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    connection.request("POST", "/deployment/echo/any", "hello")
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (200, b"hello")
finally:
    program.send_signal(signal.SIGTERM)
    assert program.wait(10) == 0
print("1 passed, 0 failed")
