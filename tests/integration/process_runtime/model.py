"""The model of the process runtime's tests.

Environment: READY_FILE: healthy only while that file exists. START: code that runs first. STUBBORN: ignores SIGTERM and leaves a
child in a session of its own that does too, its pid in the file named. LISTEN=no: never opens its port.
Paths: /health, /environ, /run?<code> with the answer's text in the variable `out`.
"""

import http.server
import json
import os
import signal
import subprocess
import sys
import time
import urllib.parse

exec(os.environ.get("START", ""))

if "STUBBORN" in os.environ:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, "-c", "import signal,time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(1000)"],
                             start_new_session=True, stdout=subprocess.PIPE)
    child.stdout.readline()
    with open(os.environ["STUBBORN"] + ".new", "w") as file:
        file.write(str(child.pid))
    os.rename(os.environ["STUBBORN"] + ".new", os.environ["STUBBORN"])


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path, _, query = self.path.partition("?")
        status, answer = 200, ""
        if path == "/health" and not os.path.exists(os.environ.get("READY_FILE", "/")):
            status = 503
        if path == "/environ":
            answer = json.dumps(dict(os.environ))
        if path == "/run":
            names = {}
            try:
                exec(urllib.parse.unquote(query), globals(), names)
                answer = str(names.get("out", ""))
            except Exception as problem:
                answer = type(problem).__name__
        self.send_response(status)
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, *args):
        pass


if os.environ.get("LISTEN") == "no":
    time.sleep(1000)
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PREDICTIVE_UNIT_SERVICE_PORT"])), Handler)
print("serving", flush=True)
server.serve_forever()
