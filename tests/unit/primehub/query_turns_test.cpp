#include "control/api/primehub/query_turns.hpp"

#include <boost/test/unit_test.hpp>

using modelgate::control::primehub::query_turns;

BOOST_AUTO_TEST_SUITE(turns_of_queries)

BOOST_AUTO_TEST_CASE(one_user_leaves_room_for_others) {
  query_turns turns;
  const auto first = turns.take("ada", 2, 3);
  auto second = turns.take("ada", 2, 3);
  BOOST_TEST((first && second));
  BOOST_TEST(!turns.take("ada", 2, 3));
  const auto other = turns.take("eve", 2, 3);
  BOOST_TEST(other.has_value());
  BOOST_TEST(!turns.take("bob", 2, 3), "three are as many as may be");
  second.reset();
  BOOST_TEST(turns.take("bob", 2, 3).has_value());
  BOOST_TEST(turns.take("ada", 2, 3).has_value(), "each gave its turn back");
}

BOOST_AUTO_TEST_CASE(a_turn_that_is_handed_on_is_given_back_once) {
  query_turns turns;
  {
    auto taken = turns.take("ada", 1, 2);
    const auto handed_on = std::move(*taken);
    BOOST_TEST(!turns.take("ada", 1, 2));
  }
  const auto again = turns.take("ada", 1, 2);
  BOOST_TEST(again.has_value());
  BOOST_TEST(!turns.take("ada", 1, 2));
}

BOOST_AUTO_TEST_SUITE_END()
