"""Debian's `ab` with kept connections, for as long as something else lasts: the strictest count of failed requests there is."""
import json
import os
import re
import signal
import subprocess

from program import PATIENCE, TENSOR

MOST = 10_000_000  # more than ab can send here: it ends by a signal


class Ab:
    """`ab -k -c16` until it is stopped; it ends by itself at the first connection that fails."""

    def __init__(self, program, deployment, client=None):
        body = os.path.join(program.folder, "body.json")
        with open(body, "w") as file:
            json.dump(TENSOR, file)
        self.output = os.path.join(program.folder, "ab.out")
        with open(self.output, "w") as out:
            self.process = subprocess.Popen(
                ["ab", "-k", "-l", "-q", "-c", "16", "-s", str(PATIENCE), "-t", "3600", "-n", str(MOST), "-p", body, "-T", "application/json",
                 *(["-A", client] if client else []), f"{program.url('prediction')}/deployment/{deployment}/api/v1.0/predictions"],
                stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    def stop(self):
        """How many requests were answered, and how many of these not well."""
        assert self.process.poll() is None, f"ab gave up: {self.text()}"
        self.process.send_signal(signal.SIGINT)
        self.process.wait(PATIENCE)
        text = self.text()
        found = {name: int(count) for name, count in re.findall(r"^([A-Z][A-Za-z0-9 -]+):\s+(\d+)", text, re.MULTILINE)}
        assert "Complete requests" in found, text
        return found["Complete requests"], found.get("Failed requests", 0) + found.get("Non-2xx responses", 0), text

    def text(self):
        with open(self.output) as file:
            return file.read()
