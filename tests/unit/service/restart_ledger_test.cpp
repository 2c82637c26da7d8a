#include "control/service/restart_ledger.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::control::service {

BOOST_AUTO_TEST_SUITE(restart_ledgers)

BOOST_AUTO_TEST_CASE(never_go_down_when_replicas_leave) {
  restart_ledger ledger;
  ledger.look({{"a", 2}, {"b", 2}});
  BOOST_TEST(ledger.total() == 4U);
  ledger.look({{"a", 2}});  // scaled down
  BOOST_TEST(ledger.total() == 4U);
  ledger.look({{"a", 3}});
  BOOST_TEST(ledger.total() == 5U);
  ledger.look({{"a", 3}, {"b", 0}});  // another one of the name, which was never started again
  BOOST_TEST(ledger.total() == 5U);
  ledger.look({{"a", 1}, {"b", 1}});  // the first is another one now
  BOOST_TEST(ledger.total() == 7U);
  ledger.look({});
  BOOST_TEST(ledger.total() == 7U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::service
