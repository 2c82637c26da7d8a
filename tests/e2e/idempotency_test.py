#!/usr/bin/env python3
"""Idempotency-Key: a request that is sent again, also after a kill -9 and over a backup, is done once."""
import os
import signal
import subprocess
import unittest

from changes import ChangeableProgram
from program import PROGRAM


class Idempotency(unittest.TestCase):
    def test_a_repetition_gets_the_first_answer_again(self):
        with ChangeableProgram() as program:
            program.prepare()
            document = {"name": "Iris", "group": "research", "modelImage": "demo/iris:1.0", "instanceType": "cpu-1", "stop": True,
                        "endpointAccessType": "private"}
            status, first, fields = program.api("POST", "/deployments", document, Idempotency_Key='"8e03978e-40d5"')
            self.assertEqual((status, fields["Idempotent-Replayed"]), (201, None))
            clients = f"/deployments/{first['id']}/clients"
            token = program.must("POST", clients, {"name": "app"}, Idempotency_Key="k-2")["token"]

            program.stop(signal.SIGKILL)
            with open(os.path.join(program.data, "modelgate.db-wal"), "rb") as log, open(os.path.join(program.data, "modelgate.db"), "rb") as store:
                self.assertNotIn(token.encode(), log.read() + store.read())
            program.start()
            status, again, fields = program.api("POST", "/deployments", document, Idempotency_Key='"8e03978e-40d5"')
            self.assertEqual((status, fields["Idempotent-Replayed"]), (201, "true"))
            self.assertEqual(again, first)
            self.assertEqual(len(program.must("GET", "/deployments")["items"]), 1)
            status, client, fields = program.api("POST", clients, {"name": "app"}, Idempotency_Key="k-2")
            self.assertEqual((status, fields["Idempotent-Replayed"]), (201, "true"))
            self.assertEqual((client["token"], client["tokenShown"]), (None, True))

            status, problem, _ = program.api("POST", clients, {"name": "other"}, Idempotency_Key="k-2")
            self.assertEqual((status, problem["code"]), (422, "IDEMPOTENCY_KEY_REUSED"))
            self.assertEqual(program.api("POST", clients, {"name": "other"}, Idempotency_Key="k" * 256)[0], 400)

            # How long is a setting, which holds at once.
            program.settings["timeouts.idempotency"] = '"1ms"'
            program.write_config()
            program.reload()
            status, problem, _ = program.api("POST", clients, {"name": "app"}, Idempotency_Key="k-2")
            self.assertEqual((status, problem["code"]), (409, "RESOURCE_CONFLICT"))

    def test_a_backup_carries_kept_answers(self):
        with ChangeableProgram() as program, ChangeableProgram() as other:
            program.prepare()
            document = {"name": "Iris", "group": "research", "modelImage": "demo/iris:1.0", "instanceType": "cpu-1", "stop": True}
            first = program.must("POST", "/deployments", document, Idempotency_Key="k-1")
            file = os.path.join(program.folder, "one.backup")
            other.stop(signal.SIGTERM)
            for words in (["backup", file, "--data-dir", program.data], ["restore", file, "--data-dir", other.data, "--force"]):
                subprocess.run([PROGRAM, *words], check=True, stdout=subprocess.DEVNULL, timeout=120)
            other.start()
            self.assertEqual(other.must("POST", "/deployments", document, Idempotency_Key="k-1"), first)


if __name__ == "__main__":
    unittest.main(verbosity=2)
