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

/// With replicas of these revisions.
std::shared_ptr<config::deployment_config> rolling(const std::vector<std::uint64_t>& revisions) {
  auto made = make("a");
  made->endpoints.clear();
  for (const std::uint64_t each : revisions) {
    const auto port = static_cast<std::uint16_t>(made->endpoints.size() + 1);
    made->endpoints.push_back({"deploy-a-r" + std::to_string(each), {"127.0.0.1", port}, each, "demo/iris", "1.0"});
  }
  return made;
}

/// Answers fast, however many requests it has, until it has learnt to take so many at a time.
void teach(upstream::endpoint& replica, std::uint32_t limit) {
  const steady_time now{std::chrono::seconds{1}};
  upstream::latency_window window;
  for (int answers = 0; answers < 100'000 && replica.limit(now) < limit; ++answers) {
    while (replica.try_take(now)) {
    }
    replica.record(std::chrono::milliseconds{1}, now, window);
  }
  while (replica.in_flight() > 0) replica.release();
}

struct tables {
  std::shared_ptr<const serving_table> next(std::vector<config::deployment_config_ptr> deployments) {
    auto snapshot = std::make_shared<config::snapshot>();
    snapshot->generation = ++generation;
    snapshot->deployments = std::move(deployments);
    current = build_serving_table(snapshot, {*current, {}, registry, key, 1, {}, ramp_time});
    return current;
  }
  const serving_entry& entry(const std::shared_ptr<const serving_table>& of, const std::string& id) const {
    return *of->entries[of->routes.find(id)];
  }

  metrics::registry registry{1, "{id}"};
  crypto::token_key key = crypto::token_key::generate();
  std::uint64_t generation = 0;
  std::chrono::nanoseconds ramp_time{0};
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

BOOST_AUTO_TEST_CASE(a_new_replica_begins_with_what_those_beside_it_have_learnt) {
  const auto limits = [&] {
    std::vector<std::uint32_t> all;
    for (const auto& each : entry(current, "a").endpoints) all.push_back(each->limit(steady_time{}));
    return all;
  };
  using numbers = std::vector<std::uint32_t>;
  next({rolling({1, 2, 3})});
  const auto first = entry(current, "a").endpoints;
  teach(*first[0], 40);
  teach(*first[1], 30);
  BOOST_TEST((limits() == numbers{40, 30, 8}));
  next({rolling({1, 2, 3, 4})});
  BOOST_TEST((limits() == numbers{40, 30, 8, 30}));
  // And goes on learning from there.
  teach(*entry(current, "a").endpoints[3], 31);
  BOOST_TEST(limits().back() == 31U);
  // Also when the last of them has gone before it came.
  next({rolling({})});
  next({rolling({5})});
  BOOST_TEST((limits() == numbers{30}));
}

BOOST_AUTO_TEST_CASE(a_new_replica_begins_slowly_whatever_the_others_have_learnt) {
  ramp_time = std::chrono::minutes{10};
  next({rolling({1})});
  teach(*entry(current, "a").endpoints[0], 20);
  next({rolling({1, 2})});
  const auto seen = entry(current, "a").endpoints[1]->view(steady_time{});
  BOOST_TEST(seen.limit == 1U);
  BOOST_TEST(seen.withheld == 19U);
}

BOOST_AUTO_TEST_CASE(each_replica_has_the_limit_that_is_declared_of_it_and_stays_itself_when_another_is) {
  auto declared = rolling({1, 2});
  declared->endpoints[0].concurrency = 16;
  declared->endpoints[1].concurrency = 1;
  next({declared});
  const auto replicas = entry(current, "a").endpoints;
  BOOST_TEST(replicas[0]->limit(steady_time{}) == 16U);
  BOOST_TEST(replicas[1]->limit(steady_time{}) == 1U);
  auto more = std::make_shared<config::deployment_config>(*declared);
  more->endpoints[1].concurrency = 5;
  next({more});
  BOOST_TEST((entry(current, "a").endpoints == replicas));
  BOOST_TEST(replicas[0]->limit(steady_time{}) == 16U);
  BOOST_TEST(replicas[1]->limit(steady_time{}) == 5U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::server
