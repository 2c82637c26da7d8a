"""Debian's slowhttptest at the lowest priority, and what it says in the end."""
import re
import subprocess

MODES = {"head": "-H", "body": "-B", "read": "-X"}


def start(mode, url, connections, seconds):
    words = ["nice", "-n", "19", "slowhttptest", MODES[mode], "-c", str(connections), "-r", str(connections), "-l", str(int(seconds)), "-i", "1", "-p", "3", "-u", url]
    if mode == "body":
        words += ["-s", "1048576", "-x", "10", "-t", "POST"]
    if mode == "read":
        words += ["-w", "512", "-y", "1024", "-n", "1", "-z", "512"]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True)


def outcome(process, seconds):
    """{"closed": n, "connected": n, ..., "service available": "YES", "all closed": whether it ended for want of connections}."""
    printed, _ = process.communicate(timeout=seconds)
    plain = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", printed)
    found = {name: int(value) for name, value in re.findall(r"(closed|connected|pending|error|initializing):\s+(\d+)", plain)}
    available = re.findall(r"service available:\s+(YES|NO)", plain)
    found["service available"] = available[-1] if available else ""
    found["all closed"] = "No open connections left" in plain
    return found
