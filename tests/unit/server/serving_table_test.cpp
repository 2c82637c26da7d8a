#include "gateway/server/serving_table.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::server {
namespace {

std::shared_ptr<config::deployment_config> make(const std::string& id, std::uint32_t group_concurrent = 0) {
  auto made = std::make_shared<config::deployment_config>();
  made->id = id;
  made->endpoints.push_back({"deploy-" + id + "-r1-0", {"127.0.0.1", 1}, 1, "demo/iris", "1.0"});
  made->group = "research";
  made->group_limit.concurrent = group_concurrent;
  return made;
}

struct tables {
  std::shared_ptr<const serving_table> next(std::vector<config::deployment_config_ptr> deployments) {
    auto snapshot = std::make_shared<config::snapshot>();
    snapshot->generation = ++generation;
    snapshot->deployments = std::move(deployments);
    current = build_serving_table(snapshot, {*current, {}, registry, key, 1});
    return current;
  }
  const serving_entry& entry(const std::shared_ptr<const serving_table>& of, const std::string& id) const {
    return *of->entries[of->routes.find(id)];
  }

  metrics::registry registry{1, "{id}"};
  crypto::token_key key = crypto::token_key::generate();
  std::uint64_t generation = 0;
  std::shared_ptr<const serving_table> current = std::make_shared<const serving_table>();
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(serving_tables, tables)

BOOST_AUTO_TEST_CASE(entries_of_what_did_not_change_are_shared) {
  const auto a = make("a");
  const auto first = next({a, make("b")});
  auto changed = make("b");
  changed->access = config::access_type::clients;
  const auto second = next({a, changed});
  BOOST_TEST(&entry(second, "a") == &entry(first, "a"));
  BOOST_TEST(&entry(second, "b") != &entry(first, "b"));
  // What is counted of it and who waits for it go on, and so does its replica.
  BOOST_TEST(entry(second, "b").stats == entry(first, "b").stats);
  BOOST_TEST(entry(second, "b").queue == entry(first, "b").queue);
  BOOST_TEST(entry(second, "b").endpoints[0] == entry(first, "b").endpoints[0]);
  BOOST_TEST(second->routes.changes().size() == 1U);
}

BOOST_AUTO_TEST_CASE(one_that_has_gone_is_forgotten_and_its_place_begins_anew) {
  const auto a = make("a");
  const auto first = next({a, make("b")});
  const auto stats = entry(first, "b").stats;
  BOOST_TEST(registry.expose().find("deployment_name=\"b\"") != std::string::npos);
  const auto second = next({a, make("c")});
  BOOST_TEST(second->routes.find("c") == first->routes.find("b"));
  BOOST_TEST(entry(second, "c").queue != entry(first, "b").queue);
  BOOST_TEST(registry.expose().find("deployment_name=\"b\"") == std::string::npos);
  BOOST_TEST(registry.expose().find("deployment_name=\"c\"") != std::string::npos);
  const auto third = next({a});
  BOOST_TEST(!third->entries[second->routes.find("c")]);
  const auto again = next({a, make("b")});
  BOOST_TEST(entry(again, "b").stats != stats);
}

BOOST_AUTO_TEST_CASE(the_limit_of_a_group_is_one_for_all_its_deployments_and_goes_on) {
  const auto a = make("a", 3);
  const auto first = next({a, make("b", 3)});
  const auto meter = entry(first, "a").limits->group;
  BOOST_TEST(entry(first, "b").limits->group == meter);
  const auto second = next({a, make("b", 3), make("c", 3)});
  BOOST_TEST(entry(second, "a").limits->group == meter);
  BOOST_TEST(entry(second, "c").limits->group == meter);
  const auto third = next({make("a", 4), make("b", 4), make("c", 4)});
  BOOST_TEST(entry(third, "a").limits->group != meter);
  BOOST_TEST(entry(third, "a").limits->group == entry(third, "c").limits->group);
  BOOST_TEST(entry(third, "a").limits->group->limit().concurrent == 4U);
  BOOST_TEST(next({make("a"), make("b"), make("c")})->groups.size() <= 1U);
  BOOST_TEST(entry(current, "a").limits == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::server
