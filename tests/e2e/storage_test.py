#!/usr/bin/env python3
"""A store that cannot be written: changes answer 503 and are not half done, predictions go on."""
import os
import sqlite3
import unittest

from program import Load, Program


class Storage(unittest.TestCase):
    def test_a_locked_database_stops_changes_and_nothing_else(self):
        with Program() as program:
            program.prepare()
            program.deploy("iris", replicas=1)
            program.wait_for("iris")
            file = [os.path.join(program.data, name) for name in os.listdir(program.data) if name.endswith(".db")][0]
            other = sqlite3.connect(file, timeout=30, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            load = Load(program, "iris", connections=4)
            load.wait_for_answers(50)
            status, problem, fields = program.api("PATCH", "/deployments/iris", {"description": "x"}, If_Match="*")
            self.assertEqual(status, 503, problem)
            self.assertTrue(fields["Retry-After"])
            self.assertEqual(program.api("POST", "/groups", {"name": "other"})[0], 503)
            load.wait_for_answers(50)
            other.execute("ROLLBACK")
            other.close()
            self.assertEqual(load.stop()[1], [])
            self.assertEqual(program.must("GET", "/deployments/iris")["description"], "")
            self.assertEqual(program.api("PATCH", "/deployments/iris", {"description": "x"}, If_Match="*")[0], 200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
