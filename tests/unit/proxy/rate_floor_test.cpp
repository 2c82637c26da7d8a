#include "gateway/proxy/rate_floor.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::proxy {

BOOST_AUTO_TEST_SUITE(rate_floor_suite)

using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(every_byte_buys_time) {
  const steady_time start{100s};
  rate_floor rate{start, 5s, 1'000};
  BOOST_TEST((rate.due() == start + 5s));
  rate.on_bytes(2'000);
  BOOST_TEST((rate.due() == start + 7s));
}

BOOST_AUTO_TEST_CASE(a_slow_replica_is_not_the_clients_fault) {
  const steady_time start{100s};
  rate_floor rate{start, 5s, 1'000};
  rate.on_paused(start + 1s);
  BOOST_TEST((rate.due() == steady_time::max()));
  rate.on_paused(start + 5s);
  rate.on_resumed(start + 11s);
  BOOST_TEST((rate.due() == start + 15s));
}

BOOST_AUTO_TEST_CASE(no_rate_is_no_deadline) {
  BOOST_TEST((rate_floor{steady_time{1s}, 5s, 0}.due() == steady_time::max()));
  BOOST_TEST((rate_floor{}.due() == steady_time::max()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::proxy
