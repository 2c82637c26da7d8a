#include "gateway/upstream/concurrency_limit.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>

namespace modelgate::upstream {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

/// A replica that always has as much to do as the limit allows; its latency follows from that.
std::uint32_t limit_after(int answers, const std::function<nanoseconds(std::uint32_t)>& latency_at,
                          std::uint32_t offered = 1'000'000) {
  concurrency_limit learnt{std::nullopt};
  std::uint32_t limit = concurrency_limit::start(std::nullopt);
  for (int i = 0; i < answers; ++i) {
    const std::uint32_t in_flight = std::min(limit, offered);
    latency_window window;
    window.add(latency_at(in_flight), in_flight);
    if (const auto changed = learnt.observe(window)) limit = *changed;
  }
  return limit;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(concurrency_limit_suite)

BOOST_AUTO_TEST_CASE(what_was_declared_stays) {
  concurrency_limit declared{3};
  BOOST_TEST(concurrency_limit::start(3) == 3U);
  for (int i = 0; i < 100; ++i) {
    latency_window window;
    window.add(10s, 3);
    BOOST_TEST(!declared.observe(window));
  }
}

BOOST_AUTO_TEST_CASE(more_requests_go_to_a_replica_that_answers_as_fast_with_them) {
  BOOST_TEST(limit_after(20'000, [](std::uint32_t) { return 50ms; }) > 100U);
}

BOOST_AUTO_TEST_CASE(a_replica_that_works_on_one_after_the_other_gets_few) {
  BOOST_TEST(limit_after(5'000, [](std::uint32_t in_flight) { return 20ms * in_flight; }) <= 3U);
}

BOOST_AUTO_TEST_CASE(a_replica_with_four_places_gets_about_four) {
  const std::uint32_t limit =
      limit_after(20'000, [](std::uint32_t in_flight) { return 20ms * std::max(4U, in_flight) / 4; });
  BOOST_TEST(limit >= 3U);
  BOOST_TEST(limit <= 12U);
}

BOOST_AUTO_TEST_CASE(nothing_is_learnt_from_a_replica_that_is_not_full) {
  BOOST_TEST(limit_after(
                 5'000, [](std::uint32_t) { return 50ms; }, 2)
             == concurrency_limit::first);
}

BOOST_AUTO_TEST_CASE(fast_answers_are_never_held_back_by_their_noise) {
  int turn = 0;
  BOOST_TEST(limit_after(20'000, [&](std::uint32_t) { return ++turn % 7 == 0 ? nanoseconds{4ms} : 50us; }) > 100U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::upstream
