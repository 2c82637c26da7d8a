#include "gateway/upstream/service_time.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::upstream {
namespace {

using namespace std::chrono_literals;

constexpr steady_time start{1h};

}  // namespace

BOOST_AUTO_TEST_SUITE(service_time_suite)

BOOST_AUTO_TEST_CASE(knows_nothing_at_first_and_the_first_answer_then) {
  service_time time;
  BOOST_TEST((time.average(start) == 0ns));
  time.record(30ms, start);
  BOOST_TEST((time.average(start) == 30ms));
}

BOOST_AUTO_TEST_CASE(follows_the_last_ten_answers) {
  service_time time;
  for (int i = 0; i < 20; ++i) time.record(10ms, start);
  time.record(110ms, start);
  BOOST_TEST((time.average(start) == 20ms));
  for (int i = 0; i < 60; ++i) time.record(110ms, start);
  BOOST_TEST((time.average(start) > 109ms));
}

BOOST_AUTO_TEST_CASE(is_forgotten_while_idle_so_that_a_slow_one_is_tried_again) {
  service_time time;
  time.record(100ms, start);
  BOOST_TEST((time.average(start + 1s) == 100ms));
  BOOST_TEST((time.average(start + service_time::forgotten_after - 1ms) == 100ms));
  BOOST_TEST((time.average(start + service_time::forgotten_after) == 0ns));
  time.touch(start + 20s);
  BOOST_TEST((time.average(start + 21s) == 100ms));
}

BOOST_AUTO_TEST_CASE(knows_how_long_nothing_has_happened) {
  service_time time;
  time.touch(start);
  BOOST_TEST((time.since_last_event(start + 3ms) == 3ms));
  BOOST_TEST((time.since_last_event(start - 3ms) == 0ms));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::upstream
