"""A deployment whose model fails when it is told to, under traffic of which every answer is known."""
import http.server
import json
import threading
import time


class Model:
    """Answers with the status that a request's body names."""

    def __init__(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status = json.loads(body).get("status", 200)
                if status == 502:  # no answer: what the gateway makes of it is its own
                    self.close_connection = True
                    return
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


class Shaky:
    """Deployment "shaky" of a program that is prepared."""

    def __init__(self, program):
        self.program, self.model = program, Model()
        program.must("POST", "/deployments", {"id": "shaky", "name": "shaky", "group": "research", "external": {"urls": [self.model.url]},
                                              "metadata": {"version": "v7"}, "endpointAccessType": "public",
                                              "serving": {"protocol": "seldon", "limits": {"requestsPerSecond": 100_000, "burst": 100_000}}})
        program.wait_for("shaky")

    def predict(self):
        """How many of each status."""
        sent = {200: 0, 400: 0, 500: 0, 502: 0}
        for i in range(240):
            status = 500 if i % 12 == 5 else 502 if i > 120 and i % 12 == 9 else 400 if i % 8 == 3 else 200
            got = self.program.predict("shaky", {"status": status})[0]
            assert got == status, got
            sent[status] += 1
            time.sleep(0.02)  # over several scrapes; how many does not matter
        return sent

    def feed(self):
        """The rewards; one more feedback has none, and one is refused."""
        rewards = [1, 0, 1, 1, 0.5, 0, 1, 1, 0, 1]
        for reward in rewards:
            assert feed(self.program, json.dumps({"reward": reward})) == 200
        assert feed(self.program, "{}") == 200
        assert feed(self.program, '{"reward": "NaN"}') == 400
        return rewards
