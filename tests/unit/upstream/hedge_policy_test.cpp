#include "gateway/upstream/hedge_policy.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::upstream {
namespace {

using namespace std::chrono_literals;

}  // namespace

BOOST_AUTO_TEST_SUITE(hedge_policy_suite)

BOOST_AUTO_TEST_CASE(knows_nothing_before_it_has_seen_enough) {
  hedge_policy policy;
  for (std::uint32_t i = 1; i < hedge_policy::least_samples; ++i) policy.record(10ms);
  BOOST_TEST(!policy.delay().has_value());
  policy.record(10ms);
  BOOST_TEST(policy.delay().has_value());
}

BOOST_AUTO_TEST_CASE(the_delay_is_the_95th_percentile_to_an_eighth) {
  for (const std::chrono::nanoseconds unit : {std::chrono::nanoseconds{100us}, std::chrono::nanoseconds{1ms},
                                              std::chrono::nanoseconds{70ms}, std::chrono::nanoseconds{9s}}) {
    hedge_policy policy;
    for (int round = 0; round < 10; ++round) {
      for (int i = 1; i <= 100; ++i) policy.record(unit * i);
    }
    const double found = static_cast<double>(policy.delay()->count()) / static_cast<double>(unit.count());
    BOOST_TEST(found >= 94.0);
    BOOST_TEST(found <= 95.0 * 1.125 + 1);
  }
}

BOOST_AUTO_TEST_CASE(follows_a_deployment_that_became_slower_or_faster) {
  hedge_policy policy;
  for (int i = 0; i < 5'000; ++i) policy.record(1ms);
  BOOST_TEST(policy.delay()->count() < std::chrono::nanoseconds{2ms}.count());
  for (int i = 0; i < 5'000; ++i) policy.record(100ms);
  BOOST_TEST(policy.delay()->count() > std::chrono::nanoseconds{90ms}.count());
  for (int i = 0; i < 20'000; ++i) policy.record(1ms);
  BOOST_TEST(policy.delay()->count() < std::chrono::nanoseconds{2ms}.count());
}

BOOST_AUTO_TEST_CASE(the_extremes_have_a_place) {
  hedge_policy policy;
  for (int i = 0; i < 40; ++i) policy.record(std::chrono::nanoseconds{-5});
  BOOST_TEST(policy.delay()->count() > 0);
  for (int i = 0; i < 4'000; ++i) policy.record(std::chrono::hours{1'000});
  BOOST_TEST(policy.delay()->count() > std::chrono::nanoseconds{10min}.count());
}

BOOST_AUTO_TEST_CASE(hedges_are_never_more_than_their_share_of_the_requests) {
  for (const std::size_t percent : {0U, 1U, 5U, 100U}) {
    hedge_policy policy;
    std::size_t hedges = 0;
    for (std::size_t requests = 1; requests <= 1'000; ++requests) {
      policy.on_request(percent);
      if (policy.can_afford()) {
        policy.spend();
        ++hedges;
      }
      BOOST_TEST_REQUIRE(hedges * 100 <= requests * percent);
    }
    BOOST_TEST(hedges == 10 * percent);
  }
}

BOOST_AUTO_TEST_CASE(what_was_not_spent_is_kept_for_a_few) {
  hedge_policy policy;
  for (int i = 0; i < 100'000; ++i) policy.on_request(5);
  for (std::size_t i = 0; i < hedge_policy::most_saved; ++i) {
    BOOST_TEST(policy.can_afford());
    policy.spend();
  }
  BOOST_TEST(!policy.can_afford());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::upstream
