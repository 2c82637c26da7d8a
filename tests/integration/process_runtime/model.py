"""The model of the process runtime's tests.

Environment: READY_FILE: healthy only while that file exists. START: code that runs first. STUBBORN: ignores SIGTERM and leaves a
child in a session of its own that does too, its pid in the file named. HIDDEN, THREAD: leaves such a process, its pid in the file
named, that can be told by neither parent, session, group nor environment. WANDERER: leaves one that goes on as its own child again
and again, and holds the FIFO named open for writing. LISTEN=no: never opens its port. LISTEN=socket: listens on
MODELGATE_SOCKET instead.
Paths: POST /predict as the file named in PREDICT says, "<status> <answer>", 200 while there is none, but not as long as the file named in HOLD exists; /health, /environ, /run?<code> with the answer's text in the variable `out`.
"""

import ctypes
import http.server
import json
import os
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
import urllib.parse


def leave_behind(file, become):
    """Forks twice; the grandchild leads a session of its own, ignores SIGTERM, says its pid and becomes something else."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        if os.fork() == 0:
            os.setsid()
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            nothing = os.open("/dev/null", os.O_RDWR)
            for standard in range(3):
                os.dup2(nothing, standard)
            with open(file, "w") as text:
                text.write(str(os.getpid()))
            become(writer)
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    assert os.read(reader, 1) == b""  # closed: it has become what it is to be


def become_a_stranger(_):
    os.execve("/bin/sleep", ["sleep", "1000"], {})


def become_a_thread(writer):
    """Its first thread ends, and with it all that /proc tells of its environment."""
    def stay():
        with open("/proc/self/stat") as stat:
            while " Z " not in stat.read():
                stat.seek(0)
        os.close(writer)
        time.sleep(1000)

    threading.Thread(target=stay).start()
    ctypes.CDLL(None).pthread_exit(None)


exec(os.environ.get("START", ""))

if "HIDDEN" in os.environ:
    leave_behind(os.environ["HIDDEN"], become_a_stranger)
if "THREAD" in os.environ:
    leave_behind(os.environ["THREAD"], become_a_thread)
if "WANDERER" in os.environ:
    fifo = os.open(os.environ["WANDERER"], os.O_WRONLY)
    os.set_inheritable(fifo, True)
    code = "import os, time\nfor _ in range(3000):\n  if os.fork(): os._exit(0)\n  os.setsid()\n  time.sleep(0.002)"
    subprocess.Popen([sys.executable, "-ISc", code], env={}, start_new_session=True, close_fds=False).wait()
    os.close(fifo)

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

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        status, answer = "200", ""
        while os.path.exists(os.environ.get("HOLD", "")):
            time.sleep(0.01)
        if os.path.exists(os.environ.get("PREDICT", "")):
            with open(os.environ["PREDICT"]) as file:
                status, _, answer = file.read().partition(" ")
        print("POST", self.path, body, status, flush=True)
        self.send_response(int(status))
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, *args):
        pass


if os.environ.get("LISTEN") == "no":
    time.sleep(1000)
if os.environ.get("LISTEN") == "socket":
    class Server(http.server.ThreadingHTTPServer):
        address_family = socket.AF_UNIX

        def server_bind(self):
            socketserver.TCPServer.server_bind(self)

        def get_request(self):
            return self.socket.accept()[0], ("", 0)

    server = Server(os.environ["MODELGATE_SOCKET"], Handler)
else:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PREDICTIVE_UNIT_SERVICE_PORT"])), Handler)
print("serving", flush=True)
server.serve_forever()
