#include "gateway/routing/route_table.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::routing {
namespace {

config::deployment_config_ptr make(const std::string& id, std::vector<config::client_credential> clients = {}) {
  auto made = std::make_shared<config::deployment_config>();
  made->id = id;
  made->clients = std::move(clients);
  return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(route_table_suite)

BOOST_AUTO_TEST_CASE(finds_deployments_by_id) {
  config::snapshot snapshot{1, {make("a-1"), make("b-1")}};
  const route_table table{snapshot, {}};
  BOOST_TEST(table.at(table.find("b-1")).deployment().id == "b-1");
  BOOST_TEST(table.find("c") == route_table::none);
  BOOST_TEST(table.find("") == route_table::none);
}

BOOST_AUTO_TEST_CASE(shares_routes_of_unchanged_deployments) {
  const auto same = make("same");
  const route_table before{{1, {same, make("changed")}}, {}};
  const route_table after{{2, {make("changed"), same}}, before};
  BOOST_TEST((after.shared_at(after.find("same")) == before.shared_at(before.find("same"))));
  BOOST_TEST((after.shared_at(after.find("changed")) != before.shared_at(before.find("changed"))));
}

BOOST_AUTO_TEST_CASE(a_client_is_found_by_its_token_of_before_until_that_ends) {
  const auto key = crypto::token_key::generate();
  const system_time until{std::chrono::hours{10}};
  config::client_credential alice{"alice", key.hash("new"), std::nullopt};
  alice.previous = {key.hash("old"), until};
  config::client_credential bob{"bob", key.hash("bob's"), until - std::chrono::hours{1}};
  bob.previous = {key.hash("bob's old"), until};
  const route made{make("d", {alice, bob})};
  const route_client* fresh = made.find_client(key.hash("new"));
  const route_client* before = made.find_client(key.hash("old"));
  BOOST_TEST_REQUIRE((fresh != nullptr && before != nullptr));
  BOOST_TEST(before->name == "alice");
  BOOST_TEST(before->place == fresh->place);
  BOOST_TEST(!fresh->expires_at.has_value());
  BOOST_TEST((before->expires_at == until));
  BOOST_TEST(made.find_client(std::string_view{"alice"}) == fresh);
  // An old token ends with its client.
  BOOST_TEST((made.find_client(key.hash("bob's old"))->expires_at == until - std::chrono::hours{1}));

  // After a rotation the client was last seen when its old token was.
  fresh->last_used_minute.store(7);
  config::client_credential rotated{"alice", key.hash("newest"), std::nullopt};
  route later{make("d", {rotated})};
  later.inherit_last_use(made);
  BOOST_TEST(later.find_client(key.hash("newest"))->last_used_minute.load() == 7);
}

BOOST_AUTO_TEST_CASE(clients_are_found_by_digest_and_keep_their_last_use) {
  const crypto::token_key key = crypto::token_key::generate();
  const config::client_credential alice{"alice", key.hash("one"), std::nullopt};
  const config::client_credential bob{"bob", key.hash("two"), std::nullopt};
  const route_table before{{1, {make("d", {alice, bob})}}, {}};
  const route_client* found = before.at(0).find_client(key.hash("two"));
  BOOST_REQUIRE(found != nullptr);
  BOOST_TEST(found->name == "bob");
  BOOST_TEST((before.at(0).find_client(key.hash("three")) == nullptr));
  found->last_used_minute = 42;
  const route_table after{{2, {make("d", {bob})}}, before};
  BOOST_TEST(after.at(0).find_client(key.hash("two"))->last_used_minute == 42);
  BOOST_TEST((after.at(0).find_client(key.hash("one")) == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::routing
