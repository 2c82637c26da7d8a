#include "control/api/rest/log_stream.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace modelgate::control::rest {
namespace {

using std::chrono::seconds;

BOOST_AUTO_TEST_SUITE(log_heartbeats)

BOOST_AUTO_TEST_CASE(break_a_silence_with_an_empty_line) {
  steady_time now{seconds{100}};
  log_heartbeat heart{seconds{15}, now};
  BOOST_TEST(heart.next("", now += seconds{14}) == "");
  BOOST_TEST(heart.next("", now += seconds{1}) == "\n");
  BOOST_TEST(heart.next("", now += seconds{14}) == "");
  BOOST_TEST(heart.next("a line\n", now += seconds{1}) == "a line\n");
  BOOST_TEST(heart.next("", now += seconds{14}) == "");
  BOOST_TEST(heart.next("", now += seconds{2}) == "\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(cuts_between_lines)

using cuts = std::vector<std::size_t>;

BOOST_AUTO_TEST_CASE(are_behind_the_last_whole_line_that_fits) {
  BOOST_TEST(line_cuts("", 8) == cuts{});
  BOOST_TEST(line_cuts("1234567\n", 8) == cuts{});
  BOOST_TEST(line_cuts("123\n567\n9\n", 8) == cuts{8});
  BOOST_TEST(line_cuts("123\n56789\n1\n", 8) == (cuts{4}));
  BOOST_TEST(line_cuts("\n\n\n\n\n\n", 4) == cuts{4});
}

BOOST_AUTO_TEST_CASE(are_before_a_character_in_a_line_that_is_longer) {
  BOOST_TEST(line_cuts("0123456789", 4) == (cuts{4, 8}));
  BOOST_TEST(line_cuts("012\xC3\xA4xyz", 4) == (cuts{3, 7}));
  BOOST_TEST(line_cuts("01\xE6\xBC\xA2xyz", 4) == (cuts{2, 6}));
  BOOST_TEST(line_cuts("0\xF0\x9F\x98\x80", 4) == cuts{1});
}

BOOST_AUTO_TEST_CASE(come_to_an_end_where_nothing_is_a_character) {
  const std::string bytes(1'000, '\x80');
  const cuts found = line_cuts(bytes, 8);
  BOOST_TEST(!found.empty());
  BOOST_TEST(std::is_sorted(found.begin(), found.end()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::control::rest
