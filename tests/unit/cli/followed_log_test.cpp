#include "control/cli/followed_log.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::control::cli {
namespace {

BOOST_AUTO_TEST_SUITE(followed_logs)

BOOST_AUTO_TEST_CASE(are_shown_without_the_servers_signs_of_life) {
  followed_log log{{.prefixed = true}};
  BOOST_TEST(log.take("\n\n[a] 2026-01-31T08:15:30.125000000Z one\n") == "[a] one\n");
  BOOST_TEST(log.take("\n[a] 2026-01-31T08:15:30.125000000Z \n\n") == "[a] \n");  // an empty line of the replica's own
}

BOOST_AUTO_TEST_CASE(may_come_in_any_pieces) {
  followed_log log{{}};
  std::string shown;
  for (const char c : std::string{"2026-01-31T08:15:30.125Z a b\n\n2026-01-31T08:15:30.125Z half"})
    shown += log.take({&c, 1});
  BOOST_TEST(shown == "a b\n");
  BOOST_TEST(log.finish() == "half\n");
  BOOST_TEST(log.finish() == "");
}

BOOST_AUTO_TEST_CASE(keep_their_times_when_they_are_wanted) {
  followed_log log{{.prefixed = true, .timestamps = true}};
  BOOST_TEST(log.take("[a] 2026-01-31T08:15:30.125Z one\n\n") == "[a] 2026-01-31T08:15:30.125Z one\n");
}

BOOST_AUTO_TEST_CASE(are_left_alone_where_there_is_no_time) {
  followed_log log{{.prefixed = true}};
  BOOST_TEST(log.take("[a] no time here\nnothing\n[a]\n") == "[a] no time here\nnothing\n[a]\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::control::cli
