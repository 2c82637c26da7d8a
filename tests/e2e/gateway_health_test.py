#!/usr/bin/env python3
"""GET /gateway: what an administrator looks at when something is wrong with the program itself."""
import contextlib
import unittest

from changes import ChangeableProgram
from program import wait_until


class GatewayHealth(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = ChangeableProgram(settings={"prediction.workers": 2, "console.grafana_url": '"https://grafana.test/base/"'})
        cls.enterClassContext(cls.program)

    def look(self):
        return self.program.must("GET", "/gateway")

    def test_tells_where_it_listens_and_who_is_connected(self):
        def connections():
            return {each["port"]: each["connections"] for each in self.look()["listeners"]}

        health = self.look()
        self.assertEqual({each["port"]: each["address"] for each in health["listeners"]}, self.program.ports)
        self.assertEqual([each["tls"] for each in health["listeners"]], [False] * 3)
        self.assertEqual(health["certificates"], [])
        wait_until(lambda: connections()["prediction"] == 0, "no application is connected")
        with contextlib.ExitStack() as open_ones:
            for _ in range(5):
                open_ones.enter_context(contextlib.closing(self.program.connect("prediction"))).connect()
            wait_until(lambda: connections()["prediction"] == 5, "five are")
        wait_until(lambda: connections()["prediction"] == 0, "none is")
        self.assertGreaterEqual(connections()["control"], 1)

    def test_tells_what_every_worker_serves(self):
        before = self.look()["generation"]
        self.assertEqual(len(before["workers"]), 2)
        self.program.prepare_iris()
        after = self.look()["generation"]
        self.assertGreater(after["published"], before["published"])
        self.assertEqual(after["workers"], [after["published"]] * 2)

    def test_tells_how_reading_the_config_file_went(self):
        config = self.look()["config"]
        self.assertEqual((config["file"], config["lastReload"], config["mistakes"]), (self.program.config, "none", []))
        self.program.write_config(broken="timeouts.haed = \"1s\"")
        self.program.reload("refused")
        refused = self.look()["config"]
        self.assertEqual((refused["lastReload"], refused["readAt"]), ("refused", config["readAt"]))
        (mistake,) = refused["mistakes"]
        self.assertTrue(mistake["where"].startswith(self.program.config + ":"), mistake)
        self.assertIn("timeouts.head", mistake["detail"])
        self.program.write_config()
        self.program.reload()
        taken = self.look()["config"]
        self.assertEqual((taken["lastReload"], taken["mistakes"], taken["reloads"]), ("taken", [], config["reloads"] + 1))
        self.assertGreater(taken["readAt"], config["readAt"])

    def test_tells_what_it_takes(self):
        health = self.look()
        self.assertGreater(health["memory"]["residentBytes"], 1_000_000)
        self.assertTrue(10 < health["files"]["open"] < health["files"]["limit"])
        self.assertGreaterEqual(self.look()["uptime"], health["uptime"])
        self.assertEqual(health["build"]["version"], self.program.must("GET", "/version")["version"])
        self.assertEqual(health["processRuntime"], self.program.must("GET", "/system")["processRuntime"])

    def test_is_for_administrators(self):
        self.program.must("POST", "/users", {"name": "ann"})
        token = self.program.must("POST", "/tokens", {"name": "t", "user": "ann"})["token"]
        self.assertEqual(self.program.api("GET", "/gateway", token=token)[0], 403)

    def test_everybody_is_told_of_the_dashboards(self):
        self.assertEqual(self.program.must("GET", "/version")["grafanaUrl"],
                         "https://grafana.test/base/d/modelgate-deployment?var-deployment={id}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
