#include "gateway/filter/token_bucket.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::filter {
namespace {

using namespace std::chrono_literals;

const steady_time start{std::chrono::hours{1}};

token_rate rate(std::uint64_t per_second, std::uint32_t burst) {
  return token_rate{config::traffic_limit{per_second * 1'000, burst, 0}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(token_bucket_suite)

BOOST_AUTO_TEST_CASE(starts_full_and_gives_no_more_than_the_burst) {
  token_bucket bucket;
  const token_rate ten = rate(10, 3);
  BOOST_TEST(bucket.read(ten, start).left == 3u);
  BOOST_TEST(bucket.take(2, ten, start) == 2u);
  BOOST_TEST(bucket.take(2, ten, start) == 1u);
  BOOST_TEST(bucket.take(1, ten, start) == 0u);
}

BOOST_AUTO_TEST_CASE(a_token_comes_in_every_interval_and_not_a_nanosecond_earlier) {
  token_bucket bucket;
  const token_rate ten = rate(10, 3);
  BOOST_TEST(bucket.take(3, ten, start) == 3u);
  BOOST_TEST((bucket.read(ten, start).until_next == 100ms));
  BOOST_TEST((bucket.read(ten, start).until_full == 300ms));
  BOOST_TEST(bucket.take(1, ten, start + 100ms - 1ns) == 0u);
  BOOST_TEST((bucket.read(ten, start + 60ms).until_next == 40ms));
  BOOST_TEST(bucket.take(3, ten, start + 100ms) == 1u);
  BOOST_TEST(bucket.take(3, ten, start + 299ms) == 1u);
  BOOST_TEST(bucket.take(9, ten, start + 10s) == 3u);  // never more than it holds
}

BOOST_AUTO_TEST_CASE(over_any_time_no_more_than_burst_and_rate_allow) {
  token_bucket bucket;
  const token_rate odd = rate(7, 5);
  std::uint32_t taken = 0;
  for (auto at = 0ms; at <= 10'000ms; at += 10ms) taken += bucket.take(2, odd, start + at);
  BOOST_TEST(taken == 5u + 70u);
}

BOOST_AUTO_TEST_CASE(a_token_given_back_can_be_taken_again) {
  token_bucket bucket;
  const token_rate one = rate(1, 1);
  BOOST_TEST(bucket.take(1, one, start) == 1u);
  bucket.give_back(one);
  BOOST_TEST(bucket.take(1, one, start) == 1u);
  BOOST_TEST(bucket.take(1, one, start) == 0u);
}

BOOST_AUTO_TEST_CASE(what_was_taken_stays_taken_when_the_rate_changes) {
  token_bucket bucket;
  const token_rate fast = rate(100, 10);
  const token_rate slow = rate(1, 10);
  BOOST_TEST(bucket.take(8, fast, start) == 8u);
  bucket.change_rate(fast, slow, start);
  BOOST_TEST(bucket.read(slow, start).left == 2u);
  BOOST_TEST(bucket.read(slow, start + 1s).left == 3u);
  bucket.change_rate(slow, fast, start + 1s);
  BOOST_TEST(bucket.read(fast, start + 1s).left == 3u);
  BOOST_TEST(bucket.read(fast, start + 1s + 10ms).left == 4u);
  const token_rate small = rate(100, 2);
  bucket.change_rate(fast, small, start + 1s + 10ms);  // six are missing, more than it holds now
  BOOST_TEST(bucket.read(small, start + 1s + 10ms).left == 0u);
  BOOST_TEST(bucket.read(small, start + 1s + 20ms).left == 1u);
}

BOOST_AUTO_TEST_CASE(the_slowest_and_the_fastest_rate_are_counted_too) {
  const token_rate slowest{config::traffic_limit{1, config::traffic_limit::most_requests, 0}};
  const token_rate fastest{config::traffic_limit{config::traffic_limit::most_millirequests_per_second,
                                                 config::traffic_limit::most_requests, 0}};
  for (const token_rate& each : {slowest, fastest}) {
    token_bucket bucket;
    BOOST_TEST(bucket.take(2'000'000, each, start) == config::traffic_limit::most_requests);
    BOOST_TEST(bucket.take(1, each, start) == 0u);
    BOOST_TEST(bucket.take(2, each, start + each.interval) == 1u);
  }
}

BOOST_AUTO_TEST_CASE(no_rate_bounds_nothing) {
  BOOST_TEST(!token_rate{config::traffic_limit{}}.bounds());
  BOOST_TEST(rate(1, 1).bounds());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::filter
