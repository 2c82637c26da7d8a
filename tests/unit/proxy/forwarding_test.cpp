#include "gateway/proxy/forwarding.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::proxy {

BOOST_AUTO_TEST_SUITE(forwarding_suite)

BOOST_AUTO_TEST_CASE(what_remains_is_told_in_seconds_with_three_decimals) {
  using namespace std::chrono_literals;
  const struct {
    std::chrono::nanoseconds remaining;
    const char* written;
  } rows[] = {
      {59'998ms + 900us, "59.998"},
      {2'500ms, "2.500"},
      {1s, "1.000"},
      {50ms, "0.050"},
      {7ms, "0.007"},
      {1us, "0.001"},
      {0s, "0.001"},
      {-1s, "0.001"},
      {3'600s, "3600.000"},
  };
  for (const auto& row : rows) {
    std::string out = "Host: a\r\n";
    append_request_timeout(out, row.remaining);
    BOOST_TEST(out == "Host: a\r\nX-Request-Timeout: " + std::string{row.written} + "\r\n");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::proxy
