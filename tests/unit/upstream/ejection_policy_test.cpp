#include "gateway/upstream/ejection_policy.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace modelgate::upstream {
namespace {

using namespace std::chrono_literals;

constexpr steady_time start{1h};

peer_view well(std::chrono::nanoseconds service = 20ms) {
  return {false, 0, service};
}
peer_view failing(std::uint32_t failures) {
  return {false, failures, 20ms};
}
constexpr peer_view ejected{true, 5, 20ms};

ejection_rules share_of(std::uint64_t percent) {
  ejection_rules rules;
  rules.share = percent;
  return rules;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ejection_policy)

BOOST_AUTO_TEST_CASE(one_that_fails_goes_while_another_one_is_well) {
  BOOST_TEST(may_eject(std::vector{failing(5), well()}, 0, {}));
}

BOOST_AUTO_TEST_CASE(the_last_one_never_goes) {
  for (const std::uint64_t percent : {0, 50, 100}) {
    BOOST_TEST(!may_eject(std::vector{failing(5)}, 0, share_of(percent)));
    BOOST_TEST(!may_eject(std::vector{failing(5), ejected}, 0, share_of(percent)));
    BOOST_TEST(!may_eject(std::vector{ejected, ejected, failing(5)}, 2, share_of(percent)));
  }
}

BOOST_AUTO_TEST_CASE(what_every_replica_does_empties_no_pool) {
  BOOST_TEST(!may_eject(std::vector{failing(5), failing(1), failing(7)}, 0, share_of(100)));
  BOOST_TEST(may_eject(std::vector{failing(5), failing(1), well()}, 0, share_of(100)));
}

BOOST_AUTO_TEST_CASE(not_more_than_a_share_is_ejected_at_a_time) {
  BOOST_TEST(may_eject(std::vector{failing(5), ejected, well(), well()}, 0, share_of(50)));
  BOOST_TEST(!may_eject(std::vector{failing(5), ejected, ejected, well()}, 0, share_of(50)));
  BOOST_TEST(may_eject(std::vector{failing(5), ejected, ejected, well()}, 0, share_of(100)));
}

BOOST_AUTO_TEST_CASE(a_share_is_one_at_least_and_never_all) {
  BOOST_TEST(most_ejected(4, share_of(50)) == 2U);
  BOOST_TEST(most_ejected(5, share_of(50)) == 2U);
  BOOST_TEST(most_ejected(3, share_of(10)) == 1U);
  BOOST_TEST(most_ejected(3, share_of(100)) == 2U);
  BOOST_TEST(most_ejected(1, share_of(100)) == 0U);
  BOOST_TEST(most_ejected(0, share_of(100)) == 0U);
  BOOST_TEST(most_ejected(9, share_of(0)) == 0U);
}

BOOST_AUTO_TEST_CASE(only_a_gross_outlier_is_one) {
  const std::vector pool{well(20ms), well(22ms), well(18ms), well(100ms)};
  BOOST_TEST(!is_outlier(pool, 3, 100ms, {}));  // five times slower: dispatch leaves it idle by itself
  BOOST_TEST(!is_outlier(pool, 3, 200ms, {}));
  BOOST_TEST(is_outlier(pool, 3, 201ms, {}));
}

BOOST_AUTO_TEST_CASE(is_compared_with_those_that_serve_and_are_known) {
  BOOST_TEST(!is_outlier(std::vector{well(1s)}, 0, 1s, {}));
  BOOST_TEST(!is_outlier(std::vector{well(1s), well(0ns), ejected}, 0, 1s, {}));
  BOOST_TEST(is_outlier(std::vector{well(1s), well(0ns), well(20ms), ejected}, 0, 1s, {}));
  // The median of an even number is the upper one.
  BOOST_TEST(!is_outlier(std::vector{well(1s), well(20ms), well(200ms)}, 0, 1s, {}));
}

BOOST_AUTO_TEST_CASE(a_fast_replica_is_no_outlier_whatever_the_factor) {
  BOOST_TEST(!is_outlier(std::vector{well(50ms), well(1ms)}, 0, 50ms, {}));
  BOOST_TEST(is_outlier(std::vector{well(52ms), well(1ms)}, 0, 52ms, {}));
}

BOOST_AUTO_TEST_CASE(without_a_factor_latency_ejects_nobody) {
  ejection_rules rules;
  rules.latency_factor = 0;
  BOOST_TEST(!is_outlier(std::vector{well(1h), well(1ms)}, 0, 1h, rules));
}

BOOST_AUTO_TEST_CASE(each_ejection_is_longer_than_the_last_up_to_a_bound) {
  ejection_rules rules;
  rules.time_max = 25s;
  ejection_record record;
  BOOST_TEST((record.eject(start, rules) == 10s));
  BOOST_TEST((record.eject(start + 10s, rules) == 20s));  // its trial failed
  record.restore(start + 30s);
  BOOST_TEST((record.eject(start + 31s, rules) == 25s));
  record.restore(start + 60s);
  BOOST_TEST((record.eject(start + 60s, rules) == 25s));
}

BOOST_AUTO_TEST_CASE(earlier_ejections_are_forgotten_one_after_the_other_in_good_times) {
  const ejection_rules rules;
  ejection_record record;
  for (int i = 0; i < 3; ++i) static_cast<void>(record.eject(start, rules));  // the last took 30 s
  record.restore(start);
  BOOST_TEST((record.eject(start + 29s, rules) == 40s));
  record.restore(start);
  BOOST_TEST((record.eject(start + 80s, rules) == 30s));  // two are forgotten, this one counts
  record.restore(start);
  BOOST_TEST((record.eject(start + 1h, rules) == 10s));
}

BOOST_AUTO_TEST_CASE(what_blames_the_request_does_not_blame_the_replica) {
  for (const unsigned status : {500U, 502U, 503U, 504U, 599U}) BOOST_TEST(blames_replica(status));
  for (const unsigned status : {200U, 302U, 400U, 404U, 422U, 429U, 499U, 501U, 505U}) {
    BOOST_TEST(!blames_replica(status));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::upstream
