#!/usr/bin/env python3
"""Who goes costs nothing more: its replica and its place in the queue are free within 10 ms."""
import importlib.machinery
import importlib.util
import os
import shutil
import statistics
import tempfile
import unittest

from program import PROGRAM, SOURCE

loader = importlib.machinery.SourceFileLoader("departures", os.path.join(SOURCE, "benchmarks", "departures", "run"))
departures = importlib.util.module_from_spec(importlib.util.spec_from_loader("departures", loader))
loader.exec_module(departures)


class Departures(unittest.TestCase):
    def test_who_goes_is_known_to_have_gone(self):
        folder = tempfile.mkdtemp(prefix="modelgate-departures-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        program = departures.Departures(folder, PROGRAM)
        self.addCleanup(program.stop)
        for name, times in departures.measure(program, 15).items():
            with self.subTest(name):
                # The median: a machine that does other things may hold up any one of them.
                self.assertLess(statistics.median(times), departures.BOUND, times)


if __name__ == "__main__":
    unittest.main()
