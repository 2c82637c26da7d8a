#include "control/api/primehub/paging.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace modelgate::tests {
namespace {

namespace primehub = control::primehub;
using primehub::cursor_request;

const std::vector<std::string> ids{"a", "b", "c", "d", "e"};

/// The ids, "<" before them when there are others, ">" behind.
std::string told(const cursor_request& asked, const std::vector<std::string>& all = ids) {
  const auto page = primehub::page_of(all, asked);
  std::string text = page.has_previous ? "<" : "";
  for (std::size_t i = page.begin; i < page.end; ++i) text += all[i];
  return text + (page.has_next ? ">" : "");
}

BOOST_AUTO_TEST_SUITE(primehub_paging)

BOOST_AUTO_TEST_CASE(cursors_cut_first_then_counts) {
  BOOST_TEST(told({}) == "abcde");
  BOOST_TEST(told({.first = 2}) == "ab>");
  BOOST_TEST(told({.after = "b", .first = 2}) == "<cd>");
  BOOST_TEST(told({.after = "d", .first = 2}) == "<e");
  BOOST_TEST(told({.before = "d", .last = 2}) == "<bc>");
  BOOST_TEST(told({.before = "b", .last = 2}) == "a>");
  BOOST_TEST(told({.last = 1}) == "<e");
  BOOST_TEST(told({.first = 3, .last = 1}) == "<c>");
  BOOST_TEST(told({.before = "d", .after = "a"}) == "<bc>");
  BOOST_TEST(told({.first = 9}) == "abcde");
}

BOOST_AUTO_TEST_CASE(what_is_empty_has_no_neighbours) {
  BOOST_TEST(told({.first = 2}, {}) == "");
  BOOST_TEST(told({.first = 0}) == "");
  BOOST_TEST(told({.after = "e", .first = 2}) == "");
  BOOST_TEST(told({.before = "a", .after = "c"}) == "");
}

BOOST_AUTO_TEST_CASE(a_cursor_of_nothing_bounds_nothing) {
  BOOST_TEST(told({.after = "x", .first = 2}) == "ab>");
  BOOST_TEST(told({.before = "x"}) == "abcde");
}

BOOST_AUTO_TEST_CASE(negative_counts_are_refused) {
  BOOST_TEST(primehub::read_cursors({{"first", -1}}).has_error());
  BOOST_TEST(primehub::read_cursors({{"last", 1}, {"first", nullptr}})->last.value() == 1);
}

BOOST_AUTO_TEST_CASE(pages_are_of_ten_and_past_the_last_one_is_nothing) {
  const auto shown = [](std::size_t items, std::int64_t page) {
    const auto at = primehub::numbered(items, page);
    return std::to_string(at.begin) + "-" + std::to_string(at.end) + " " + std::to_string(at.current) + "/"
           + std::to_string(at.total);
  };
  BOOST_TEST(shown(25, 1) == "0-10 1/3");
  BOOST_TEST(shown(25, 3) == "20-25 3/3");
  BOOST_TEST(shown(25, 4) == "25-25 4/3");
  BOOST_TEST(shown(10, 2) == "10-10 2/1");
  BOOST_TEST(shown(0, 1) == "0-0 1/0");
  BOOST_TEST(shown(25, 0) == "0-10 1/3");
  BOOST_TEST(shown(25, 9'000'000'000'000'000'000) == "25-25 9000000000000000000/3");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
