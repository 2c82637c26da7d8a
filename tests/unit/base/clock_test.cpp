#include "modelgate/base/clock.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate {
namespace {

using namespace std::chrono_literals;

/// 2026-01-31T08:15:30Z
constexpr system_time moment{std::chrono::seconds{1'769'847'330}};

BOOST_AUTO_TEST_SUITE(rfc3339)

BOOST_AUTO_TEST_CASE(is_written_in_utc_with_milliseconds) {
  BOOST_TEST(format_rfc3339(moment + 125ms) == "2026-01-31T08:15:30.125Z");
  BOOST_TEST(format_rfc3339(moment) == "2026-01-31T08:15:30.000Z");
  BOOST_TEST(format_rfc3339(moment + 999'999us) == "2026-01-31T08:15:30.999Z");
  BOOST_TEST(format_rfc3339(system_time{-1ms}) == "1969-12-31T23:59:59.999Z");
}

BOOST_AUTO_TEST_CASE(is_read_with_any_fraction_and_offset) {
  for (const char* text :
       {"2026-01-31T08:15:30Z", "2026-01-31t08:15:30z", "2026-01-31 08:15:30Z", "2026-01-31T09:15:30+01:00",
        "2026-01-31T02:45:30-05:30", "2026-01-31T08:15:30.000000000000Z"}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_CHECK(parse_rfc3339(text) == moment);
    }
  }
  BOOST_CHECK(parse_rfc3339("2026-01-31T08:15:30.5Z") == moment + 500ms);
  BOOST_CHECK(parse_rfc3339("2026-01-31T08:15:30.123456789Z") == moment + 123'456'789ns);
}

BOOST_AUTO_TEST_CASE(a_leap_second_is_the_next_second) {
  BOOST_CHECK(parse_rfc3339("2016-12-31T23:59:60Z") == parse_rfc3339("2017-01-01T00:00:00Z"));
}

BOOST_AUTO_TEST_CASE(reads_what_it_writes) {
  BOOST_CHECK(parse_rfc3339(format_rfc3339(moment + 7ms)) == moment + 7ms);
}

BOOST_AUTO_TEST_CASE(knows_the_calendar) {
  BOOST_TEST(parse_rfc3339("2024-02-29T00:00:00Z").has_value());
  BOOST_TEST(!parse_rfc3339("2026-02-29T00:00:00Z").has_value());
  BOOST_TEST(!parse_rfc3339("2026-04-31T00:00:00Z").has_value());
}

BOOST_AUTO_TEST_CASE(everything_else_is_refused) {
  for (const char* text :
       {"", "2026-01-31", "2026-01-31T08:15:30", "2026-01-31T08:15Z", "2026-1-31T08:15:30Z", "2026-01-31T24:00:00Z",
        "2026-01-31T08:60:00Z", "2026-01-31T08:15:61Z", "2026-00-31T08:15:30Z", "2026-13-31T08:15:30Z",
        "2026-01-00T08:15:30Z", "2026-01-31T08:15:30.Z", "2026-01-31T08:15:30+0100", "2026-01-31T08:15:30+24:00",
        "2026-01-31T08:15:30Z ", " 2026-01-31T08:15:30Z", "2026-01-31T08:15:30,5Z", "+2026-01-31T08:15:30Z"}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(!parse_rfc3339(text).has_value());
    }
  }
}

BOOST_AUTO_TEST_CASE(years_that_the_clock_cannot_count_are_refused) {
  BOOST_TEST(!parse_rfc3339("0001-01-01T00:00:00Z").has_value());
  BOOST_TEST(!parse_rfc3339("9999-12-31T23:59:59Z").has_value());
  BOOST_TEST(parse_rfc3339("2261-12-31T23:59:59-23:59").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(http_date)

BOOST_AUTO_TEST_CASE(is_the_example_of_rfc_9110) {
  BOOST_TEST(format_http_date(system_time{std::chrono::seconds{784'111'777}}) == "Sun, 06 Nov 1994 08:49:37 GMT");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(duration)

BOOST_AUTO_TEST_CASE(has_a_unit) {
  BOOST_CHECK(parse_duration("250ms") == 250ms);
  BOOST_CHECK(parse_duration("1.5s") == 1'500ms);
  BOOST_CHECK(parse_duration("2m") == 2min);
  BOOST_CHECK(parse_duration("0.5h") == 30min);
  BOOST_CHECK(parse_duration("0s") == 0ms);
}

BOOST_AUTO_TEST_CASE(everything_else_is_refused) {
  for (const char* text : {"", "s", "10", "-1s", "-0s", "+1s", "1 s", "1S", "1d", "1sec", "1e3s", "infs", "nans", ".5s",
                           "0x1s", "1,5s", "99999999999999999999h", "1s "}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(!parse_duration(text).has_value());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate
