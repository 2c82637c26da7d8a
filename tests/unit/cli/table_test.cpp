#include "control/cli/table.hpp"

#include <boost/test/unit_test.hpp>

#include <sstream>

namespace modelgate::control::cli {
namespace {

std::string printed(const table& shown, bool with_colours = false) {
  std::ostringstream out;
  shown.print(out, with_colours);
  return out.str();
}

BOOST_AUTO_TEST_SUITE(table_suite)

BOOST_AUTO_TEST_CASE(columns_are_as_wide_as_their_widest_cell) {
  table shown{{"ID", "STATUS", "AGE"}};
  shown.add({{"iris"}, {"Deployed", tone::good}, {"3m"}});
  shown.add({{"a-long-id"}, {"Failed", tone::bad}, {"12s"}});
  BOOST_TEST(printed(shown) == "ID         STATUS    AGE\n"
                               "iris       Deployed  3m\n"
                               "a-long-id  Failed    12s\n");
}

BOOST_AUTO_TEST_CASE(letters_of_several_bytes_count_as_one) {
  table shown{{"NAME", "X"}};
  shown.add({{"caf\xC3\xA9"}, {"1"}});
  shown.add({{"cafes"}, {"2"}});
  BOOST_TEST(printed(shown) == "NAME   X\ncaf\xC3\xA9   1\ncafes  2\n");
}

BOOST_AUTO_TEST_CASE(colours_do_not_change_the_widths) {
  table shown{{"STATUS", "X"}};
  shown.add({{"Failed", tone::bad}, {"1"}});
  BOOST_TEST(printed(shown, true) == "STATUS  X\n\x1b[31mFailed\x1b[0m  1\n");
}

BOOST_AUTO_TEST_CASE(what_a_server_sent_cannot_move_the_cursor) {
  table shown{{"NAME"}};
  shown.add({{"\x1b[2Jgone\r\n"}});
  BOOST_TEST(printed(shown) == "NAME\n?[2Jgone? \n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::control::cli
