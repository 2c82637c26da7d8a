#include "control/cli/wait_rule.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::control::cli {
namespace {

BOOST_AUTO_TEST_SUITE(wait_rule)

BOOST_AUTO_TEST_CASE(deployed_is_reached_by_deployed_and_never_from_an_end) {
  BOOST_CHECK(judge_phase(wait_target::deployed, "Deploying") == wait_step::go_on);
  BOOST_CHECK(judge_phase(wait_target::deployed, "Deployed") == wait_step::reached);
  for (const char* end : {"Failed", "Stopped", ""})
    BOOST_CHECK(judge_phase(wait_target::deployed, end) == wait_step::failed);
}

BOOST_AUTO_TEST_CASE(stopped_may_come_after_any_phase) {
  for (const char* phase : {"Deploying", "Deployed", "Failed", "Stopping"}) {
    BOOST_CHECK(judge_phase(wait_target::stopped, phase) == wait_step::go_on);
  }
  BOOST_CHECK(judge_phase(wait_target::stopped, "Stopped") == wait_step::reached);
  BOOST_CHECK(judge_phase(wait_target::stopped, "") == wait_step::failed);
}

BOOST_AUTO_TEST_CASE(deleted_is_reached_when_it_is_gone) {
  BOOST_CHECK(judge_phase(wait_target::deleted, "Stopping") == wait_step::go_on);
  BOOST_CHECK(judge_phase(wait_target::deleted, "") == wait_step::reached);
}

BOOST_AUTO_TEST_CASE(an_unknown_phase_is_waited_out) {
  for (const wait_target target : {wait_target::deployed, wait_target::stopped, wait_target::deleted}) {
    BOOST_CHECK(judge_phase(target, "Paused") == wait_step::go_on);
  }
}

BOOST_AUTO_TEST_CASE(a_rollback_by_itself_takes_the_place_of_what_was_waited_for) {
  BOOST_TEST(!is_superseded(7, false, {7, "ann"}));
  BOOST_TEST(is_superseded(7, false, {8, "modelgate"}));
  BOOST_TEST(!is_superseded(7, false, {8, "bob"}));  // then that one is waited for
  BOOST_TEST(is_superseded(7, true, {8, "bob"}));
  BOOST_TEST(!is_superseded(7, true, {6, "bob"}));
  BOOST_TEST(!is_superseded(0, false, {8, "modelgate"}));  // nothing was seen before
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::control::cli
