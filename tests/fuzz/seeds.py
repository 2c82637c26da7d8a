#!/usr/bin/env python3
"""Writes the bytes of the wire cases as seeds of the fuzz targets: seeds.py FOLDER makes FOLDER/<target>/<case>.

The cases stay where they are; a new one is a new seed without a copy.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "wire"))
from case import Lane  # noqa: E402
from cases import all_cases  # noqa: E402
from targets import MODELGATE_CONFIG  # noqa: E402

LONGEST = 16_384  # a limit's own case may be a hundred times that, and teaches no more


def seeds_of(case, lane):
    """(target, bytes) of one case."""
    sent = b"".join(lane.bytes_of(step) for step in case.steps if isinstance(step, str))
    yield "head", sent
    yield "request_reader", sent
    head, _, body = sent.partition(b"\r\n\r\n")
    if re.search(rb"(?i)transfer-encoding", head) and body:
        yield "body_decoder", body
    for value in re.findall(rb"(?i)\r\nauthorization: *(.*?)\r\n", head + b"\r\n"):
        yield "credential", value
    for value in re.findall(rb"(?i)\r\nx-request-timeout: *(.*?)\r\n", head + b"\r\n"):
        yield "request_timeout", value
    for value in re.findall(rb"(?i)\r\ntraceparent: *(.*?)\r\n", head + b"\r\n"):
        yield "trace_context", value
    words = head.split(b"\r\n")[0].split(b" ")
    if len(words) >= 2:
        yield "target", words[1]
    for answer in case.replica:
        yield "response", b"".join(step.replace("⏎", "\r\n").encode("latin-1") for step in answer.steps if isinstance(step, str))


def main(folder):
    for corpus in (ROOT / "tests" / "fuzz" / "corpus").iterdir():
        (folder / corpus.name).mkdir(parents=True, exist_ok=True)  # also for a target that no case is about
    lane = Lane("00", "mgc_" + "0" * 49)
    lane.other = lane
    written = set()
    for _, case in all_cases():
        for target, data in seeds_of(case, lane):
            if not data or len(data) > LONGEST or (target, data) in written:
                continue
            written.add((target, data))
            (folder / target / case.id).write_bytes(data)
    (folder / "settings" / "wire.toml").write_text(MODELGATE_CONFIG)
    print(f"{len(written) + 1} seeds in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
