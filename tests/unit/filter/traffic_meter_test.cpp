#include "gateway/filter/traffic_meter.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::filter {
namespace {

using namespace std::chrono_literals;

const steady_time start{std::chrono::hours{1}};

std::uint32_t take_all(traffic_meter& meter, std::size_t worker, steady_time now) {
  std::uint32_t taken = 0;
  while (meter.try_take(worker, now)) ++taken;
  return taken;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(traffic_meter_suite)

BOOST_AUTO_TEST_CASE(one_worker_gets_the_whole_rate) {
  traffic_meter meter{{50'000, 20, 0}, 4};
  BOOST_TEST(take_all(meter, 2, start) == 20u);
  BOOST_TEST(take_all(meter, 2, start + 100ms) == 5u);
}

BOOST_AUTO_TEST_CASE(workers_share_one_burst) {
  traffic_meter meter{{1'000, 10, 0}, 2};
  std::uint32_t taken = 0;
  for (int i = 0; i < 20; ++i) taken += meter.try_take(static_cast<std::size_t>(i % 2), start) ? 1 : 0;
  BOOST_TEST(taken == 10u);
}

BOOST_AUTO_TEST_CASE(a_fast_rate_is_lent_in_leases_of_at_most_an_eighth_of_the_burst_in_all) {
  traffic_meter meter{{100'000'000, 1'600, 0}, 2};  // 100,000 a second: 1,000 in a lease's time, 100 by its burst
  BOOST_TEST(meter.try_take(0, start));
  BOOST_TEST(take_all(meter, 1, start) == 1'500u);
  BOOST_TEST(take_all(meter, 0, start) == 99u);
  BOOST_TEST(take_all(meter, 0, start + 1ms) == 100u);
}

BOOST_AUTO_TEST_CASE(two_workers_under_full_load_let_through_what_one_would) {
  traffic_meter meter{{10'000'000, 1'000, 0}, 2};
  std::uint32_t taken = 0;
  for (auto at = 0us; at <= 1'000'000us; at += 50us) {
    for (const std::size_t worker : {0u, 1u}) taken += meter.try_take(worker, start + at) ? 1 : 0;
  }
  BOOST_TEST(taken <= 11'000u);
  BOOST_TEST(taken >= 11'000u - 125u);  // what is out on loan may be unused in the end
}

BOOST_AUTO_TEST_CASE(what_is_left_is_read_with_the_own_lease) {
  traffic_meter meter{{100'000'000, 1'600, 0}, 2};
  BOOST_TEST(meter.try_take(0, start));
  BOOST_TEST(meter.read(0, start).left == 1'599u);
  BOOST_TEST(meter.read(1, start).left == 1'500u);
}

BOOST_AUTO_TEST_CASE(a_token_put_back_is_there_for_every_worker_where_none_are_lent) {
  traffic_meter meter{{1'000, 1, 0}, 2};
  BOOST_TEST(meter.try_take(0, start));
  meter.put_back(0);
  BOOST_TEST(meter.try_take(1, start));
  BOOST_TEST(!meter.try_take(0, start));
}

BOOST_AUTO_TEST_CASE(places_are_counted_over_all_workers) {
  traffic_meter meter{{0, 1, 2}, 2};
  BOOST_TEST(meter.bounds_concurrency());
  BOOST_TEST(!meter.bounds_rate());
  BOOST_TEST(meter.try_enter());
  BOOST_TEST(meter.try_enter());
  BOOST_TEST(!meter.try_enter());
  meter.leave();
  BOOST_TEST(meter.try_enter());
  BOOST_TEST(meter.in_flight() == 2u);
}

BOOST_AUTO_TEST_CASE(another_limit_goes_on_from_the_same_counts) {
  traffic_meter before{{100'000'000, 1'600, 3}, 2};
  BOOST_TEST(before.try_enter());
  BOOST_TEST(before.try_enter());
  BOOST_TEST(before.try_take(0, start));  // 99 more are on loan
  traffic_meter after{{1'000, 1'600, 2}, before, start};
  BOOST_TEST(!after.try_enter());
  BOOST_TEST(after.read(0, start).left == 1'500u);
  BOOST_TEST(take_all(after, 0, start) == 1'500u);  // a loan from a faster time is void
  before.leave();                                   // a request that began under the old limit ends
  BOOST_TEST(after.try_enter());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::filter
