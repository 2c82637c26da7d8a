#include "control/reconcile/plan.hpp"

#include "tests/unit/reconcile/world.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace modelgate::control::reconcile::tests {
namespace {

using enum replica_phase;
using std::chrono::milliseconds;
using actions = std::vector<std::string>;

plan_outcome outcome_of(const std::vector<store::desired_deployment>& desired,
                        const std::vector<runtime::observed_replica>& observed,
                        const std::set<std::string>& drained = {}, const plan_settings& settings = {}) {
  return plan(wanted(desired), observed, {drained, {}}, now, settings);
}

actions plan_of(const std::vector<store::desired_deployment>& desired,
                const std::vector<runtime::observed_replica>& observed, const std::set<std::string>& drained = {},
                const plan_settings& settings = {}) {
  actions texts;
  for (const action& step : outcome_of(desired, observed, drained, settings).actions) texts.push_back(to_string(step));
  return texts;
}

void check(const actions& planned, const actions& expected) {
  BOOST_TEST(planned == expected, boost::test_tools::per_element());
}

runtime::observed_replica old_one(std::uint32_t index, replica_phase phase = ready) {
  return replica("d", 1, index, phase);
}

runtime::observed_replica fresh(std::uint32_t index, replica_phase phase = ready) {
  return replica("d", 2, index, phase);
}

const auto one = deployment("d", 2, 1);
const auto two = deployment("d", 2, 2);

}  // namespace

BOOST_AUTO_TEST_SUITE(plan_table)

BOOST_AUTO_TEST_CASE(nothing_wanted_and_nothing_there_needs_nothing) {
  check(plan_of({}, {}), {});
  BOOST_TEST(!outcome_of({}, {}).wake_at.has_value());
}

BOOST_AUTO_TEST_CASE(what_is_as_wanted_stays) {
  check(plan_of({two}, {fresh(0), fresh(1)}), {});
  check(plan_of({two}, {fresh(0, starting), fresh(1, unready)}), {});
}

BOOST_AUTO_TEST_CASE(all_start_at_once_when_nothing_old_serves) {
  check(plan_of({two}, {}), {"start deploy-d-r2-0", "start deploy-d-r2-1"});
  check(plan_of({two}, {fresh(0)}), {"start deploy-d-r2-1"});
  check(plan_of({two}, {old_one(0, stopping)}), {"start deploy-d-r2-0", "start deploy-d-r2-1"});
}

BOOST_AUTO_TEST_CASE(what_was_good_last_is_kept_up_until_the_new_revision_is_ready) {
  const auto rolling = after_good(two, 1, 2);
  // One at a time beside what serves, as ever.
  check(plan_of({rolling}, {old_one(0), old_one(1)}), {"start deploy-d-r2-0"});
  check(plan_of({rolling}, {old_one(0), old_one(1), fresh(0, starting)}), {});
  // A good one that ends or is not ready for a while is one of those that serve.
  auto ended = old_one(1, exited);
  ended.failures = 0;
  check(plan_of({rolling}, {old_one(0), ended, fresh(0, starting)}), {"start deploy-d-r1-1"});
  check(plan_of({rolling}, {old_one(0), old_one(1, unready), fresh(0, starting)}), {});
  check(plan_of({rolling}, {old_one(0), old_one(1, starting), fresh(0, starting)}), {});
  check(plan_of({rolling}, {old_one(0), fresh(0, starting)}), {"start deploy-d-r1-1"});
  // Nothing of it runs any more: it comes back first, and the new one beside it.
  check(plan_of({rolling}, {}), {"start deploy-d-r1-0", "start deploy-d-r1-1", "start deploy-d-r2-0"});
}

BOOST_AUTO_TEST_CASE(a_larger_surge_starts_more_at_a_time) {
  plan_settings wide;
  wide.surge = 2;
  const auto three = deployment("d", 2, 3);
  const auto old = {old_one(0), old_one(1), old_one(2)};
  check(plan_of({three}, old), {"start deploy-d-r2-0"});
  check(plan_of({three}, old, {}, wide), {"start deploy-d-r2-0", "start deploy-d-r2-1"});
  check(plan_of({after_good(three, 1, 3)}, old, {}, wide), {"start deploy-d-r2-0", "start deploy-d-r2-1"});
  check(plan_of({three}, {old_one(0), old_one(1), old_one(2), fresh(0, starting), fresh(1, starting)}, {}, wide), {});
  // Never more than are missing.
  wide.surge = 10;
  check(plan_of({three}, {old_one(0), fresh(0)}, {}, wide), {"start deploy-d-r2-1", "start deploy-d-r2-2"});
}

BOOST_AUTO_TEST_CASE(a_good_one_that_failed_waits_for_its_back_off) {
  auto ended = old_one(0, exited);
  ended.failures = 3;
  ended.since = now - milliseconds{100};
  const auto outcome = outcome_of({after_good(one, 1, 1)}, {ended, fresh(0, starting)});
  BOOST_TEST(outcome.actions.empty());
  BOOST_TEST((outcome.wake_at == ended.since + milliseconds{2'000}));
}

BOOST_AUTO_TEST_CASE(good_ones_leave_as_the_new_ones_are_ready) {
  const auto rolling = after_good(two, 1, 2);
  check(plan_of({rolling}, {old_one(0), old_one(1), fresh(0)}), {"drain deploy-d-r1-1"});
  check(plan_of({rolling}, {old_one(0), old_one(1, draining), fresh(0)}), {});
  check(plan_of({rolling}, {old_one(0), old_one(1, exited), fresh(0)}),
        {"remove deploy-d-r1-1", "start deploy-d-r2-1"});
  check(plan_of({rolling}, {old_one(0, unready), fresh(0), fresh(1)}), {"drain deploy-d-r1-0"});
}

BOOST_AUTO_TEST_CASE(no_more_good_ones_run_than_there_were_nor_than_are_wanted) {
  check(plan_of({after_good(deployment("d", 2, 3), 1, 1)}, {old_one(0)}),
        {"start deploy-d-r2-0", "start deploy-d-r2-1", "start deploy-d-r2-2"});
  check(plan_of({after_good(one, 1, 3)}, {old_one(0), old_one(1), old_one(2)}),
        {"drain deploy-d-r1-2", "drain deploy-d-r1-1"});
  check(plan_of({after_good(one, 1, 3)}, {}), {"start deploy-d-r1-0", "start deploy-d-r2-0"});
}

BOOST_AUTO_TEST_CASE(what_failed_between_goes_before_what_was_good) {
  // Revision 2 failed with one of two replicas ready; 3 is under way.
  const auto third = after_good(deployment("d", 3, 2), 1, 2);
  const auto failed = [](std::uint32_t index, replica_phase phase) { return replica("d", 2, index, phase); };
  const auto newest = [](std::uint32_t index, replica_phase phase) { return replica("d", 3, index, phase); };
  check(plan_of({third}, {old_one(0), failed(0, ready), failed(1, unready), newest(0, starting)}),
        {"drain deploy-d-r2-1"});
  check(plan_of({third}, {old_one(0), failed(0, ready), newest(0, ready)}), {"drain deploy-d-r2-0"});
}

BOOST_AUTO_TEST_CASE(a_start_carries_all_that_the_driver_needs) {
  auto wanted = one;
  wanted.deployment.current.number = 7;  // a later revision that needs no other replicas
  wanted.deployment.current.spec.env = {{"A", "b"}};
  wanted.deployment.current.spec.model_uri = "file:///m";
  wanted.deployment.current.spec.serving.protocol = config::upstream_protocol::passthrough;
  wanted.deployment.current.spec.serving.example_request = "[1]";
  wanted.per_replica.cpu_milli = 500;
  const auto outcome = outcome_of({wanted}, {});
  BOOST_TEST_REQUIRE(outcome.actions.size() == 1);
  const auto& spec = std::get<start_replica>(outcome.actions[0]).spec;
  BOOST_TEST(spec.name == "deploy-d-r2-0");
  BOOST_TEST(spec.deployment == "d");
  BOOST_TEST(spec.revision == 2);
  BOOST_TEST(spec.model_image == "demo/iris:2");
  BOOST_TEST(spec.model_uri.value() == "file:///m");
  BOOST_TEST((spec.protocol == config::upstream_protocol::passthrough));
  BOOST_TEST(spec.example_request.value() == "[1]");
  BOOST_TEST(spec.env.front().value == "b");
  BOOST_TEST(spec.limits.cpu_milli == 500);
}

BOOST_AUTO_TEST_CASE(scaling_up_starts_only_what_is_missing) {
  check(plan_of({deployment("d", 2, 3)}, {fresh(0), fresh(2)}), {"start deploy-d-r2-1"});
}

BOOST_AUTO_TEST_CASE(scaling_up_never_uses_a_name_that_is_still_in_use) {
  check(plan_of({two}, {fresh(0), fresh(1, stopping)}), {"start deploy-d-r2-2"});
}

BOOST_AUTO_TEST_CASE(scaling_down_ends_what_serves_least) {
  check(plan_of({one}, {fresh(0), fresh(1)}), {"drain deploy-d-r2-1"});
  check(plan_of({one}, {fresh(0, unready), fresh(1)}), {"drain deploy-d-r2-0"});
  check(plan_of({one}, {fresh(0, starting), fresh(1)}), {"stop deploy-d-r2-0"});
  check(plan_of({one}, {fresh(0, exited), fresh(1)}), {"remove deploy-d-r2-0"});
}

BOOST_AUTO_TEST_CASE(a_rolling_update_starts_one_above_the_count) {
  check(plan_of({two}, {old_one(0), old_one(1)}), {"start deploy-d-r2-0"});
  check(plan_of({one}, {old_one(0)}), {"start deploy-d-r2-0"});
}

BOOST_AUTO_TEST_CASE(a_rolling_update_waits_until_it_is_ready) {
  check(plan_of({two}, {old_one(0), old_one(1), fresh(0, starting)}), {});
  check(plan_of({two}, {old_one(0), old_one(1), fresh(0, unready)}), {});
}

BOOST_AUTO_TEST_CASE(a_rolling_update_drains_one_old_for_each_new) {
  check(plan_of({two}, {old_one(0), old_one(1), fresh(0)}), {"drain deploy-d-r1-1"});
  check(plan_of({two}, {old_one(0), old_one(1, draining), fresh(0)}), {});
  check(plan_of({two}, {old_one(0), old_one(1, stopping), fresh(0)}), {});
  check(plan_of({two}, {old_one(0), old_one(1, exited), fresh(0)}), {"remove deploy-d-r1-1", "start deploy-d-r2-1"});
  check(plan_of({two}, {old_one(0), fresh(0), fresh(1)}), {"drain deploy-d-r1-0"});
}

BOOST_AUTO_TEST_CASE(a_new_revision_that_fails_leaves_the_old_one_serving) {
  check(plan_of({two}, {old_one(0), old_one(1), failed(fresh(0, exited), 3, milliseconds{10})}), {});
}

BOOST_AUTO_TEST_CASE(old_ones_that_do_not_serve_end_first) {
  check(plan_of({two}, {old_one(0), old_one(1, unready)}),
        {"drain deploy-d-r1-1", "start deploy-d-r2-0", "start deploy-d-r2-1"});
  check(plan_of({two}, {old_one(0, starting), old_one(1, starting)}),
        {"stop deploy-d-r1-0", "stop deploy-d-r1-1", "start deploy-d-r2-0", "start deploy-d-r2-1"});
}

BOOST_AUTO_TEST_CASE(an_update_that_scales_down_drains_the_surplus_at_once) {
  check(plan_of({one}, {old_one(0), old_one(1), old_one(2)}), {"drain deploy-d-r1-2", "drain deploy-d-r1-1"});
}

BOOST_AUTO_TEST_CASE(the_oldest_revision_goes_first) {
  check(plan_of({deployment("d", 3, 2)},
                {replica("d", 2, 0, ready), replica("d", 1, 0, ready), replica("d", 3, 0, ready)}),
        {"drain deploy-d-r1-0"});
}

BOOST_AUTO_TEST_CASE(a_drained_replica_is_stopped) {
  check(plan_of({one}, {fresh(0), fresh(1, draining)}, {"deploy-d-r2-1"}), {"stop deploy-d-r2-1"});
}

BOOST_AUTO_TEST_CASE(a_draining_replica_is_looked_at_again_soon) {
  const auto outcome = outcome_of({one}, {fresh(0), fresh(1, draining)});
  BOOST_TEST(outcome.actions.empty());
  BOOST_TEST((outcome.wake_at.value() == now + plan_settings{}.drain_poll));
}

BOOST_AUTO_TEST_CASE(draining_has_an_end_whatever_is_still_on_it) {
  auto long_stream = fresh(1, draining);
  long_stream.since = now - plan_settings{}.drain_limit;
  check(plan_of({one}, {fresh(0), long_stream}), {"stop deploy-d-r2-1"});
}

BOOST_AUTO_TEST_CASE(a_stopping_replica_is_waited_for) {
  check(plan_of({one}, {fresh(0), fresh(1, stopping)}, {"deploy-d-r2-1"}), {});
}

BOOST_AUTO_TEST_CASE(an_exited_replica_starts_again_after_its_backoff) {
  check(plan_of({one}, {fresh(0, exited)}), {"start deploy-d-r2-0"});
  check(plan_of({one}, {failed(fresh(0, exited), 1, milliseconds{500})}), {"start deploy-d-r2-0"});
  const auto outcome = outcome_of({one}, {failed(fresh(0, exited), 2, milliseconds{400})});
  BOOST_TEST(outcome.actions.empty());
  BOOST_TEST((outcome.wake_at.value() == now + milliseconds{600}));
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_set_back_delays_no_restart) {
  check(plan_of({one}, {failed(fresh(0, exited), 1, -std::chrono::hours{24})}), {"start deploy-d-r2-0"});
}

BOOST_AUTO_TEST_CASE(what_was_found_running_as_wanted_is_adopted) {
  check(plan_of({two}, {inherited(fresh(0)), inherited(fresh(1))}), {});
  check(plan_of({two}, {inherited(fresh(0, starting)), inherited(fresh(1, unready))}), {});
  check(plan_of({two}, {silent(fresh(0)), silent(fresh(1))}), {});
  check(plan_of({two}, {inherited(fresh(0))}), {"start deploy-d-r2-1"});
  check(plan_of({two}, {inherited(fresh(0)), fresh(1, exited)}), {"start deploy-d-r2-1"});
  check(plan_of({one}, {inherited(fresh(0)), inherited(fresh(1))}), {"drain deploy-d-r2-1"});
}

BOOST_AUTO_TEST_CASE(an_update_goes_on_with_what_was_found_in_the_middle_of_it) {
  check(plan_of({two}, {inherited(old_one(0)), inherited(old_one(1))}), {"start deploy-d-r2-0"});
  check(plan_of({two}, {inherited(old_one(0)), inherited(old_one(1)), inherited(fresh(0))}), {"drain deploy-d-r1-1"});
  check(
      plan_of({two}, {inherited(old_one(0)), inherited(old_one(1, draining)), inherited(fresh(0))}, {"deploy-d-r1-1"}),
      {"stop deploy-d-r1-1"});
  check(plan_of({two}, {inherited(old_one(0, stopping)), inherited(fresh(0)), inherited(fresh(1))}), {});
}

BOOST_AUTO_TEST_CASE(what_was_found_as_something_else_ends_before_anything_takes_its_place) {
  check(plan_of({one}, {foreign(fresh(0))}), {"drain deploy-d-r2-0"});
  check(plan_of({two}, {foreign(fresh(0, starting)), foreign(fresh(1, unready))}),
        {"stop deploy-d-r2-0", "drain deploy-d-r2-1"});
  check(plan_of({two}, {foreign(fresh(0, draining)), foreign(fresh(1, stopping))}), {});
  check(plan_of({two}, {foreign(fresh(0, draining)), foreign(fresh(1, stopping))}, {"deploy-d-r2-0"}),
        {"stop deploy-d-r2-0"});
  check(plan_of({two}, {fresh(0, exited), foreign(fresh(1, stopping))}), {"start deploy-d-r2-0"});
  check(plan_of({two}, {foreign(fresh(0))}), {"drain deploy-d-r2-0", "start deploy-d-r2-1"});
  check(plan_of({two}, {fresh(1), foreign(fresh(0, stopping))}), {});
}

BOOST_AUTO_TEST_CASE(every_part_of_what_it_was_started_as_must_be_as_wanted) {
  auto wanted = one;
  wanted.deployment.current.spec.env = {{"A", "b"}};
  check(plan_of({wanted}, {inherited(fresh(0))}), {"drain deploy-d-r2-0"});
  wanted = one;
  wanted.deployment.current.spec.model_uri = "file:///m";
  check(plan_of({wanted}, {inherited(fresh(0))}), {"drain deploy-d-r2-0"});
  wanted = one;
  wanted.per_replica.cpu_milli = 500;  // limits change without a restart
  check(plan_of({wanted}, {inherited(fresh(0))}), {});
}

BOOST_AUTO_TEST_CASE(what_served_and_answers_no_more_ends_before_anything_takes_its_place) {
  check(plan_of({one}, {silent(fresh(0, unready))}), {"drain deploy-d-r2-0"});
  check(plan_of({one}, {silent(old_one(0, unready))}), {"drain deploy-d-r1-0"});
  check(plan_of({one}, {silent(fresh(0, draining))}), {});
  check(plan_of({one}, {silent(fresh(0, stopping))}), {});
  check(plan_of({one}, {fresh(0, exited)}), {"start deploy-d-r2-0"});
}

BOOST_AUTO_TEST_CASE(what_was_found_of_an_unwanted_deployment_ends) {
  check(plan_of({stopped(two)}, {inherited(fresh(0)), inherited(fresh(1, starting))}),
        {"drain deploy-d-r2-0", "stop deploy-d-r2-1"});
  check(plan_of({}, {inherited(fresh(0)), silent(replica("d", 2, 1, unready))}),
        {"drain deploy-d-r2-1", "drain deploy-d-r2-0"});
}

BOOST_AUTO_TEST_CASE(stopped_refused_and_deleted_deployments_drain_all) {
  const std::vector observed{fresh(0), fresh(1, starting), fresh(2, exited), old_one(0), old_one(1, exited)};
  const actions expected{"remove deploy-d-r1-1", "remove deploy-d-r2-2", "drain deploy-d-r2-0", "stop deploy-d-r2-1",
                         "drain deploy-d-r1-0"};
  check(plan_of({stopped(two)}, observed), expected);
  check(plan_of({refused(two)}, observed), expected);
  check(plan_of({deleting(two)}, observed), expected);
}

BOOST_AUTO_TEST_CASE(a_deleted_deployment_is_forgotten_when_nothing_of_it_is_there) {
  check(plan_of({deleting(two)}, {}), {"forget d"});
  check(plan_of({deleting(two)}, {fresh(0, stopping)}), {});
  check(plan_of({stopped(two)}, {}), {});
}

BOOST_AUTO_TEST_CASE(replicas_that_nobody_wants_end) {
  check(plan_of({}, {replica("x", 1, 0, ready), replica("x", 1, 1, exited)}),
        {"remove deploy-x-r1-1", "drain deploy-x-r1-0"});
}

BOOST_AUTO_TEST_CASE(nothing_is_touched_while_nobody_knows_how_many_there_should_be) {
  const auto unknown = deployment("d", 2, 0);
  check(plan_of({unknown}, {}), {});
  check(plan_of({unknown}, {old_one(0), old_one(1, unready), old_one(2, exited)}), {});
  check(plan_of({unknown}, {old_one(0), old_one(1, draining)}, {"deploy-d-r1-1"}), {"stop deploy-d-r1-1"});
  check(plan_of({stopped(unknown)}, {old_one(0)}), {"drain deploy-d-r1-0"});
}

BOOST_AUTO_TEST_CASE(a_start_says_where_external_replicas_are) {
  auto wanted = one;
  wanted.deployment.current.spec.external = domain::external_source{{"http://127.0.0.1"}, {}, {}};
  const auto outcome = outcome_of({wanted}, {});
  BOOST_TEST_REQUIRE(outcome.actions.size() == 1);
  BOOST_TEST((std::get<start_replica>(outcome.actions[0]).spec.external == wanted.deployment.current.spec.external));
}

BOOST_AUTO_TEST_CASE(deployments_do_not_disturb_each_other) {
  check(plan_of({deployment("a", 1, 1), deployment("b", 1, 1)}, {replica("b", 1, 0, ready)}), {"start deploy-a-r1-0"});
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(backoff)

BOOST_AUTO_TEST_CASE(doubles_up_to_its_limit) {
  const plan_settings settings;
  BOOST_TEST(backoff_of(0, settings).count() == 0);
  BOOST_TEST(backoff_of(1, settings).count() == 500);
  BOOST_TEST(backoff_of(2, settings).count() == 1'000);
  BOOST_TEST(backoff_of(6, settings).count() == 16'000);
  BOOST_TEST(backoff_of(7, settings).count() == 30'000);
  BOOST_TEST(backoff_of(4'000'000'000, settings).count() == 30'000);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::reconcile::tests
