#include "gateway/proxy/patience.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::proxy {

BOOST_AUTO_TEST_SUITE(patience_suite)

using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(waiting_spends_it) {
  patience left;
  left.on_wait(600ms);
  BOOST_TEST(!left.is_over(1s));
  left.on_wait(400ms);
  BOOST_TEST(!left.is_over(1s));
  left.on_wait(1ms);
  BOOST_TEST(left.is_over(1s));
}

BOOST_AUTO_TEST_CASE(bytes_give_it_back) {
  patience left;
  left.on_wait(900ms);
  left.on_bytes(500, 1'000);
  left.on_wait(600ms);
  BOOST_TEST(!left.is_over(1s));
  left.on_wait(1ms);
  BOOST_TEST(left.is_over(1s));
}

BOOST_AUTO_TEST_CASE(nobody_saves_it_up) {
  patience left;
  left.on_bytes(1'000'000'000, 1'000);
  left.on_wait(900ms);
  left.on_bytes(std::uint64_t{1} << 60U, 1);
  left.on_wait(1'001ms);
  BOOST_TEST(left.is_over(1s));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::proxy
