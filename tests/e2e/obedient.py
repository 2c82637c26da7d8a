"""A model that does what a prediction tells it, for tests of what replicas do to themselves and to others.

{"say": "line"} prints it; {"eat": MiB} takes so much memory and keeps it; {"flood": true} writes to its log without a pause, in a thread,
from then on; {"burn": seconds} takes as much processor time; {"end": code} ends. {} and all of these but the last are answered {"written": lines of the flood so far}."""
import http.server
import json
import os
import sys
import threading
import time

# Run as the model; imported by tests.
if __name__ == "__main__":
    held, written = [], [0]
    LINE = "flood " + "x" * 193 + "\n"

    def flood():
        while True:
            sys.stdout.write(LINE * 1000)
            written[0] += 1000

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, value):
            body = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            self.answer({})

        def do_POST(self):
            order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if "say" in order:
                print(order["say"], flush=True)
            if "eat" in order:
                held.append(b"x" * (order["eat"] << 20))
            if "flood" in order:
                threading.Thread(target=flood, daemon=True).start()
            if "burn" in order:
                end = time.thread_time() + order["burn"]
                while time.thread_time() < end:
                    pass
            if "end" in order:
                os._exit(order["end"])
            self.answer({"written": written[0]})

        def log_message(self, *unused):
            pass

    class Server(http.server.ThreadingHTTPServer):
        request_queue_size = 128

    Server(("127.0.0.1", int(os.environ["PREDICTIVE_UNIT_SERVICE_PORT"])), Handler).serve_forever()
else:
    import shutil
    import tempfile

    from program import Program

    class ObedientProgram(Program):
        """The program with this image, "test/obedient:1", besides those of the demo, and a config of the test's own."""

        def __init__(self, lines, *arguments):
            self.place = tempfile.mkdtemp(prefix="modelgate-e2e-images-")
            os.chmod(self.place, 0o755)
            images = os.path.join(self.place, "images")
            shutil.copytree(os.path.join(os.environ["MODELGATE_SOURCE"], "conf", "images"), images)
            os.makedirs(os.path.join(images, "test/obedient/1"))
            shutil.copy(__file__, os.path.join(images, "test/obedient/1/model.py"))
            with open(os.path.join(images, "test/obedient/1/image.toml"), "w") as manifest:
                manifest.write('command = ["python3", "-u", "model.py"]\nhealth_path = "/health"\n')
            config = os.path.join(self.place, "modelgate.toml")
            with open(config, "w") as text:
                text.write(f'catalogue.path = "{images}"\n' + "\n".join(lines) + "\n")
            super().__init__(*arguments, config=config)

        def __exit__(self, *how):
            super().__exit__(*how)
            shutil.rmtree(self.place, ignore_errors=True)

        def order(self, deployment, **what):
            """The model's answer; None when it gave none."""
            status, text, _ = self.predict(deployment, what or {"do": "nothing"})
            return json.loads(text) if status == 200 else None

        def deploy_obedient(self, identifier, **more):
            self.deploy(identifier, **{"modelImage": "test/obedient:1", "replicas": 1, **more})
            return self.wait_for(identifier)

        def system(self):
            return self.must("GET", "/system")["processRuntime"]
