#include "gateway/filter/request_timeout.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::filter {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

http::request_head head_with(std::initializer_list<http::field> fields) {
  http::request_head head;
  head.fields = fields;
  return head;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request_timeout)

BOOST_AUTO_TEST_CASE(reads_seconds_and_units) {
  const struct {
    const char* text;
    nanoseconds time;
  } rows[] = {
      {"1", 1s},
      {"2.5", 2'500ms},
      {"2.5s", 2'500ms},
      {"30s", 30s},
      {"250ms", 250ms},
      {"0.5ms", 500us},
      {"0.001", 1ms},
      {"007", 7s},
      {"1.0000000019", 1s + 1ns},
      {"31622400", longest_request_timeout},
      {"999999999999999999999999999999", longest_request_timeout},
      {"99999999999999999999999999ms", longest_request_timeout},
  };
  for (const auto& row : rows) {
    const auto time = parse_request_timeout(row.text);
    BOOST_TEST_REQUIRE(time.has_value(), row.text);
    BOOST_TEST(time->count() == row.time.count(), row.text);
  }
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_time_above_zero) {
  for (const char* text :
       {"",   "0",  "0.0", "0ms", "0.0000000001", "-1", "+1",   "1e3",  "1,5",  ".5",  "5.",  "1.5.2",    "s",
        "ms", ".s", "1 s", "1m",  "1S",           "1h", "1sms", "1mss", "0x10", "inf", "nan", "\xd9\xa1", "1s "}) {
    BOOST_TEST(!parse_request_timeout(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(the_head_says_it_once_or_not_at_all) {
  using http::field_id;
  BOOST_TEST(requested_timeout(head_with({}))->count() == nanoseconds{longest_request_timeout}.count());
  BOOST_TEST(requested_timeout(head_with({{"X-Request-Timeout", "2", field_id::x_request_timeout, false}}))->count()
             == nanoseconds{2s}.count());
  const auto broken = requested_timeout(head_with({{"X-Request-Timeout", "soon", field_id::x_request_timeout, false}}));
  BOOST_TEST(broken.has_error());
  BOOST_TEST((broken.error().why == http::reason::bad_request));
  BOOST_TEST(broken.error().detail.find("500ms") != std::string_view::npos);
  BOOST_TEST(requested_timeout(head_with({{"X-Request-Timeout", "2", field_id::x_request_timeout, false},
                                          {"X-Request-Timeout", "2", field_id::x_request_timeout, false}}))
                 .has_error());
}

BOOST_AUTO_TEST_CASE(other_spellings_say_nothing) {
  const auto aliased =
      requested_timeout(head_with({{"X_Request_Timeout", "soon", http::field_id::x_request_timeout, true}}));
  BOOST_TEST_REQUIRE(aliased.has_value());
  BOOST_TEST(aliased->count() == nanoseconds{longest_request_timeout}.count());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::filter
