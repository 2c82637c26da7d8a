#include "gateway/telemetry/text_escape.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <random>
#include <string>

namespace modelgate::telemetry {
namespace {

std::string in_quotes(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}
std::string word(std::string_view text) {
  std::string out;
  append_word(out, text);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(text_escape)

BOOST_AUTO_TEST_CASE(quotes_what_could_end_a_text_or_a_line) {
  BOOST_TEST(in_quotes("a b") == R"("a b")");
  BOOST_TEST(in_quotes(R"("\)") == R"("\"\\")");
  BOOST_TEST(in_quotes("\r\n\t") == R"("\u000d\u000a\u0009")");
  BOOST_TEST(in_quotes(std::string_view{"\0\x7f\x1b[2J", 6}) == R"("\u0000\u007f\u001b[2J")");
  BOOST_TEST(in_quotes("\xc2\x85\xe2\x80\xa8\xe2\x80\xa9") == R"("\ufffd\ufffd\ufffd")");
}

BOOST_AUTO_TEST_CASE(keeps_utf8_and_replaces_what_is_none) {
  BOOST_TEST(in_quotes("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80") == "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"");
  for (const char* broken : {"\xff", "\x80", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3"}) {
    BOOST_TEST(in_quotes(broken).starts_with(R"("\ufffd)"), broken);
  }
  BOOST_TEST(in_quotes("\xe2\x82") == R"("\ufffd\ufffd")");
  BOOST_TEST(in_quotes("a\xc3\"") == R"("a\ufffd\"")");
}

BOOST_AUTO_TEST_CASE(of_any_bytes_is_one_json_text_and_one_line) {
  std::mt19937 random{1};
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(random() % 12, '\0');
    for (char& c : bytes) c = static_cast<char>(random() % (i % 2 == 0 ? 256 : 64));
    const std::string out = in_quotes(bytes);
    boost::system::error_code problem;
    const auto value = boost::json::parse(out, problem);
    BOOST_TEST_REQUIRE(!problem, out);
    BOOST_TEST_REQUIRE(value.is_string());
    BOOST_TEST_REQUIRE(out.find('\n') == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_word_is_quoted_only_where_it_has_to_be) {
  BOOST_TEST(word("/deployment/iris") == "/deployment/iris");
  BOOST_TEST(word("") == R"("")");
  BOOST_TEST(word("a b") == R"("a b")");
  BOOST_TEST(word("a=b") == R"("a=b")");
  BOOST_TEST(word("a\"b") == R"("a\"b")");
  BOOST_TEST(word("a\nstatus=200") == R"("a\u000astatus=200")");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::telemetry
