#include "control/api/primehub/caller.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace modelgate::tests {
namespace {

using control::primehub::own_address;

BOOST_AUTO_TEST_SUITE(primehub_addresses)

BOOST_AUTO_TEST_CASE(an_address_is_the_configured_one_or_as_the_caller_found_it) {
  http_io::request request;
  request.fields.add("Host", "hub.test:8081");
  control::rest::rest_options options;
  BOOST_TEST(own_address(request, options) == "http://hub.test:8081");
  options.secure = true;
  BOOST_TEST(own_address(request, options) == "https://hub.test:8081");
  request.fields.set("Host", "a/b");
  BOOST_TEST(own_address(request, options) == "https://127.0.0.1", "nothing that would change what a URL means");
  options.view = [] {
    control::rest::view_settings view;
    view.own_url = "https://console.example.com";
    return view;
  };
  BOOST_TEST(own_address(request, options) == "https://console.example.com");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
