#include "gateway/proxy/tunnel_fsm.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::proxy {
namespace {

using namespace std::chrono_literals;
using outcome = metrics::tunnel_outcome;
using side = tunnel_fsm::side;

const steady_time opened{1h};

}  // namespace

BOOST_AUTO_TEST_SUITE(tunnel_fsm_suite)

BOOST_AUTO_TEST_CASE(is_closed_when_both_sides_have_said_all) {
  for (const side first : {side::client, side::replica}) {
    tunnel_fsm fsm{opened, 10s, 0s};
    BOOST_TEST(!fsm.on_said_all(first));
    BOOST_TEST(!fsm.on_said_all(first));
    BOOST_TEST((fsm.on_said_all(first == side::client ? side::replica : side::client) == outcome::closed));
  }
}

BOOST_AUTO_TEST_CASE(tells_who_was_lost) {
  BOOST_TEST((tunnel_fsm::on_lost(side::client) == outcome::client_lost));
  BOOST_TEST((tunnel_fsm::on_lost(side::replica) == outcome::replica_lost));
}

BOOST_AUTO_TEST_CASE(ends_when_nothing_moves_and_not_before) {
  tunnel_fsm fsm{opened, 10s, 0s};
  BOOST_TEST((fsm.due() == opened + 10s));
  BOOST_TEST(!fsm.on_time(opened + 10s - 1ns));
  BOOST_TEST((fsm.on_time(opened + 10s) == outcome::idle));
  fsm.on_moved(1, opened + 9s);
  BOOST_TEST((fsm.due() == opened + 19s));
  fsm.on_moved(1, opened + 18s);  // the same total: nothing has moved
  BOOST_TEST(!fsm.on_time(opened + 18s));
  BOOST_TEST((fsm.on_time(opened + 19s) == outcome::idle));
  static_cast<void>(fsm.on_said_all(side::client));  // half open: the same patience
  BOOST_TEST((fsm.on_time(opened + 19s) == outcome::idle));
}

BOOST_AUTO_TEST_CASE(a_life_bounds_a_busy_one) {
  tunnel_fsm fsm{opened, 10s, 25s};
  for (int second = 1; second <= 24; ++second) {
    fsm.on_moved(static_cast<std::uint64_t>(second), opened + std::chrono::seconds{second});
    BOOST_TEST(!fsm.on_time(opened + std::chrono::seconds{second}));
  }
  BOOST_TEST((fsm.due() == opened + 25s));
  BOOST_TEST((fsm.on_time(opened + 25s) == outcome::expired));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::proxy
