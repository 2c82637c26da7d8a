"""Serves a model as Seldon's Python wrapper does, with nothing but the standard library.

A model has `name`, `version`, `features`, `classes` and `predict(rows)`, which answers one list of probabilities per row.
"""

import http.server
import json
import os
import signal
import socket
import sys
import threading
import urllib.parse

import seldon_messages as messages

BODY_LIMIT = 64 * 1024 * 1024
LINE_LIMIT = 8 * 1024
IDLE_SECONDS = 75


class TooLarge(Exception):
    """Answered 413."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "seldon-wrapper"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one segment
    timeout = IDLE_SECONDS
    status = 0

    def handle_one_request(self):
        # Between two requests the connection is idle: only then may a stopping server cut it.
        if not self.server.set_idle(self.connection, True):
            self.close_connection = True
            return
        self.headers = None
        super().handle_one_request()

    def parse_request(self):
        self.server.set_idle(self.connection, False)
        return super().parse_request()

    def do_GET(self):
        self.respond("GET")

    def do_POST(self):
        self.respond("POST")

    do_PUT = do_DELETE = do_PATCH = do_HEAD = lambda self: self.respond(self.command)

    def respond(self, method):
        path, _, query = self.path.partition("?")
        try:
            body = self.read_body()
            status, answer = self.server.service.handle(method, path, query, self.headers.get("Content-Type", ""), body)
        except messages.BadInput as problem:  # of the framing: what follows on this connection can't be trusted
            self.close_connection = True
            status, answer = messages.failure(400, str(problem), "MICROSERVICE_BAD_DATA")
        except TooLarge:
            self.close_connection = True
            status, answer = messages.failure(413, f"The body is over {BODY_LIMIT} bytes", "MICROSERVICE_BAD_DATA")
        self.send(status, answer)

    def read_body(self):
        coding = self.headers.get_all("Transfer-Encoding", [])
        lengths = self.headers.get_all("Content-Length", [])
        if coding:
            if lengths or len(coding) > 1 or coding[0].strip().lower() != "chunked":
                raise messages.BadInput("Ambiguous framing of the request body")
            return self.read_chunks()
        if not lengths:
            return b""
        text = lengths[0].strip()
        if len(set(lengths)) > 1 or not (text.isascii() and text.isdigit()):
            raise messages.BadInput("Content-Length is not a number")
        if len(text) > 12 or int(text) > BODY_LIMIT:
            raise TooLarge
        return self.read_exactly(int(text))

    def read_chunks(self):
        pieces, total = [], 0
        while True:
            size_text = self.read_line().split(b";", 1)[0].strip()
            try:
                size = int(size_text, 16) if size_text.isalnum() else -1
            except ValueError:
                size = -1
            if size < 0:
                raise messages.BadInput("A chunk has no valid size")
            total += size
            if total > BODY_LIMIT:
                raise TooLarge
            if size == 0:
                while self.read_line() != b"":  # trailers
                    pass
                return b"".join(pieces)
            pieces.append(self.read_exactly(size))
            if self.read_line() != b"":
                raise messages.BadInput("A chunk is longer than its size")

    def read_line(self):
        line = self.rfile.readline(LINE_LIMIT + 1)
        if not line.endswith(b"\n"):
            raise messages.BadInput("The request body ended early")
        return line.rstrip(b"\r\n")

    def read_exactly(self, size):
        body = self.rfile.read(size)
        if len(body) != size:
            raise messages.BadInput("The request body ended early")
        return body

    def send(self, status, answer):
        body = answer.encode() if isinstance(answer, str) else json.dumps(answer, separators=(",", ":")).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain" if isinstance(answer, str) else "application/json")
        self.send_header("Content-Length", str(len(body)))
        if status == 405:
            self.send_header("Allow", "GET, POST")
        if self.close_connection or self.server.stopping:
            self.close_connection = True
            self.send_header("Connection", "close")
        elif self.request_version == "HTTP/1.0":
            self.send_header("Connection", "keep-alive")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_error(self, code, message=None, explain=None):
        """For what the base class refuses by itself: a broken request line, a head that is too large."""
        self.close_connection = True
        self.request_version = "HTTP/1.1"
        self.command = self.command or "-"
        self.path = getattr(self, "path", "-")
        self.send(*messages.failure(int(code), message or "Bad request", "MICROSERVICE_BAD_DATA"))

    def log_request(self, code="-", size="-"):
        user = self.headers.get("X-Forwarded-User", "-") if self.headers else "-"
        self.server.log(f"{self.command} {printable(self.path)} {int(code)} user={printable(user)}")

    def log_message(self, format, *args):  # the base class's other lines say nothing that the request's line does not
        pass


def printable(text):
    return "".join(c if c.isprintable() and c != " " else "?" for c in text[:256])


class Service:
    """What is answered to whom: a route table and the model. No I/O."""

    def __init__(self, model, unit="model", image=""):
        self.model, self.unit, self.image = model, unit, image
        self.routes = {}
        for prefix in ("", "/api/v1.0", "/api/v0.1"):
            self.routes[prefix + "/predict"] = self.predict
            self.routes[prefix + "/send-feedback"] = self.feedback
            self.routes[prefix + "/health/status"] = self.health
            self.routes[prefix + "/metadata"] = self.metadata
        for prefix in ("/api/v1.0", "/api/v0.1"):
            self.routes[prefix + "/predictions"] = self.predict
            self.routes[prefix + "/feedback"] = self.feedback
        self.routes["/health/ping"] = lambda message: "pong"
        self.routes["/seldon.json"] = self.document

    def handle(self, method, path, query, content_type, body):
        route = self.routes.get(path)
        if route is None:
            return messages.failure(404, f"There is nothing at {printable(path)}", "MICROSERVICE_NOT_FOUND")
        if method not in ("GET", "POST"):
            return messages.failure(405, f"{method} is not allowed here", "MICROSERVICE_BAD_DATA")
        try:
            if route not in (self.predict, self.feedback):
                return 200, route(None)
            return 200, route(messages.decode(json_text(method, query, content_type, body)))
        except messages.BadInput as problem:
            return messages.failure(400, str(problem), "MICROSERVICE_BAD_DATA")

    def predict(self, message):
        rows, kind = messages.read_rows(message, len(self.model.features))
        meta = messages.request_meta(message, {"version": self.model.version}, self.unit, self.image)
        return messages.answer(self.model.predict(rows), kind, self.model.classes, meta)

    def feedback(self, message):
        messages.read_feedback(message)
        return messages.answer_feedback(message)

    def health(self, _):
        return {"meta": {"requestPath": {self.unit: self.image}}, "strData": "healthy"}

    def metadata(self, _):
        return {
            "name": self.model.name,
            "versions": [self.model.version],
            "platform": "seldon",
            "inputs": [{"messagetype": "tensor", "schema": {"names": list(self.model.features), "shape": [len(self.model.features)]}}],
            "outputs": [{"messagetype": "tensor", "schema": {"names": list(self.model.classes), "shape": [len(self.model.classes)]}}],
        }

    def document(self, _):
        paths = {path: {"post": {"responses": {"200": {"description": "OK"}}}}
                 for path, route in self.routes.items() if route in (self.predict, self.feedback)}
        return {"openapi": "3.0.0", "info": {"title": self.model.name, "version": self.model.version}, "paths": paths}


def json_text(method, query, content_type, body):
    """Where the wrapper looks for the message: the body, a form's field or the query's `json`."""
    kind = content_type.split(";", 1)[0].strip().lower()
    try:
        if body and kind == "application/x-www-form-urlencoded" and body.lstrip()[:1] != b"{":
            form = urllib.parse.parse_qs(body.decode(), max_num_fields=16)
        elif body and method == "POST":
            return body.decode()
        else:
            form = urllib.parse.parse_qs(query, max_num_fields=16)
    except ValueError:  # not UTF-8, or too many fields
        raise messages.BadInput("Can't find JSON in data: the text is not UTF-8 or has too many fields") from None
    if "json" not in form:
        raise messages.BadInput("Can't find JSON in data")
    return form["json"][0]


class Server(http.server.ThreadingHTTPServer):
    """One thread per connection; `stop` lets requests that are being answered finish."""

    request_queue_size = 1024
    allow_reuse_address = True
    daemon_threads = False

    def __init__(self, address, service, log):
        super().__init__(address, Handler)
        self.service, self.log = service, log
        self.stopping = False
        self.idle, self.idle_lock = set(), threading.Lock()

    def set_idle(self, connection, idle):
        """False when the server is stopping, so the connection should not wait for another request."""
        with self.idle_lock:
            (self.idle.add if idle else self.idle.discard)(connection)
            return not self.stopping

    def shutdown_request(self, request):
        with self.idle_lock:
            self.idle.discard(request)
        super().shutdown_request(request)

    def run(self):
        while not self.stopping:
            self.handle_request()
        self.server_close()  # waits for the connections' threads

    def stop(self):
        with self.idle_lock:
            self.stopping = True
            for connection in self.idle:
                try:
                    connection.shutdown(socket.SHUT_RD)  # what has arrived is still read and answered
                except OSError:
                    pass
        try:
            self.socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        except OSError:
            pass

    def handle_error(self, request, client_address):
        problem = sys.exc_info()[1]
        if not isinstance(problem, (ConnectionError, TimeoutError)):
            self.log(f"error: {type(problem).__name__}: {problem}")


def write_line(text):
    """One write for one line, so that lines of different threads never mix."""
    os.write(sys.stdout.fileno(), (text + "\n").encode(errors="replace"))


def main(model):
    service = Service(model, os.environ.get("PREDICTIVE_UNIT_ID", "model"), os.environ.get("PREDICTIVE_UNIT_IMAGE", ""))
    server = Server(("127.0.0.1", int(os.environ["PREDICTIVE_UNIT_SERVICE_PORT"])), service, write_line)
    asked_to_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked_to_stop.set())
    acceptor = threading.Thread(target=server.run)
    acceptor.start()
    write_line(f"{model.name} {model.version} is ready on port {server.server_address[1]}")
    asked_to_stop.wait()
    server.stop()
    acceptor.join()
    write_line("stopped")
