#!/usr/bin/env python3
"""Changes under load: deployments, replicas, clients, limits, log level and a broken config file, and no request fails.

    changes_test.py [--changes N]      also MODELGATE_CHANGES

Two loads on the deployment that is scaled and rolled out meanwhile: `ab -k -c16`, as fast as it goes, and 500 requests a second in an
open loop."""
import json
import os
import re
import signal
import subprocess
import sys
import unittest

from ab import Ab
from changes import ChangeableProgram, Changes
from program import PATIENCE, TENSOR, wait_until
from traffic import Loop, Paced, request_bytes

CHANGES = int(os.environ.get("MODELGATE_CHANGES", "20"))
RATE = 500  # requests a second


class ChangesUnderLoad(unittest.TestCase):
    def test_no_request_fails(self):
        with ChangeableProgram() as program, Loop() as loop:
            program.prepare()
            # The machine may be slow, and that is no failure here: whoever has to wait waits.
            program.deploy("iris", endpointAccessType="private", serving={"maxQueue": 1000, "queueTimeout": PATIENCE})
            program.wait_for("iris")
            client = "load:" + program.must("POST", "/deployments/iris/clients", {"name": "load"})["token"]
            path = "/deployment/iris/api/v1.0/predictions"
            body = json.dumps(TENSOR).encode()
            request = request_bytes("POST", path, body, client, ["Content-Type: application/json"])
            paced = Paced(program.ports["prediction"], request, RATE)
            running = loop.start(paced.run())
            ab = Ab(program, "iris", client)
            wait_until(lambda: len(paced.seconds) > 100, "traffic")

            changes = Changes(program, "iris")
            changes.run(lambda count: count >= CHANGES or paced.failures or ab.process.poll() is not None)

            answered_then = len(paced.seconds)
            wait_until(lambda: len(paced.seconds) > answered_then + 100, "traffic after the changes")
            answered, failed, text = ab.stop()
            paced.ending = True
            running.result(2 * PATIENCE)
            print(f"{changes.total()} changes {changes.done}\n"
                  f"ab -k -c16: {answered} answered, {failed} failed\n"
                  f"paced: {len(paced.seconds)} answered, {len(paced.failures)} failed, p50 {paced.percentile(.5) * 1000:.0f} ms, "
                  f"p99 {paced.percentile(.99) * 1000:.0f} ms", file=sys.stderr)
            self.assertEqual(paced.failures, [])
            self.assertEqual(failed, 0, text)
            self.assertEqual(changes.total(), CHANGES)
            self.assertGreater(answered, 100)
            metrics = program.metrics()
            self.assertEqual(metrics["modelgate_sessions_failed_total"], 0)
            self.assertEqual(metrics['modelgate_config_reloads_total{outcome="refused"}'], changes.broken_reloads)


if __name__ == "__main__":
    if "--changes" in sys.argv:
        at = sys.argv.index("--changes")
        CHANGES = int(sys.argv[at + 1])
        del sys.argv[at : at + 2]
    unittest.main(verbosity=2)
