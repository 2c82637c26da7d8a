#include "gateway/http_io/request_target.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::http_io {
namespace {

using parameters = std::vector<std::pair<std::string, std::string>>;

BOOST_AUTO_TEST_SUITE(request_target_suite)

BOOST_AUTO_TEST_CASE(decodes_path_and_query) {
  const auto target = parse_request_target("/api/v1/a%20b?search=caf%C3%A9+noir&group=a%26b&group=c&mine");
  BOOST_REQUIRE(target.has_value());
  BOOST_TEST(target->path == "/api/v1/a b");
  const parameters expected{{"search", "caf\xC3\xA9 noir"}, {"group", "a&b"}, {"group", "c"}, {"mine", ""}};
  BOOST_CHECK(target->query == expected);
}

BOOST_AUTO_TEST_CASE(a_plus_in_the_path_stays_a_plus) {
  BOOST_TEST(parse_request_target("/a+b")->path == "/a+b");
}

BOOST_AUTO_TEST_CASE(a_value_may_hold_an_equals_sign) {
  const parameters expected{{"token", "a=b=="}};
  BOOST_CHECK(parse_request_target("/?token=a=b==")->query == expected);
}

BOOST_AUTO_TEST_CASE(double_slashes_stay_part_of_the_path) {
  BOOST_TEST(parse_request_target("//etc/passwd")->path == "//etc/passwd");
}

BOOST_AUTO_TEST_CASE(refuses_other_forms_and_wrong_bytes) {
  for (const char* text : {"", "*", "livez", "host:80", "http://host/a", "urn:a", "/a#b", "/a b", "/a\x7f",
                           "/caf\xC3\xA9", "/%", "/%4", "/%zz", "/a?b=%", "/\"", "/a\\b"}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(!parse_request_target(text).has_value());
    }
  }
}

BOOST_AUTO_TEST_CASE(refuses_what_decodes_to_control_characters_or_broken_utf8) {
  for (const char* text : {"/%00", "/%0a", "/a?b=%0D", "/a?%7F=b", "/%C3", "/a?b=%FF", "/%C0%AF", "/%ED%A0%80"}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(!parse_request_target(text).has_value());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::http_io
