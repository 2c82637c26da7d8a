#include "gateway/upstream/retry_budget.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace modelgate::upstream {

BOOST_AUTO_TEST_SUITE(retry_budget_suite)

BOOST_AUTO_TEST_CASE(allows_a_share_of_the_requests_in_flight_and_at_least_one) {
  const struct {
    std::size_t in_flight;
    std::size_t percent;
    std::size_t allowed;
  } rows[] = {{0, 10, 1}, {1, 10, 1}, {19, 10, 1}, {20, 10, 2}, {100, 10, 10}, {50, 100, 50}, {100, 0, 0}};
  for (const auto& row : rows) {
    retry_budget budget;
    std::vector<retry_budget::share> held;
    for (std::size_t i = 0; i < row.allowed; ++i) {
      held.push_back(budget.try_spend(row.in_flight, row.percent));
      BOOST_TEST(static_cast<bool>(held.back()));
    }
    BOOST_TEST(!budget.try_spend(row.in_flight, row.percent));
  }
}

BOOST_AUTO_TEST_CASE(a_retry_that_has_ended_gives_its_share_back) {
  retry_budget budget;
  {
    retry_budget::share first = budget.try_spend(1, 10);
    BOOST_TEST(static_cast<bool>(first));
    BOOST_TEST(!budget.try_spend(1, 10));
    const retry_budget::share moved = std::move(first);
    BOOST_TEST(!budget.try_spend(1, 10));
  }
  BOOST_TEST(static_cast<bool>(budget.try_spend(1, 10)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::upstream
