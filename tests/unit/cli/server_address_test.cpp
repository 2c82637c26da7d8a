#include "control/cli/server_address.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::control::cli {
namespace {

BOOST_AUTO_TEST_SUITE(server_address_suite)

BOOST_AUTO_TEST_CASE(is_taken_apart) {
  const auto address = parse_server_address("http://models.example.com:8081/gate/");
  BOOST_REQUIRE(address.has_value());
  BOOST_TEST(address->host == "models.example.com");
  BOOST_TEST(address->port == 8081);
  BOOST_TEST(address->authority == "models.example.com:8081");
  BOOST_TEST(address->prefix == "/gate");
}

BOOST_AUTO_TEST_CASE(the_port_of_http_is_80_and_ipv6_stands_in_brackets) {
  BOOST_TEST(parse_server_address("http://localhost")->port == 80);
  const auto address = parse_server_address("http://[::1]:8081");
  BOOST_TEST(address->host == "::1");
  BOOST_TEST(address->authority == "[::1]:8081");
}

BOOST_AUTO_TEST_CASE(https_means_tls_and_port_443) {
  const auto address = parse_server_address("https://models.example.com");
  BOOST_TEST(address->uses_tls);
  BOOST_TEST(address->port == 443);
  BOOST_TEST(parse_server_address("https://h:8081")->port == 8081);
  BOOST_TEST(!parse_server_address("http://h")->uses_tls);
}

BOOST_AUTO_TEST_CASE(anything_else_is_wrong_usage) {
  for (const char* text : {"", "localhost:8081", "127.0.0.1", "http://", "https://", "ftp://h", "http://u:p@h",
                           "http://h:0", "http://h:99999", "http://h?a=b", "http://h a"}) {
    const auto address = parse_server_address(text);
    BOOST_TEST_CONTEXT(text) {
      BOOST_REQUIRE(address.has_error());
      BOOST_CHECK(address.error().code == exit_code::usage);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_goes_into_a_path_or_query_is_encoded) {
  BOOST_TEST(encode("iris-3f9c2") == "iris-3f9c2");
  BOOST_TEST(encode("../a b/c?d&e=%\xC3\xA9") == "..%2Fa%20b%2Fc%3Fd%26e%3D%25%C3%A9");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::control::cli
