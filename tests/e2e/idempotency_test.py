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

    def test_every_change_of_a_client_is_done_once_also_over_a_kill(self):
        with ChangeableProgram() as program:
            program.prepare()
            program.deploy("iris", replicas=1, endpointAccessType="private")
            program.wait_for("iris")
            clients = "/deployments/iris/clients"
            first = program.must("POST", clients, {"name": "app"}, Idempotency_Key="add")["token"]
            rotated = program.must("POST", f"{clients}/app/rotate", {"overlapSeconds": 3600}, Idempotency_Key="rotate")
            patch = {"expiresAt": "2100-01-01T00:00:00Z"}
            patched = program.must("PATCH", f"{clients}/app", patch, Idempotency_Key="patch")
            file = {"htpasswd": "old:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n"}
            imported = program.must("POST", "/deployments/iris/client-imports", file, Idempotency_Key="import")
            program.must("POST", clients, {"name": "gone"})
            self.assertEqual(program.api("DELETE", f"{clients}/gone", Idempotency_Key="delete")[0], 204)
            again = program.must("POST", clients, {"name": "gone"})["token"]  # another one of that name

            program.stop(signal.SIGKILL)
            program.start()

            def repeat(method, path, body, key):
                status, value, fields = program.api(method, path, body, Idempotency_Key=key)
                self.assertEqual(fields["Idempotent-Replayed"], "true", (path, status, value))
                return value

            self.assertEqual(repeat("PATCH", f"{clients}/app", patch, "patch"), patched)
            value = repeat("POST", f"{clients}/app/rotate", {"overlapSeconds": 3600}, "rotate")
            self.assertEqual((value["token"], value["tokenShown"], value["prefix"]), (None, True, rotated["prefix"]))
            self.assertEqual(repeat("POST", "/deployments/iris/client-imports", file, "import"), imported)
            self.assertEqual(repeat("DELETE", f"{clients}/gone", None, "delete"), "")
            program.wait_for("iris")
            for client in (f"app:{first}", f"app:{rotated['token']}", f"gone:{again}"):  # a rotation more would have ended the first
                self.assertEqual(program.predict("iris", client=client)[0], 200, client)
            status, problem, _ = program.api("DELETE", f"{clients}/app", Idempotency_Key="delete")
            self.assertEqual((status, problem["code"]), (422, "IDEMPOTENCY_KEY_REUSED"))

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
