#include "gateway/routing/route_table.hpp"

#include <boost/test/unit_test.hpp>
#include <rapidcheck.h>

#include <algorithm>
#include <map>

namespace modelgate::routing {
namespace {

config::deployment_config_ptr make(const std::string& id, std::vector<config::client_credential> clients = {}) {
  auto made = std::make_shared<config::deployment_config>();
  made->id = id;
  made->clients = std::move(clients);
  return made;
}

route_table of(std::vector<config::deployment_config_ptr> deployments, const route_table& earlier = {},
               std::size_t workers = 1) {
  return {std::make_shared<const config::snapshot>(config::snapshot{1, std::move(deployments)}), earlier, workers};
}

using places = std::vector<std::uint32_t>;

}  // namespace

BOOST_AUTO_TEST_SUITE(route_table_suite)

BOOST_AUTO_TEST_CASE(finds_deployments_by_id) {
  const route_table table = of({make("a-1"), make("b-1")});
  BOOST_TEST(table.at(table.find("b-1")).deployment().id == "b-1");
  BOOST_TEST(table.find("c") == route_table::none);
  BOOST_TEST(table.find("") == route_table::none);
}

BOOST_AUTO_TEST_CASE(shares_routes_of_unchanged_deployments) {
  const auto same = make("same");
  const route_table before = of({same, make("changed")});
  const route_table after = of({make("changed"), same}, before);
  BOOST_TEST((after.shared_at(after.find("same")) == before.shared_at(before.find("same"))));
  BOOST_TEST((after.shared_at(after.find("changed")) != before.shared_at(before.find("changed"))));
}

BOOST_AUTO_TEST_CASE(places_stay_and_changes_name_the_rest) {
  const auto a = make("a");
  const auto b = make("b");
  const auto c = make("c");
  const route_table first = of({a, b, c});
  BOOST_TEST(first.changes() == (places{0, 1, 2}), boost::test_tools::per_element());

  const route_table unchanged = of({a, b, c}, first);
  BOOST_TEST(unchanged.changes().empty());

  const route_table changed = of({a, make("b"), c}, unchanged);
  BOOST_TEST(changed.changes() == (places{1}), boost::test_tools::per_element());
  BOOST_TEST(changed.find("b") == 1U);

  const route_table without_a = of({b, c}, changed);
  BOOST_TEST(without_a.changes() == (places{0, 1}), boost::test_tools::per_element());
  BOOST_TEST(without_a.find("a") == route_table::none);
  BOOST_TEST(!without_a.shared_at(0));
  BOOST_TEST(without_a.find("c") == 2U);

  // What comes takes the place that is free, before there is a new one.
  const route_table with_others = of({b, c, make("d"), make("e")}, without_a);
  BOOST_TEST(with_others.changes() == (places{0, 3}), boost::test_tools::per_element());
  BOOST_TEST(with_others.find("d") == 0U);
  BOOST_TEST(with_others.find("e") == 3U);

  // Renamed: one goes and one comes, at once and to the same place.
  const route_table renamed = of({b, c, make("d"), make("f")}, with_others);
  BOOST_TEST(renamed.find("e") == route_table::none);
  BOOST_TEST(renamed.find("f") == 3U);
  BOOST_TEST(renamed.changes() == (places{0, 3}), boost::test_tools::per_element());
}

/// Whatever the steps, a table finds what one made at once finds, and what did not change is where it was.
BOOST_AUTO_TEST_CASE(leads_to_the_same_as_a_table_made_at_once) {
  const bool holds = rc::check([] {
    std::map<std::string, config::deployment_config_ptr> listed;
    route_table table;
    const auto steps = *rc::gen::inRange(1, 12);
    for (int step = 0; step < steps; ++step) {
      const auto before = listed;
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
        const std::string id(1, *rc::gen::inRange('a', 'j'));
        if (*rc::gen::arbitrary<bool>())
          listed[id] = make(id);
        else
          listed.erase(id);
      }
      std::vector<config::deployment_config_ptr> all;
      for (const auto& [id, each] : listed) all.push_back(each);
      const route_table next = of(all, table);
      for (char id = 'a'; id < 'j'; ++id) {
        const std::string name(1, id);
        const std::uint32_t place = next.find(name);
        RC_ASSERT((place != route_table::none) == listed.contains(name));
        if (place == route_table::none) continue;
        RC_ASSERT(next.at(place).source() == listed.at(name));
        const bool is_named = std::binary_search(next.changes().begin(), next.changes().end(), place);
        const auto was = before.find(name);
        RC_ASSERT(is_named == (was == before.end() || was->second != listed.at(name)));
        if (was != before.end()) RC_ASSERT(place == table.find(name));
      }
      table = next;
    }
  });
  BOOST_TEST(holds);
}

BOOST_AUTO_TEST_CASE(a_client_is_found_by_its_token_of_before_until_that_ends) {
  const auto key = crypto::token_key::generate();
  const system_time until{std::chrono::hours{10}};
  config::client_credential alice{"alice", key.hash("new"), std::nullopt};
  alice.previous = {key.hash("old"), until};
  config::client_credential bob{"bob", key.hash("bob's"), until - std::chrono::hours{1}};
  bob.previous = {key.hash("bob's old"), until};
  const route made{make("d", {alice, bob}), 1, nullptr};
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

  // After a rotation what was counted goes on, also of the old token.
  fresh->usage->count(0, 7);
  before->usage->count(0, 8);
  const config::client_credential rotated{"alice", key.hash("newest"), std::nullopt};
  const route later{make("d", {rotated}), 1, &made};
  BOOST_TEST(later.find_client(key.hash("newest"))->usage->requests() == 2u);
  BOOST_TEST(later.find_client(key.hash("newest"))->usage->last_minute() == 8u);
}

BOOST_AUTO_TEST_CASE(clients_are_found_by_digest_and_keep_what_was_counted) {
  const crypto::token_key key = crypto::token_key::generate();
  const config::client_credential alice{"alice", key.hash("one"), std::nullopt};
  const config::client_credential bob{"bob", key.hash("two"), std::nullopt};
  const route_table before = of({make("d", {alice, bob})}, {}, 2);
  const route_client* found = before.at(0).find_client(key.hash("two"));
  BOOST_REQUIRE(found != nullptr);
  BOOST_TEST(found->name == "bob");
  BOOST_TEST((before.at(0).find_client(key.hash("three")) == nullptr));
  found->usage->count(0, 42);
  found->usage->count(1, 41);
  const route_table after = of({make("d", {bob})}, before, 2);
  BOOST_TEST(after.at(0).find_client(key.hash("two"))->usage->last_minute() == 42u);
  BOOST_TEST(after.at(0).find_client(key.hash("two"))->usage->requests() == 2u);
  BOOST_TEST((after.at(0).find_client(key.hash("one")) == nullptr));
}

BOOST_AUTO_TEST_CASE(another_client_of_the_same_name_begins_at_nothing_and_a_disabled_one_does_not) {
  const crypto::token_key key = crypto::token_key::generate();
  config::client_credential alice{"alice", key.hash("one"), std::nullopt};
  alice.created_at = system_time{std::chrono::hours{1}};
  const route first{make("d", {alice}), 1, nullptr};
  first.find_client(key.hash("one"))->usage->count(0, 1);

  alice.is_disabled = true;
  const route disabled{make("d", {alice}), 1, &first};
  BOOST_TEST((disabled.find_client(key.hash("one")) == nullptr));
  BOOST_TEST((disabled.find_client(std::string_view{"alice"}) == nullptr));
  alice.is_disabled = false;
  const route enabled{make("d", {alice}), 1, &disabled};
  BOOST_TEST(enabled.find_client(key.hash("one"))->usage->requests() == 1u);

  alice.created_at = system_time{std::chrono::hours{2}};
  const route another{make("d", {alice}), 1, &enabled};
  BOOST_TEST(another.find_client(key.hash("one"))->usage->requests() == 0u);
}

BOOST_AUTO_TEST_CASE(a_password_is_found_by_its_name_and_once_proven_by_its_digest) {
  const crypto::token_key key = crypto::token_key::generate();
  config::client_credential alice{"alice", key.hash("nobody's"), std::nullopt};
  alice.is_password = true;
  alice.foreign_hash = "{SHA}x";
  config::client_credential bob{"bob", key.hash("same"), std::nullopt};
  bob.is_password = true;
  config::client_credential carol = bob;
  carol.name = "carol";
  const route made{make("d", {alice, bob, carol}), 1, nullptr};
  BOOST_TEST((made.find_client(key.hash("same")) == nullptr), "alone it is nobody's");
  BOOST_TEST(made.find_password("bob")->client_with(key.hash("same"))->name == "bob");
  BOOST_TEST(made.find_password("carol")->client_with(key.hash("same"))->name == "carol");
  BOOST_TEST((made.find_password("bob")->client_with(key.hash("other")) == nullptr));
  BOOST_TEST((made.find_password("nobody") == nullptr));
  const route_password* unproven = made.find_password("alice");
  BOOST_TEST((unproven->client_with(key.hash("nobody's")) == nullptr));
  unproven->unproven->prove(key.hash("secret"));
  BOOST_TEST(unproven->client_with(key.hash("secret"))->name == "alice");

  const route same_hash{make("d", {alice}), 1, &made};
  BOOST_TEST((same_hash.find_password("alice")->client_with(key.hash("secret")) != nullptr),
             "what was proven stays so");
  alice.foreign_hash = "{SHA}y";
  const route other_hash{make("d", {alice}), 1, &same_hash};
  BOOST_TEST((other_hash.find_password("alice")->client_with(key.hash("secret")) == nullptr));

  // A token instead, while the password holds for a while.
  config::client_credential rotated{"bob", key.hash("token"), std::nullopt};
  rotated.previous = {key.hash("same"), system_time{std::chrono::hours{1}}, true};
  const route later{make("d", {rotated}), 1, &made};
  BOOST_TEST(later.find_client(key.hash("token"))->name == "bob");
  BOOST_TEST((later.find_client(key.hash("same")) == nullptr));
  BOOST_TEST(
      (later.find_password("bob")->client_with(key.hash("same"))->expires_at == system_time{std::chrono::hours{1}}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::routing
