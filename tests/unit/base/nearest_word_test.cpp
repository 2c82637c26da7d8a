#include "modelgate/base/nearest_word.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

namespace modelgate {
namespace {

constexpr std::array<std::string_view, 4> words{"head", "total", "keep_alive", "upstream_idle"};

BOOST_AUTO_TEST_SUITE(nearest_word_suite)

BOOST_AUTO_TEST_CASE(finds_what_a_slip_was_meant_to_be) {
  BOOST_TEST(nearest_word("haed", words).value() == "head");
  BOOST_TEST(nearest_word("totl", words).value() == "total");
  BOOST_TEST(nearest_word("keepalive", words).value() == "keep_alive");
  BOOST_TEST(nearest_word("KEEP_ALIVE", words).value() == "keep_alive");
  BOOST_TEST(nearest_word("upstream_idle_", words).value() == "upstream_idle");
}

BOOST_AUTO_TEST_CASE(does_not_guess_wildly) {
  for (const char* text : {"", "x", "workers", "hd"}) BOOST_TEST(!nearest_word(text, words).has_value());
  BOOST_TEST(!nearest_word(std::string(100'000, 'h'), words).has_value());
}

BOOST_AUTO_TEST_CASE(prefers_the_nearer_word) {
  constexpr std::array<std::string_view, 2> similar{"drain_delay", "drain_idle"};
  BOOST_TEST(nearest_word("drain_idl", similar).value() == "drain_idle");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate
