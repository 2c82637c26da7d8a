#include "gateway/upstream/balancer.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace modelgate::upstream {
namespace {

using namespace std::chrono_literals;

std::vector<endpoint_ptr> make_endpoints(std::size_t count) {
  std::vector<endpoint_ptr> endpoints;
  for (std::size_t i = 0; i < count; ++i) {
    config::endpoint_config config;
    config.replica = std::to_string(i);
    endpoints.push_back(std::make_shared<endpoint>(config, metrics::model_index{0}));
  }
  return endpoints;
}

steady_time at(std::chrono::milliseconds since_start) {
  return steady_time{std::chrono::hours{1} + since_start};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(balancer_suite)

BOOST_AUTO_TEST_CASE(picks_the_fewest_in_flight) {
  const auto endpoints = make_endpoints(3);
  balancer balancer;
  std::vector<slot> held;
  for (int i = 0; i < 9; ++i) held.push_back(balancer.pick(endpoints, nullptr, at(0ms)));
  for (const endpoint_ptr& each : endpoints) BOOST_TEST(each->in_flight() == 3U);
  held.erase(held.begin());
  const slot next = balancer.pick(endpoints, nullptr, at(0ms));
  for (const endpoint_ptr& each : endpoints) BOOST_TEST(each->in_flight() == 3U);
}

BOOST_AUTO_TEST_CASE(takes_turns_among_equals) {
  const auto endpoints = make_endpoints(2);
  balancer balancer;
  const endpoint* first = balancer.pick(endpoints, nullptr, at(0ms)).shared().get();
  const endpoint* second = balancer.pick(endpoints, nullptr, at(0ms)).shared().get();
  BOOST_TEST(first != second);
}

BOOST_AUTO_TEST_CASE(leaves_out_the_one_that_failed) {
  const auto endpoints = make_endpoints(2);
  balancer balancer;
  for (int i = 0; i < 5; ++i)
    BOOST_TEST((balancer.pick(endpoints, endpoints[0].get(), at(0ms)).shared() == endpoints[1]));
  const auto alone = make_endpoints(1);
  BOOST_TEST(!balancer.pick(alone, alone[0].get(), at(0ms)));
  BOOST_TEST(!balancer.pick({}, nullptr, at(0ms)));
}

BOOST_AUTO_TEST_CASE(takes_one_that_failed_a_moment_ago_last) {
  const auto endpoints = make_endpoints(3);
  balancer balancer;
  endpoints[0]->doubt(at(1000ms));
  std::vector<slot> held;
  for (int i = 0; i < 8; ++i) held.push_back(balancer.pick(endpoints, nullptr, at(999ms)));
  BOOST_TEST(endpoints[0]->in_flight() == 0U);
  BOOST_TEST(endpoints[1]->in_flight() == 4U);
  BOOST_TEST((balancer.pick(endpoints, nullptr, at(1000ms)).shared() == endpoints[0]));
}

BOOST_AUTO_TEST_CASE(takes_one_that_failed_when_nothing_else_is_left) {
  const auto endpoints = make_endpoints(2);
  balancer balancer;
  endpoints[0]->doubt(at(1000ms));
  BOOST_TEST((balancer.pick(endpoints, endpoints[1].get(), at(0ms)).shared() == endpoints[0]));
  endpoints[1]->doubt(at(1000ms));
  std::vector<slot> held;
  for (int i = 0; i < 4; ++i) held.push_back(balancer.pick(endpoints, nullptr, at(0ms)));
  for (const endpoint_ptr& each : endpoints) BOOST_TEST(each->in_flight() == 2U);
}

BOOST_AUTO_TEST_CASE(a_slot_is_given_back_once) {
  const auto endpoints = make_endpoints(1);
  balancer balancer;
  {
    slot taken = balancer.pick(endpoints, nullptr, at(0ms));
    slot moved{std::move(taken)};
    BOOST_TEST(endpoints[0]->in_flight() == 1U);
    taken = std::move(moved);
    BOOST_TEST(endpoints[0]->in_flight() == 1U);
  }
  BOOST_TEST(endpoints[0]->in_flight() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::upstream
