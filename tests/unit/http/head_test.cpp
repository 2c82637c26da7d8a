#include "modelgate/http/head.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::http {
namespace {

reason why_refused(std::string_view bytes) {
  request_head head;
  const auto parsed = parse_request_head(bytes, {}, head);
  BOOST_REQUIRE(!parsed);
  return parsed.error().why;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(head)

BOOST_AUTO_TEST_CASE(finds_the_end_of_a_head_as_bytes_come) {
  const std::string_view bytes = "GET / HTTP/1.1\r\nHost: a\r\n\r\nBODY";
  for (std::size_t size = 0; size < bytes.size() - 4; ++size) {
    const auto found = find_head(bytes.substr(0, size), 1'000);
    BOOST_REQUIRE(found.has_value());
    BOOST_TEST(!found->has_value());
  }
  const auto whole = find_head(bytes, 1'000);
  BOOST_REQUIRE((whole && *whole));
  BOOST_TEST((*whole)->size == bytes.size() - 4);
  BOOST_TEST((*whole)->skipped == 0U);
  const auto after_empty_line = find_head("\r\nGET / HTTP/1.1\r\n\r\n", 1'000);
  BOOST_REQUIRE((after_empty_line && *after_empty_line));
  BOOST_TEST((*after_empty_line)->skipped == 2U);
}

BOOST_AUTO_TEST_CASE(refuses_doubtful_lines_before_parsing) {
  for (const char* bytes :
       {"GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", "GET / HTTP/1.1\r\n\tA: b\r\n\r\n",
        " GET / HTTP/1.1\r\n\r\n", "\r\n\r\nGET / HTTP/1.1\r\n\r\n", "\nGET / HTTP/1.1\r\n\r\n"}) {
    const auto found = find_head(bytes, 1'000);
    BOOST_REQUIRE(!found.has_value());
    BOOST_TEST((found.error().why == reason::bad_request), bytes);
  }
  const auto large = find_head(std::string(1'001, 'a'), 1'000);
  BOOST_REQUIRE(!large.has_value());
  BOOST_TEST((large.error().why == reason::head_too_large));
}

BOOST_AUTO_TEST_CASE(takes_a_request_apart) {
  request_head head;
  BOOST_REQUIRE(
      parse_request_head("POST /a?b HTTP/1.0\r\nHost:  x \r\nX_Request_Id: 1\r\nA:\r\n\r\n", {}, head).has_value());
  BOOST_TEST((head.verb == method::post));
  BOOST_TEST(head.target == "/a?b");
  BOOST_TEST(head.minor_version == 0U);
  BOOST_REQUIRE(head.fields.size() == 3U);
  BOOST_TEST(head.fields[0].value == "x");
  BOOST_TEST(head.fields[1].alias);
  BOOST_TEST(head.fields[2].value.empty());
  BOOST_TEST((head.find(field_id::x_request_id) == nullptr));
  BOOST_TEST((head.find(field_id::host) == &head.fields[0]));
}

BOOST_AUTO_TEST_CASE(refuses_malformed_requests) {
  for (const char* bytes :
       {"GET /\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n", "GET / http/1.1\r\n\r\n", "GET / HTTP/1.1x\r\n\r\n",
        "GET / HTTP/1.10\r\n\r\n", "GE\"T / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nA : b\r\n\r\n",
        "GET / HTTP/1.1\r\nA(: b\r\n\r\n", "GET / HTTP/1.1\r\nAb\r\n\r\n", "GET / HTTP/1.1\r\n: b\r\n\r\n",
        "GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", "GET /a b HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nA: \x7f\r\n\r\n"}) {
    BOOST_TEST((why_refused(bytes) == reason::bad_request), bytes);
  }
  BOOST_TEST((why_refused("GET / HTTP/2.0\r\n\r\n") == reason::version_not_supported));
  BOOST_TEST((why_refused("GET / HTTP/0.9\r\n\r\n") == reason::version_not_supported));
  BOOST_TEST((why_refused("GET /" + std::string(9'000, 'a') + " HTTP/1.1\r\n\r\n") == reason::target_too_long));
  request_head head;
  head_limits limits;
  limits.fields = 2;
  const auto many = parse_request_head("GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n", limits, head);
  BOOST_REQUIRE(!many);
  BOOST_TEST((many.error().why == reason::head_too_large));
}

BOOST_AUTO_TEST_CASE(takes_a_response_apart) {
  response_head head;
  BOOST_REQUIRE(parse_response_head("HTTP/1.1 404 Not Found\r\nA: b\r\n\r\n", {}, head).has_value());
  BOOST_TEST(head.status == 404U);
  BOOST_TEST(head.reason_phrase == "Not Found");
  BOOST_REQUIRE(parse_response_head("HTTP/1.0 200\r\nA: b\r\n\r\n", {}, head).has_value());
  BOOST_TEST(head.status == 200U);
  BOOST_TEST(head.minor_version == 0U);
  BOOST_TEST(head.reason_phrase.empty());
  BOOST_REQUIRE(head.fields.size() == 1U);
  BOOST_TEST(head.fields[0].value == "b");
  for (const char* bytes : {"HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n",
                            "nonsense\r\n\r\n", "HTTP/1.1 099 X\r\n\r\n"}) {
    BOOST_TEST(!parse_response_head(bytes, {}, head).has_value(), bytes);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::http
