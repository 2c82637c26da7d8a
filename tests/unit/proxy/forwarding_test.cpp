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

BOOST_AUTO_TEST_CASE(the_second_replica_has_a_parent_of_its_own_in_the_same_trace) {
  const std::string trace = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-";
  std::string head = "POST / HTTP/1.1\r\nX: traceparent: 00\r\n" + trace + "00f067aa0ba902ff-01\r\nVia: a\r\n\r\n";
  tell_second_try(head);
  BOOST_TEST(head == "POST / HTTP/1.1\r\nX: traceparent: 00\r\n" + trace + "00f067aa0ba90300-01\r\nVia: a\r\n\r\n");
  head = trace + "ffffffffffffffff-00\r\n";
  head.insert(0, "\r\n");
  tell_second_try(head);
  BOOST_TEST(head == "\r\n" + trace + "0000000000000001-00\r\n");  // zero is no id
  head = "GET / HTTP/1.1\r\n\r\n";
  tell_second_try(head);
  BOOST_TEST(head == "GET / HTTP/1.1\r\n\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::proxy
