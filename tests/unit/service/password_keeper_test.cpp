#include "control/service/password_keeper.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::control::service {
namespace {

struct cheap {
  cheap() {
    settings.password_memory = 8'192;
    settings.password_passes = 1;
  }
  config::people_settings settings;
  password_keeper keeper{[this] { return settings; }};
};

crypto::secret word(const char* text) {
  return crypto::secret{text};
}

BOOST_FIXTURE_TEST_SUITE(password_keepers, cheap)

BOOST_AUTO_TEST_CASE(tell_right_from_wrong) {
  const std::string hash = *keeper.hash(word("correct horse"));
  BOOST_TEST(*keeper.fits(hash, word("correct horse")));
  BOOST_TEST(!*keeper.fits(hash, word("incorrect horse")));
}

BOOST_AUTO_TEST_CASE(let_no_password_fit_where_there_is_none) {
  for (const char* text : {"", "nobody's", "correct horse"}) BOOST_TEST(!*keeper.fits(std::nullopt, word(text)));
}

BOOST_AUTO_TEST_CASE(know_hashes_of_another_cost) {
  const std::string hash = *keeper.hash(word("correct horse"));
  BOOST_TEST(!keeper.is_outdated(hash));
  settings.password_passes = 2;
  BOOST_TEST(keeper.is_outdated(hash));
  BOOST_TEST(!*keeper.fits(std::nullopt, word("x")));
}

BOOST_AUTO_TEST_CASE(send_away_who_would_wait_too_long) {
  settings.password_checks = 0;  // as when every turn is taken
  const auto refused = keeper.hash(word("correct horse"));
  BOOST_REQUIRE(refused.has_error());
  BOOST_TEST((refused.error().kind == failure::busy));
  BOOST_TEST(refused.error().retry_after.count() == 1);
}

BOOST_AUTO_TEST_CASE(say_that_they_are_busy_without_the_memory) {
  settings.password_memory = 1'024;  // less than the algorithm takes
  BOOST_TEST((keeper.hash(word("correct horse")).error().kind == failure::busy));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::control::service
