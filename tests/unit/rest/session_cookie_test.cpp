#include "control/api/rest/session_cookie.hpp"

#include <boost/test/unit_test.hpp>

namespace rest = modelgate::control::rest;
using modelgate::http_io::field_list;

namespace {

std::string read(const char* cookies, bool secure = false) {
  field_list fields;
  fields.add("Cookie", cookies);
  return rest::session_cookie(fields, secure);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_cookies)

BOOST_AUTO_TEST_CASE(are_found_among_others) {
  BOOST_TEST(read("modelgate-session=a") == "a");
  BOOST_TEST(read("x=1; modelgate-session=a; y=2") == "a");
  BOOST_TEST(read("x=1;modelgate-session=a=b") == "a=b");
  BOOST_TEST(read("xmodelgate-session=a; Modelgate-Session=b") == "");
  BOOST_TEST(read("modelgate-session") == "");
  BOOST_TEST(read("") == "");
  BOOST_TEST(read(";;; ;=;") == "");
}

BOOST_AUTO_TEST_CASE(over_tls_have_a_name_that_no_other_host_can_set) {
  BOOST_TEST(read("modelgate-session=a; __Host-modelgate-session=b", true) == "b");
  BOOST_TEST(read("modelgate-session=a", true) == "");
  BOOST_TEST(read("__Host-modelgate-session=b", false) == "");
  BOOST_TEST(rest::set_session_cookie("v", std::chrono::seconds{60}, true)
             == "__Host-modelgate-session=v; Path=/; HttpOnly; SameSite=Strict; Max-Age=60; Secure");
  BOOST_TEST(rest::set_session_cookie("", std::chrono::seconds{60}, false)
             == "modelgate-session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
}

BOOST_AUTO_TEST_SUITE_END()
