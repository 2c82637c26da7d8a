#include "gateway/filter/admission.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::filter {
namespace {

using namespace std::chrono_literals;
using metrics::limit_kind;
using metrics::limit_scope;

const steady_time start{std::chrono::hours{1}};

traffic_meter_ptr meter(const config::traffic_limit& limit) {
  return std::make_shared<traffic_meter>(limit, 1);
}

traffic_limits_ptr limits(traffic_meter_ptr client, traffic_meter_ptr deployment, traffic_meter_ptr group) {
  traffic_limits made;
  if (client) made.clients = {std::move(client)};
  made.deployment = std::move(deployment);
  made.group = std::move(group);
  return std::make_shared<const traffic_limits>(std::move(made));
}

/// A request that comes and is gone.
std::optional<limit_refusal> pass(const traffic_limits_ptr& all, std::string& fields, steady_time now = start) {
  admission place;
  fields.clear();
  return place.enter(all, 0, 0, now, fields);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(admission_suite)

BOOST_AUTO_TEST_CASE(the_tightest_rate_is_told) {
  const auto all = limits(meter({10'000, 10, 0}), meter({1'000, 4, 0}), meter({100'000, 100, 0}));
  std::string fields;
  BOOST_TEST(!pass(all, fields).has_value());
  BOOST_TEST(fields == "RateLimit-Limit: 4\r\nRateLimit-Remaining: 3\r\nRateLimit-Reset: 1\r\n");
}

BOOST_AUTO_TEST_CASE(who_comes_too_often_is_told_when_to_come_back) {
  const auto all = limits(nullptr, meter({400, 2, 0}), nullptr);  // one in 2.5 s
  std::string fields;
  BOOST_TEST(!pass(all, fields).has_value());
  BOOST_TEST(!pass(all, fields).has_value());
  const auto refused = pass(all, fields, start + 100ms);
  BOOST_REQUIRE(refused.has_value());
  BOOST_TEST((refused->whose == limit_scope::deployment));
  BOOST_TEST((refused->what == limit_kind::rate));
  BOOST_TEST((refused->retry_after == 3s));
  BOOST_TEST(fields == "RateLimit-Limit: 2\r\nRateLimit-Remaining: 0\r\nRateLimit-Reset: 5\r\n");
  BOOST_TEST(!pass(all, fields, start + 100ms + refused->retry_after).has_value());
}

BOOST_AUTO_TEST_CASE(a_request_that_one_limit_refuses_costs_nothing_at_the_others) {
  const auto client = meter({1'000, 5, 5});
  const auto deployment = meter({1'000, 5, 5});
  const auto group = meter({1'000, 1, 5});
  const auto all = limits(client, deployment, group);
  std::string fields;
  BOOST_TEST(!pass(all, fields).has_value());
  for (int i = 0; i < 20; ++i) {
    const auto refused = pass(all, fields);
    BOOST_TEST_REQUIRE(refused.has_value());
    BOOST_TEST((refused->whose == limit_scope::group));
  }
  BOOST_TEST(client->read(0, start).left == 4u);
  BOOST_TEST(deployment->read(0, start).left == 4u);
  for (const auto& each : {client, deployment, group}) BOOST_TEST(each->in_flight() == 0u);
}

BOOST_AUTO_TEST_CASE(a_request_without_a_place_takes_no_token) {
  const auto deployment = meter({1'000, 5, 1});
  const auto group = meter({0, 1, 1});
  const auto all = limits(nullptr, deployment, group);
  std::string fields;
  {
    admission first;
    BOOST_TEST(!first.enter(all, admission::no_client, 0, start, fields).has_value());
    fields.clear();
    const auto refused = pass(all, fields);
    BOOST_REQUIRE(refused.has_value());
    BOOST_TEST((refused->whose == limit_scope::deployment));
    BOOST_TEST((refused->what == limit_kind::concurrency));
    BOOST_TEST(fields == "RateLimit-Limit: 5\r\nRateLimit-Remaining: 4\r\nRateLimit-Reset: 1\r\n");
    BOOST_TEST(deployment->in_flight() == 1u);
  }
  BOOST_TEST(deployment->in_flight() == 0u);
  BOOST_TEST(group->in_flight() == 0u);
  BOOST_TEST(!pass(all, fields).has_value());
}

BOOST_AUTO_TEST_CASE(limits_live_as_long_as_a_request_that_they_count) {
  auto group = meter({0, 1, 1});
  std::string fields;
  {
    admission place;
    BOOST_TEST(!place.enter(limits(nullptr, nullptr, group), 0, 0, start, fields).has_value());
    std::weak_ptr<traffic_meter> watched = group;
    group.reset();  // a snapshot without the limit
    BOOST_TEST(!watched.expired());
  }
  BOOST_TEST(fields == "");  // a limit of places has no rate to tell
}

BOOST_AUTO_TEST_CASE(each_client_has_its_own) {
  traffic_limits made;
  made.clients = {meter({1'000, 1, 0}), meter({1'000, 1, 0})};
  const auto all = std::make_shared<const traffic_limits>(std::move(made));
  std::string fields;
  for (const std::size_t client : {0u, 1u}) {
    admission first;
    BOOST_TEST(!first.enter(all, client, 0, start, fields).has_value());
    admission second;
    const auto refused = second.enter(all, client, 0, start, fields);
    BOOST_REQUIRE(refused.has_value());
    BOOST_TEST((refused->whose == limit_scope::client));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::filter
