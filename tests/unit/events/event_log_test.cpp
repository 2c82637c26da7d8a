#include "control/api/events/event_log.hpp"

#include "tests/unit/events/objects.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::control::events::tests {
namespace {

/// "+id" for what came, "-id" for what has gone, "*id" for what became different.
std::string text_of(const std::vector<object_change>& changes) {
  std::string text;
  for (const object_change& change : changes) {
    if (!text.empty()) text += " ";
    text += (!change.before ? "+" : !change.after ? "-" : "*") + change.key().id;
  }
  return text;
}

std::string between(const object_map_ptr& before, const object_map_ptr& after) {
  return text_of(differences(*before, *after));
}

BOOST_AUTO_TEST_SUITE(differences_suite)

BOOST_AUTO_TEST_CASE(are_none_between_equal_states_of_other_objects) {
  BOOST_TEST(between(state({deployment("iris", "research", 1)}), state({deployment("iris", "research", 1)})) == "");
}

BOOST_AUTO_TEST_CASE(tell_what_came_became_different_and_went) {
  const auto before = state({deployment("a", "research", 1), deployment("b", "research", 1)});
  const auto after = state({deployment("b", "research", 2), deployment("c", "research", 1)});
  BOOST_TEST(between(before, after) == "*b +c -a");
}

BOOST_AUTO_TEST_CASE(tell_a_deployment_before_its_replicas_and_its_end_after_theirs) {
  const auto nothing = state({});
  const auto all = state({replica("a", "one", "research"), deployment("a", "research", 1), instance_type("cpu", {})});
  BOOST_TEST(between(nothing, all) == "+cpu +a +a/one");
  BOOST_TEST(between(all, nothing) == "-a/one -a -cpu");
}

BOOST_AUTO_TEST_CASE(see_that_others_may_see_a_thing_now) {
  const auto before = state({instance_type("cpu", std::vector<std::string>{"research"})});
  BOOST_TEST(between(before, state({instance_type("cpu", std::nullopt)})) == "*cpu");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(event_log_suite)

BOOST_AUTO_TEST_CASE(gives_what_happened_since_a_position) {
  event_log log{1'000'000};
  go_to(log, {deployment("a", "research", 1)});
  BOOST_TEST(log.at() == 1U);
  go_to(log, {deployment("a", "research", 2), deployment("b", "research", 1)});
  BOOST_TEST(log.at() == 3U);
  BOOST_TEST(text_of(log.since(0).changes.value()) == "+a *a +b");
  BOOST_TEST(text_of(log.since(1).changes.value()) == "*a +b");
  BOOST_TEST(text_of(log.since(3).changes.value()) == "");
  BOOST_TEST(log.since(1).at == 3U);
  BOOST_TEST(log.since(1).objects->size() == 2U);
}

BOOST_AUTO_TEST_CASE(knows_no_future) {
  event_log log{1'000'000};
  BOOST_TEST(!log.since(1).changes.has_value());
}

BOOST_AUTO_TEST_CASE(forgets_the_oldest_changes_over_the_limit_but_never_the_state) {
  event_log log{2'000};
  for (std::uint64_t revision = 1; revision <= 100; ++revision) go_to(log, {deployment("a", "research", revision)});
  BOOST_TEST(log.at() == 100U);
  BOOST_TEST(!log.since(50).changes.has_value());
  BOOST_TEST(text_of(log.since(98).changes.value()) == "*a *a");
  BOOST_TEST(log.since(50).objects->begin()->second->view == R"({"revision":100})");
  log.set_limit(0);
  BOOST_TEST(!log.since(99).changes.has_value());
  BOOST_TEST(text_of(log.since(100).changes.value()) == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::control::events::tests
