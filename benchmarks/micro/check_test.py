"""The check of the budget fails where a budget is passed, and only there.

usage: check_test.py MEASURED     what `check --keep` has kept
"""
import copy
import json
import os
import subprocess
import sys
import tempfile
import unittest

CHECK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "check")
MEASURED = sys.argv.pop()


class Budget(unittest.TestCase):
    def setUp(self):
        with open(MEASURED) as text:
            self.measured = json.load(text)

    def check(self, budget):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(budget, file)
            file.flush()
            run = subprocess.run([CHECK, "--measured", MEASURED, "--budget", file.name], capture_output=True, text=True)
        return run.returncode, run.stdout

    def lowered(self, name, what, by):
        budget = copy.deepcopy(self.measured)
        budget["steps"][name][what] = by(budget["steps"][name][what])
        return self.check(budget)

    def test_what_was_counted_fits_a_budget_of_just_that(self):
        self.assertEqual(self.check(self.measured)[0], 0)

    def test_every_step_is_held_to_its_instructions(self):
        self.assertIn("whole_prediction", self.measured["steps"])
        for name in self.measured["steps"]:
            code, told = self.lowered(name, "instructions", lambda found: found / 1.06)
            self.assertEqual((code, told.count("OVER: ")), (1, 1), told)
            self.assertIn(f"OVER: {name} takes 6.0% more instructions", told)

    def test_a_twentieth_more_is_allowed(self):
        for name in self.measured["steps"]:
            code, told = self.lowered(name, "instructions", lambda found: found / 1.049)
            self.assertEqual(code, 0, told)

    def test_one_allocation_more_is_too_many(self):
        for name in self.measured["steps"]:
            code, told = self.lowered(name, "allocations", lambda found: found - 1)
            self.assertEqual(code, 1)
            self.assertIn(f"OVER: {name} allocates", told)

    def test_a_step_that_is_missing_is_said(self):
        budget = copy.deepcopy(self.measured)
        budget["steps"]["gone"] = {"instructions": 1, "allocations": 0}
        self.assertEqual(self.check(budget)[0], 1)
        del budget["steps"]["gone"], budget["steps"]["find_route"]
        self.assertEqual(self.check(budget)[0], 1)

    def test_another_compiler_is_not_compared(self):
        budget = copy.deepcopy(self.measured)
        budget["compiler"] = "clang 99"
        budget["steps"]["find_route"]["instructions"] = 1
        code, told = self.check(budget)
        self.assertEqual(code, 0)
        self.assertIn("not compared", told)


if __name__ == "__main__":
    unittest.main()
