#!/usr/bin/env python3
"""A store of every earlier schema under the program itself: what was kept then is there, runs, and can be changed."""
import glob
import os
import signal
import sqlite3
import unittest

from program import SOURCE, Program

SCHEMAS = os.path.join(SOURCE, "tests", "unit", "store", "schemas")
STORE_ID = 0x6D677374
ADMIN_TOKEN = "bbbbbbbbbbbb"  # of admin-1, in every schema's rows


def newest_sample():
    return max(int(os.path.basename(path).removesuffix(".sql")) for path in glob.glob(os.path.join(SCHEMAS, "*.sql")))


class Migrations(unittest.TestCase):
    def put_store(self, program, schema):
        """In the place of a fresh store one of that schema, whose administrator has the fresh one's token."""
        path = os.path.join(program.data, "modelgate.db")
        with sqlite3.connect(path) as fresh:
            digest = fresh.execute("SELECT digest FROM api_tokens").fetchone()[0]
        fresh.close()
        for file in glob.glob(path + "*"):
            os.remove(file)
        old = sqlite3.connect(path)
        old.execute("PRAGMA foreign_keys = ON")
        for step in range(1, schema + 1):
            with open(os.path.join(SCHEMAS, f"{step}.sql")) as text:
                old.executescript(text.read())
        old.execute("UPDATE api_tokens SET digest = ? WHERE id = ?", (digest, ADMIN_TOKEN))
        # Of a schema that knows them: the samples bound every token to a group and to looking.
        if "read_only" in [column[1] for column in old.execute("PRAGMA table_info(api_tokens)")]:
            old.execute("UPDATE api_tokens SET read_only = 0, restricted = 0 WHERE id = ?", (ADMIN_TOKEN,))
        if old.execute("SELECT 1 FROM sqlite_schema WHERE name = 'api_token_groups'").fetchone():
            old.execute("DELETE FROM api_token_groups WHERE token = ?", (ADMIN_TOKEN,))
        old.commit()
        old.execute(f"PRAGMA application_id = {STORE_ID}")
        old.execute(f"PRAGMA user_version = {schema}")
        old.close()

    def check(self, program):
        iris = program.must("GET", "/deployments/iris-3f9c2")
        self.assertEqual((iris["group"], iris["endpointAccessType"], iris["replicas"]), ("research", "private", 2))
        self.assertEqual([each["revision"] for each in program.must("GET", "/deployments/iris-3f9c2/history")["items"]], [2, 1])
        names = [each["name"] for each in program.must("GET", "/deployments/iris-3f9c2/clients")["items"]]
        self.assertLessEqual({"app", "batch"}, set(names))
        self.assertEqual(program.must("GET", "/deployments/off")["status"]["phase"], "Stopped")
        self.assertEqual(program.must("GET", "/groups/research")["quota"]["cpu"], 4)

    def test_every_schema(self):
        for schema in range(1, newest_sample() + 1):
            with self.subTest(schema=schema), Program() as program:
                self.assertEqual(program.stop(signal.SIGTERM), 0)
                token = program.token
                self.put_store(program, schema)
                program.start()
                self.assertEqual(program.token, token)
                self.check(program)
                program.wait_for("iris-3f9c2")
                self.assertEqual(program.api("GET", "/deployments/leaving")[0], 404)
                made = program.must("POST", "/deployments/iris-3f9c2/clients", {"name": "late"})
                self.assertEqual(program.predict("iris-3f9c2", client="late:" + made["token"])[0], 200)
                self.assertEqual(program.stop(signal.SIGTERM), 0)
                program.start()
                self.check(program)


if __name__ == "__main__":
    unittest.main(verbosity=2)
