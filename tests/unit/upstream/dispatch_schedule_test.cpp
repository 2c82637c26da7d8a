#include "gateway/upstream/dispatch_schedule.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace modelgate::upstream {
namespace {

using namespace std::chrono_literals;
using place = dispatch_schedule::place;

replica_view replica(std::uint32_t in_flight, std::uint32_t limit, std::chrono::nanoseconds service,
                     std::chrono::nanoseconds since_last_event = 0ns) {
  replica_view view;
  view.in_flight = in_flight;
  view.limit = limit;
  view.service_time = service;
  view.since_last_event = since_last_event;
  return view;
}

dispatch_schedule looking_at(const std::vector<replica_view>& replicas, std::size_t turn = 0) {
  dispatch_schedule schedule;
  schedule.look_at(replicas, turn);
  return schedule;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dispatch_schedule_suite)

BOOST_AUTO_TEST_CASE(without_replicas_there_is_no_place) {
  BOOST_TEST(!looking_at({}).next());
  BOOST_TEST(!looking_at({replica(0, 1, 20ms)}).next(0));
}

BOOST_AUTO_TEST_CASE(takes_the_lowest_in_flight_plus_one_times_service_time) {
  auto schedule = looking_at({replica(2, 8, 10ms), replica(0, 8, 40ms), replica(3, 8, 9ms)});
  BOOST_TEST(schedule.next()->replica == 0U);  // 30 against 40 and 36
  BOOST_TEST(schedule.next()->replica == 2U);  // 40, 40 and 36
}

BOOST_AUTO_TEST_CASE(takes_turns_among_equals) {
  const std::vector<replica_view> equals(3, replica(0, 4, 10ms));
  BOOST_TEST(looking_at(equals, 0).next()->replica == 0U);
  BOOST_TEST(looking_at(equals, 1).next()->replica == 1U);
  BOOST_TEST(looking_at(equals, 5).next()->replica == 2U);
}

BOOST_AUTO_TEST_CASE(one_that_was_never_measured_is_like_the_fastest) {
  auto schedule = looking_at({replica(0, 1, 30ms), replica(0, 1, 0ms), replica(0, 1, 20ms)});
  BOOST_TEST(schedule.next()->replica == 1U);
  BOOST_TEST(schedule.next()->replica == 2U);
}

BOOST_AUTO_TEST_CASE(leaves_a_slow_replica_idle_when_a_fast_one_is_free_sooner) {
  auto schedule = looking_at({replica(1, 1, 20ms, 15ms), replica(0, 1, 100ms)});
  const auto first = schedule.next();
  BOOST_TEST(first->replica == 0U);
  BOOST_TEST(!first->now);
  BOOST_TEST(schedule.has_free_slots());
}

BOOST_AUTO_TEST_CASE(sends_to_the_slow_replica_who_would_wait_longer_for_the_fast_one) {
  auto schedule = looking_at({replica(1, 1, 20ms, 10ms), replica(0, 1, 100ms)});
  for (int ahead = 0; ahead < 4; ++ahead) BOOST_TEST(!schedule.next()->now);  // done after 30, 50, 70, 90 ms
  const auto fifth = schedule.next();
  BOOST_TEST(fifth->replica == 1U);
  BOOST_TEST(fifth->now);
  BOOST_TEST(!schedule.has_free_slots());
}

BOOST_AUTO_TEST_CASE(does_not_wait_for_ever_for_one_that_is_overdue) {
  // Half a turn more is granted each time: 10 + 20 ms are less than 40 ms and more than 25 ms.
  BOOST_TEST(!looking_at({replica(1, 1, 20ms, 500ms), replica(0, 1, 40ms)}).next()->now);
  BOOST_TEST(looking_at({replica(1, 1, 20ms, 500ms), replica(0, 1, 25ms)}).next()->now);
}

BOOST_AUTO_TEST_CASE(never_sends_more_than_the_limit) {
  auto schedule = looking_at({replica(1, 2, 10ms), replica(5, 4, 10ms)});
  BOOST_TEST(schedule.next()->now);
  BOOST_TEST(!schedule.has_free_slots());
  BOOST_TEST(!schedule.next()->now);
}

BOOST_AUTO_TEST_CASE(takes_one_that_failed_a_moment_ago_last) {
  std::vector<replica_view> replicas{replica(0, 4, 10ms), replica(3, 4, 10ms)};
  replicas[0].doubted = true;
  BOOST_TEST(looking_at(replicas).next()->replica == 1U);
  BOOST_TEST(looking_at(replicas).next(1)->replica == 0U);
  replicas[1].doubted = true;
  BOOST_TEST(looking_at(replicas).next()->replica == 0U);
}

BOOST_AUTO_TEST_CASE(takes_an_ejected_one_only_when_nothing_else_is_left) {
  std::vector<replica_view> replicas{replica(0, 4, 10ms), replica(4, 4, 10ms)};
  replicas[0].ejected = true;
  const auto first = looking_at(replicas).next();
  BOOST_TEST(first->replica == 1U);
  BOOST_TEST(!first->now);
  replicas[1].ejected = true;
  BOOST_TEST(looking_at(replicas).next()->replica == 0U);
}

BOOST_AUTO_TEST_CASE(tells_how_long_a_place_in_the_queue_is_worth) {
  // Two slots of 20 ms each: one becomes free every 10 ms, the first in half of its turn.
  const auto schedule = looking_at({replica(1, 1, 20ms, 20ms), replica(1, 1, 20ms, 20ms)});
  BOOST_TEST((schedule.expected_wait(0) == 10ms));
  BOOST_TEST((schedule.expected_wait(10) == 110ms));
  BOOST_TEST((looking_at({}).expected_wait(3) == 0ms));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::upstream
