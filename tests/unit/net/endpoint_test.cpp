#include "modelgate/net/endpoint.hpp"

#include "modelgate/base/errc.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::net {
namespace {

BOOST_AUTO_TEST_SUITE(endpoint_suite)

BOOST_AUTO_TEST_CASE(reads_an_ipv4_address_and_port) {
  const auto parsed = parse_endpoint("127.0.0.1:8080");
  BOOST_REQUIRE(parsed.has_value());
  BOOST_TEST(parsed->host == "127.0.0.1");
  BOOST_TEST(parsed->port == 8080);
}

BOOST_AUTO_TEST_CASE(reads_a_bracketed_ipv6_address) {
  const auto parsed = parse_endpoint("[::1]:0");
  BOOST_REQUIRE(parsed.has_value());
  BOOST_TEST(parsed->host == "::1");
  BOOST_TEST(parsed->port == 0);
}

BOOST_AUTO_TEST_CASE(different_spellings_of_one_address_are_equal) {
  BOOST_CHECK(parse_endpoint("[0:0::1]:80").value() == parse_endpoint("[::1]:80").value());
}

BOOST_AUTO_TEST_CASE(writes_what_it_reads) {
  for (const char* text : {"0.0.0.0:65535", "[2001:db8::7]:443"}) {
    BOOST_TEST(to_string(parse_endpoint(text).value()) == text);
  }
}

BOOST_AUTO_TEST_CASE(a_peer_may_be_a_socket_of_this_machine) {
  const auto parsed = parse_peer("unix:/run/model.sock");
  BOOST_REQUIRE(parsed.has_value());
  BOOST_TEST(parsed->is_unix());
  BOOST_TEST(parsed->host == "/run/model.sock");
  BOOST_TEST(to_string(*parsed) == "unix:/run/model.sock");
  BOOST_TEST(authority_of(*parsed) == "localhost");
  BOOST_CHECK(parse_peer("127.0.0.1:80").value() == parse_endpoint("127.0.0.1:80").value());
  for (const std::string& text :
       {std::string{"unix:"}, std::string{"unix:model.sock"}, "unix:/" + std::string(107, 'x')}) {
    BOOST_TEST(!parse_peer(text).has_value());
    BOOST_TEST(!parse_endpoint(text).has_value());
  }
  BOOST_TEST(!parse_endpoint("unix:/run/model.sock").has_value());
}

BOOST_AUTO_TEST_CASE(refuses_everything_else) {
  for (const char* text : {"",
                           ":",
                           ":80",
                           "127.0.0.1",
                           "127.0.0.1:",
                           "127.0.0.1:65536",
                           "127.0.0.1:-1",
                           "127.0.0.1:+1",
                           "127.0.0.1:8x",
                           "127.0.0.1:000080",
                           "127.0.0.1 :80",
                           "localhost:80",
                           "::1:80",
                           "[::1]",
                           "[::1",
                           "[::1]80",
                           "[127.0.0.1]:80",
                           "256.0.0.1:80",
                           "127.1:80",
                           "127.0.0.1:80 "}) {
    const auto parsed = parse_endpoint(text);
    BOOST_TEST_CONTEXT(text) {
      BOOST_REQUIRE(parsed.has_error());
      BOOST_CHECK(parsed.error() == errc::invalid_argument);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::net
