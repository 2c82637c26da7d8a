#include "control/reconcile/plan.hpp"
#include "tests/unit/reconcile/world.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace modelgate::control::reconcile::tests {
namespace {

using enum replica_phase;
using actions = std::vector<std::string>;

/// One example of a row of the table in control/reconcile/README.md; `row` is its first cell.
struct example {
  std::string row;
  std::vector<store::desired_deployment> desired;
  std::vector<runtime::observed_replica> observed;
  std::set<std::string> drained;
  actions expected;
  std::set<std::string> unlisted = {};
};

runtime::observed_replica old_one(std::uint32_t index, replica_phase phase = ready) {
  return replica("d", 1, index, phase);
}

runtime::observed_replica fresh(std::uint32_t index, replica_phase phase = ready) {
  return replica("d", 2, index, phase);
}

/// For so long that every wait is over.
runtime::observed_replica long_since(runtime::observed_replica seen) {
  seen.since = now - std::chrono::hours{1};
  return seen;
}

std::vector<example> examples() {
  const auto one = deployment("d", 2, 1);
  const auto two = deployment("d", 2, 2);
  const auto uncounted = deployment("d", 2, 0);
  return {
      {"misfit", {two}, {foreign(fresh(0)), fresh(1)}, {}, {"drain deploy-d-r2-0"}},
      {"the count is not known yet", {uncounted}, {fresh(0), old_one(0), fresh(1, exited)}, {}, {}},
      {"the count is not known yet", {uncounted}, {long_since(fresh(0, draining))}, {}, {"stop deploy-d-r2-0"}},
      {"missing, and nothing old is ready", {two}, {}, {}, {"start deploy-d-r2-0", "start deploy-d-r2-1"}},
      {"missing, and something old is ready", {two}, {old_one(0), old_one(1)}, {}, {"start deploy-d-r2-0"}},
      {"old and ready, more ready than wanted",
       {deployment("d", 3, 2)},
       {old_one(0), fresh(0), replica("d", 3, 0, ready), replica("d", 3, 1, starting)},
       {},
       {"drain deploy-d-r1-0"}},
      {"old and not ready", {one}, {old_one(0, unready), fresh(0)}, {}, {"drain deploy-d-r1-0"}},
      {"old and not ready", {one}, {old_one(0, starting), fresh(0)}, {}, {"stop deploy-d-r1-0"}},
      {"the last good revision's, while the current one is not good",
       {after_good(two, 1, 2)},
       {old_one(0), fresh(0, starting)},
       {},
       {"start deploy-d-r1-1"}},
      {"of neither the good revision nor the current one, and ready in vain",
       {after_good(deployment("d", 3, 2), 1, 2)},
       {old_one(0), fresh(0), replica("d", 3, 0, starting)},
       {},
       {"start deploy-d-r1-1", "drain deploy-d-r2-0"},
       {"deploy-d-r2-0"}},
      {"more current ones than wanted",
       {one},
       {fresh(0, starting), fresh(1), fresh(2)},
       {},
       {"stop deploy-d-r2-0", "drain deploy-d-r2-2"}},
      {"stopped, refused, deleting, or nobody's", {stopped(one)}, {fresh(0)}, {}, {"drain deploy-d-r2-0"}},
      {"stopped, refused, deleting, or nobody's", {refused(one)}, {fresh(0)}, {}, {"drain deploy-d-r2-0"}},
      {"stopped, refused, deleting, or nobody's", {deleting(one)}, {fresh(0)}, {}, {"drain deploy-d-r2-0"}},
      {"stopped, refused, deleting, or nobody's", {}, {fresh(0)}, {}, {"drain deploy-d-r2-0"}},
      {"draining, and no worker lists it, and no request is on it, or the limit is over",
       {one},
       {fresh(0), fresh(1, draining)},
       {"deploy-d-r2-1"},
       {"stop deploy-d-r2-1"}},
      {"draining, and no worker lists it, and no request is on it, or the limit is over",
       {one},
       {fresh(0), long_since(fresh(1, draining))},
       {},
       {"stop deploy-d-r2-1"}},
      {"draining otherwise", {one}, {fresh(0), fresh(1, draining)}, {}, {}},
      {"stopping", {one}, {fresh(0), long_since(fresh(1, stopping))}, {}, {}},
      {"exited, current and wanted", {one}, {long_since(fresh(0, exited))}, {}, {"start deploy-d-r2-0"}},
      {"exited otherwise", {one}, {fresh(0), old_one(0, exited)}, {}, {"remove deploy-d-r1-0"}},
      {"deleting, and nothing of it is there", {deleting(one)}, {}, {}, {"forget d"}},
  };
}

/// The first cells of the README's table.
std::set<std::string> rows() {
  const std::filesystem::path root{MODELGATE_SOURCE_DIR};
  std::ifstream readme{root / "control/reconcile/README.md"};
  std::set<std::string> found;
  bool in_table = false;
  for (std::string line; std::getline(readme, line);) {
    if (line.starts_with("| ---")) {
      in_table = true;
    } else if (!line.starts_with('|')) {
      in_table = false;
    } else if (in_table) {
      found.insert(line.substr(2, line.find(" | ") - 2));
    }
  }
  return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(plan_rows)

BOOST_AUTO_TEST_CASE(every_example_of_a_row_is_answered_as_it_says) {
  for (const example& each : examples()) {
    BOOST_TEST_CONTEXT(each.row) {
      actions planned;
      const plan_outcome outcome = plan(wanted(each.desired), each.observed, {each.drained, each.unlisted}, now, {});
      for (const action& step : outcome.actions) planned.push_back(to_string(step));
      BOOST_TEST(planned == each.expected, boost::test_tools::per_element());
      if (each.row == "draining otherwise") BOOST_TEST(outcome.wake_at.has_value());
    }
  }
}

BOOST_AUTO_TEST_CASE(every_row_of_the_table_has_an_example_and_every_example_a_row) {
  std::set<std::string> shown;
  for (const example& each : examples()) shown.insert(each.row);
  BOOST_TEST(shown == rows(), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::reconcile::tests
