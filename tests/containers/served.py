"""What the story of the engines serves with: modelgate, and models over HTTP."""
import functools
import http.server
import os
import threading

from program import SOURCE, Program
from upgrading import Upgrading

DRAIN = 5  # seconds


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *unused):
        pass


class ModelServer:
    """Gives a folder's files over HTTP."""

    def __init__(self, folder):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(QuietHandler, directory=folder))
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *unused):
        self.server.shutdown()
        self.server.server_close()


class Served(Upgrading, Program):
    """Some instance types are the engine's, all others processes'."""

    def __init__(self, lines):
        super().__init__()
        self.config = os.path.join(self.folder, "modelgate.toml")
        with open(self.config, "w") as file:
            file.write(f"""
catalogue.path = "{SOURCE}/conf/images"
timeouts.drain = "{DRAIN}s"
[runtime.process]
stop_grace = "1s"
restart_backoff = "1s"
probe_interval = "200ms"
{lines}""")
