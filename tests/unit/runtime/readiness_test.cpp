#include "control/runtime/readiness.hpp"

#include "control/runtime/probe_pace.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string_view>

namespace modelgate::control::runtime {
namespace {

using std::chrono::milliseconds;

/// One probe per character, '+' or '-'; answers what it was after each, 'R' or '.'.
std::string after(readiness of, std::string_view probes) {
  std::string seen;
  for (const char each : probes) {
    const bool before = of.ready();
    const bool changed = of.on_probe(each == '+');
    BOOST_TEST(changed == (before != of.ready()));
    seen += of.ready() ? 'R' : '.';
  }
  return seen;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(readiness_rule)

BOOST_AUTO_TEST_CASE(the_first_good_answer_makes_ready_and_the_third_bad_one_in_a_row_unready) {
  BOOST_TEST(after(readiness{}, "-+--+---+") == ".RRRRRR.R");
}

BOOST_AUTO_TEST_CASE(rises_after_good_answers_in_a_row) {
  BOOST_TEST(after(readiness{false, {3, 1}}, "++-+++-++") == ".....R...");
}

BOOST_AUTO_TEST_CASE(falls_after_bad_answers_in_a_row) {
  BOOST_TEST(after(readiness{true, {1, 2}}, "-+-+--+") == "RRRRR.R");
  BOOST_TEST(after(readiness{true, {2, 1}}, "-+-++") == "....R");
}

BOOST_AUTO_TEST_CASE(takes_its_rules_from_the_config) {
  config::health_settings settings;
  settings.probe_rise = 4;
  settings.probe_fall = 7;
  BOOST_TEST(rules_of(settings).rise == 4U);
  BOOST_TEST(rules_of(settings).fall == 7U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(probe_pace_rule)

BOOST_AUTO_TEST_CASE(spreads_within_its_percent) {
  BOOST_TEST((spread(milliseconds{2'000}, 10, 0.0) == milliseconds{1'800}));
  BOOST_TEST((spread(milliseconds{2'000}, 10, 0.5) == milliseconds{2'000}));
  BOOST_TEST((spread(milliseconds{2'000}, 10, 1.0) == milliseconds{2'200}));
  BOOST_TEST((spread(milliseconds{2'000}, 0, 1.0) == milliseconds{2'000}));
}

BOOST_AUTO_TEST_CASE(no_two_replicas_keep_step) {
  probe_pace pace{10};
  std::set<milliseconds> seen;
  for (int i = 0; i < 100; ++i) {
    const milliseconds next = pace.next(milliseconds{20'000});
    BOOST_TEST((next >= milliseconds{18'000} && next <= milliseconds{22'000}));
    seen.insert(next);
  }
  BOOST_TEST(seen.size() > 10U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::runtime
