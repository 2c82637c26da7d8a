#include "control/api/rest/log_stream.hpp"

#include <boost/test/unit_test.hpp>

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

}  // namespace
}  // namespace modelgate::control::rest
