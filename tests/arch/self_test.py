#!/usr/bin/env python3
"""Shows that check.py catches what it is there for, on small trees made up in a temporary folder."""

import tempfile
import unittest
from pathlib import Path

import check

CLEAN = {
    "include/modelgate/base/clock.hpp": "#pragma once\n",
    "include/modelgate/net/endpoint.hpp": '#include "modelgate/base/clock.hpp"\n',
    "include/modelgate/net/listener.hpp": "",
    "include/modelgate/config/snapshot.hpp": '#include "modelgate/net/endpoint.hpp"\n',
    "include/modelgate/gateway.hpp": '#include "modelgate/config/snapshot.hpp"\n',
    "gateway/http_io/session.hpp": '#include <mutex>\n#include "modelgate/base/clock.hpp"\n',
    "gateway/http_io/session.cpp": '#include "gateway/http_io/session.hpp"\nnamespace asio = boost::asio;  // never asio::detached\n',
    "gateway/program.cpp": '#include "control/store/desired_state.hpp"\n#include "modelgate/gateway.hpp"\nstd::mutex lock;\n',
    "control/store/desired_state.hpp": "",
    "control/store/database.hpp": "std::mutex mutex_;\n",
    "control/reconcile/plan.cpp": '#include "control/store/desired_state.hpp"\n',
    "tests/unit/base/clock_test.cpp": '#include "control/store/database.hpp"\nusing namespace std::chrono_literals;\nstd::mutex held;\n',
}


def violations_of(changes):
    with tempfile.TemporaryDirectory() as folder:
        for path, text in {**CLEAN, **changes}.items():
            file = Path(folder) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return list(check.check_tree(folder))


class CheckTest(unittest.TestCase):
    def expect_one(self, path, text, place, words):
        found = violations_of({path: text})
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(place + ": "), found[0])
        self.assertIn(words, found[0])

    def test_a_clean_tree_has_none(self):
        self.assertEqual(violations_of({}), [])

    def test_a_limit_that_is_in_no_table_is_found(self):
        config = '[timeouts]\n# head = "10s"\n# drain = "1s"\n[log]\n# level = "info"\n[tls]\npoll_interval = "1s"\n'
        tables = "| `timeouts.head` | 408 |\n| `tls.poll_interval` | |\n"
        found = violations_of({"conf/modelgate.toml": config, "gateway/README.md": tables})
        self.assertEqual([each.split(" is ")[0] for each in found], ["conf/modelgate.toml:3: timeouts.drain"])

    def test_an_arrow_upwards_is_found(self):
        self.expect_one(
            "gateway/base/clock.cpp", '\n#include "modelgate/net/listener.hpp"\n',
            "gateway/base/clock.cpp:2", "base must not see net")

    def test_an_arrow_sideways_is_found(self):
        self.expect_one(
            "control/cli/table.cpp", '#include "control/store/database.hpp"\n',
            "control/cli/table.cpp:1", "cli must not see store")

    def test_one_header_of_a_module_may_be_allowed_and_the_others_not(self):
        self.expect_one(
            "control/reconcile/plan.cpp", '#include "control/store/database.hpp"\n',
            "control/reconcile/plan.cpp:1", "reconcile must not see store")
        self.expect_one(
            "include/modelgate/config/snapshot.hpp", '#include "modelgate/net/listener.hpp"\n',
            "include/modelgate/config/snapshot.hpp:1", "config must not see net")

    def test_control_sees_neither_private_headers_nor_the_embedding_entry(self):
        self.expect_one(
            "control/api/server.cpp", '#include "gateway/http_io/session.hpp"\n',
            "control/api/server.cpp:1", "private to the gateway")
        self.expect_one(
            "control/api/server.cpp", '#include "modelgate/gateway.hpp"\n',
            "control/api/server.cpp:1", "api must not see gateway")

    def test_public_headers_stand_on_their_own(self):
        self.expect_one(
            "include/modelgate/http_io/server.hpp", '#include "gateway/http_io/session.hpp"\n',
            "include/modelgate/http_io/server.hpp:1", "private")

    def test_a_module_without_a_level_is_found(self):
        self.expect_one(
            "gateway/surprise/a.cpp", '#include "modelgate/base/clock.hpp"\n',
            "gateway/surprise/a.cpp:1", "has no level")

    def test_includes_are_written_from_the_root_and_exist(self):
        self.expect_one(
            "gateway/http_io/session.cpp", '#include "session.hpp"\n',
            "gateway/http_io/session.cpp:1", "from the root")
        self.expect_one(
            "gateway/http_io/session.cpp", '#include "gateway/http_io/gone.hpp"\n',
            "gateway/http_io/session.cpp:1", "does not exist")

    def test_the_product_includes_nothing_of_its_tests(self):
        self.expect_one(
            "gateway/base/a.cpp", '#include "tests/unit/base/clock_test.cpp"\n',
            "gateway/base/a.cpp:1", "nothing from tests")

    def test_forbidden_words_are_found_in_code_but_not_in_comments(self):
        source, test = "gateway/http_io/session.cpp", "tests/unit/base/clock_test.cpp"
        self.expect_one(source, "co_spawn(context, run(), boost::asio::detached);\n", source + ":1", "asio::detached")
        self.expect_one(source, "#include <boost/asio.hpp>\n", source + ":1", "umbrella")
        self.expect_one(source, "\nusing namespace boost;\n", source + ":2", "using namespace")
        self.expect_one(source, "#if 0\n#endif\n", source + ":1", "dead code")
        self.expect_one(test, "std::this_thread::sleep_for(1s);\n", test + ":1", "no sleeping")

    def test_a_mutex_needs_a_reason(self):
        self.expect_one(
            "gateway/http_io/session.hpp", "std::shared_mutex lock_;\n",
            "gateway/http_io/session.hpp:1", "mutex")
        self.assertEqual(violations_of({"gateway/http_io/session.cpp": "std::lock_guard<std::mutex> lock{other};\n"}), [])

    def test_a_reason_without_a_mutex_is_found(self):
        path = "control/store/database.hpp"
        self.expect_one(path, "int none;\n", path + ":1", "off the list")

    def test_a_file_that_is_too_long_is_found(self):
        self.expect_one("gateway/base/long.cpp", "\n" * 601, "gateway/base/long.cpp:601", "601 lines")


if __name__ == "__main__":
    unittest.main()
