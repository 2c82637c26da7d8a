// The reconciler's thread against a store, a driver and a gateway that stand in memory.
#include "control/reconcile/reconciler.hpp"

#include "control/publish/publisher.hpp"
#include "tests/unit/reconcile/world.hpp"

#include "modelgate/base/errc.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <map>

namespace modelgate::control::reconcile::tests {
namespace {

using enum replica_phase;
using domain::deployment_phase;

constexpr auto patience = std::chrono::seconds{30};

class memory_store final : public store::desired_state {
 public:
  result<std::vector<store::desired_deployment>> load_desired() override {
    const std::lock_guard lock{mutex};
    if (broken) return make_error_code(errc::storage_unavailable);
    return desired;
  }
  result<void> erase_deleted(const std::string& id) override {
    const std::lock_guard lock{mutex};
    std::erase_if(desired, [&](const auto& entry) { return entry.deployment.id == id; });
    changed.notify_all();
    return {};
  }
  result<void> mark_good(const std::string& id, std::uint64_t number) override {
    const std::lock_guard lock{mutex};
    for (auto& entry : desired) {
      if (entry.deployment.id != id || entry.deployment.current.number != number) continue;
      entry.deployment.good_replica_revision = entry.deployment.current.replica_revision;
      entry.fallback.reset();
    }
    changed.notify_all();
    return {};
  }
  result<void> roll_back(const std::string& id, std::uint64_t failed, const std::string& why) override {
    const std::lock_guard lock{mutex};
    for (auto& entry : desired) {
      if (entry.deployment.id != id || entry.deployment.current.number != failed || !entry.fallback) continue;
      domain::revision next =
          domain::restored_revision(entry.deployment.current, *entry.fallback, entry.deployment.good_replica_revision);
      next.update_message = why;
      entry.deployment.current = std::move(next);
      entry.fallback.reset();
    }
    changed.notify_all();
    return {};
  }
  void set(std::vector<store::desired_deployment> wanted) {
    const std::lock_guard lock{mutex};
    desired = std::move(wanted);
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<store::desired_deployment> desired;
  bool broken = false;
};

/// Replicas that are ready as soon as they start and end as soon as they are asked to.
class memory_driver final : public runtime::runtime_driver {
 public:
  std::string_view name() const noexcept override { return "memory"; }
  result<runtime::image_description, std::string> describe_image(std::string_view) const override {
    return {boost::system::in_place_value};
  }
  std::vector<runtime::image_description> list_images() const override { return {}; }
  std::vector<runtime::observed_replica> observe() const override {
    const std::lock_guard lock{mutex};
    std::vector<runtime::observed_replica> seen;
    for (const auto& [name, replica] : replicas) seen.push_back(replica);
    return seen;
  }
  result<void, std::string> start(const runtime::replica_spec& spec) override {
    change([&] {
      auto begun = replica(spec.deployment, spec.revision, spec.index, spec.revision == never_ready ? starting : ready);
      begun.since = begun.unready_since = system_clock::now();
      replicas[spec.name] = begun;
      ++starts;
    });
    return {};
  }
  void drain(const std::string& name) override { move(name, draining); }
  void stop(const std::string& name) override { move(name, exited); }
  void remove(const std::string& name) override {
    change([&] { replicas.erase(name); });
  }
  result<std::unique_ptr<runtime::log_reader>> open_log(const std::string&, const runtime::log_query&) const override {
    return make_error_code(errc::not_found);
  }
  void set_change_listener(std::function<void()> given) override {
    const std::lock_guard lock{mutex};
    listener = std::move(given);
  }
  void follow(const std::vector<runtime::replica_source>& sources) override {
    const std::lock_guard lock{mutex};
    followed = sources;
  }
  std::optional<runtime::source_state> source(const std::string& deployment, std::uint64_t revision) const override {
    const std::lock_guard lock{mutex};
    for (const auto& each : followed) {
      if (each.deployment == deployment && each.revision == revision) return state_of_source;
    }
    return std::nullopt;
  }
  void find_at_source(std::uint32_t count) {
    change([&] { state_of_source.replicas = count; });
  }
  void move(const std::string& name, replica_phase phase) {
    change([&] {
      if (replicas.contains(name)) replicas[name].phase = phase;
    });
  }

  mutable std::mutex mutex;
  std::map<std::string, runtime::observed_replica> replicas;
  std::function<void()> listener;
  std::vector<runtime::replica_source> followed;
  runtime::source_state state_of_source;
  int starts = 0;
  std::uint64_t never_ready = 0;  ///< replicas of this revision go on starting

  std::optional<replica_phase> phase_of(const std::string& name) const {
    const std::lock_guard lock{mutex};
    const auto found = replicas.find(name);
    return found == replicas.end() ? std::nullopt : std::optional{found->second.phase};
  }

 private:
  template <class Change>
  void change(Change make) {
    std::function<void()> notify;
    {
      const std::lock_guard lock{mutex};
      make();
      notify = listener;
    }
    if (notify) notify();
  }
};

class memory_gateway final : public config::gateway_link {
 public:
  void publish(config::snapshot_ptr next) override {
    const std::lock_guard lock{mutex};
    BOOST_TEST_REQUIRE(next->generation > (held ? held->generation : 0));
    held = std::move(next);
    changed.notify_all();
  }
  bool wait_until_live(std::uint64_t generation, steady_time deadline) override {
    std::unique_lock lock{mutex};
    return changed.wait_until(lock, deadline, [&] { return held && held->generation >= generation && !stuck; });
  }
  config::observation observe() const override {
    const std::lock_guard lock{mutex};
    config::observation seen;
    seen.live_generation = {held ? held->generation : 0};
    seen.endpoints = loads;
    return seen;
  }
  std::vector<std::string> endpoints() const {
    const std::lock_guard lock{mutex};
    std::vector<std::string> names;
    if (!held) return names;
    for (const auto& deployment : held->deployments) {
      for (const auto& endpoint : deployment->endpoints) names.push_back(endpoint.replica);
    }
    return names;
  }
  void set_load(std::vector<config::endpoint_load> given) {
    const std::lock_guard lock{mutex};
    loads = std::move(given);
  }

  mutable std::mutex mutex;
  std::condition_variable changed;
  config::snapshot_ptr held;
  std::vector<config::endpoint_load> loads;
  bool stuck = false;
};

struct running_reconciler {
  running_reconciler() { reconciling.start(); }
  ~running_reconciler() { reconciling.stop(); }

  void want(std::vector<store::desired_deployment> wanted) {
    store.set(std::move(wanted));
    reconciling.wake();
  }
  bool eventually(const std::function<bool()>& holds) {
    const auto deadline = steady_clock::now() + patience;
    std::mutex unshared;
    std::unique_lock lock{unshared};
    std::condition_variable never;
    while (!holds()) {
      if (steady_clock::now() > deadline) return false;
      never.wait_for(lock, std::chrono::milliseconds{2});
    }
    return true;
  }

  memory_store store;
  memory_driver driver;
  memory_gateway gateway;
  publish::publisher publisher{gateway, [](std::string_view) { return std::nullopt; }, {}, 0};
  reconciler reconciling{
      store,
      driver,
      [this](const auto& desired, const auto& observed) { return publisher.update(desired, observed); },
      gateway,
      {}};
};

const std::vector<std::string> both{"deploy-d-r1-0", "deploy-d-r1-1"};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(reconciler_thread, running_reconciler)

BOOST_AUTO_TEST_CASE(brings_up_what_is_wanted_and_publishes_it) {
  want({deployment("d", 1, 2)});
  BOOST_TEST(eventually([&] { return gateway.endpoints() == both; }));
  BOOST_TEST(eventually(
      [&] { return reconciling.status_of(deployment("d", 1, 2).deployment, "").phase == deployment_phase::deployed; }));
}

BOOST_AUTO_TEST_CASE(rolls_to_another_revision) {
  want({deployment("d", 1, 2)});
  BOOST_TEST_REQUIRE(eventually([&] { return gateway.endpoints() == both; }));
  want({deployment("d", 2, 2)});
  BOOST_TEST(eventually([&] {
    return gateway.endpoints() == std::vector<std::string>{"deploy-d-r2-0", "deploy-d-r2-1"}
           && driver.observe().size() == 2;
  }));
}

BOOST_AUTO_TEST_CASE(starts_as_many_external_replicas_as_their_source_has) {
  auto external = deployment("d", 1, 0);
  external.deployment.current.spec.external = domain::external_source{{"http://models.lan"}, {}, {}};
  want({external});
  BOOST_TEST(reconciling.publish_and_wait(steady_clock::now() + patience));
  BOOST_TEST(driver.observe().empty());
  driver.find_at_source(2);
  BOOST_TEST(eventually([&] { return gateway.endpoints() == both; }));
  driver.find_at_source(1);
  BOOST_TEST(eventually([&] { return gateway.endpoints().size() == 1 && driver.observe().size() == 1; }));
  want({stopped(external)});
  BOOST_TEST(eventually([&] { return driver.observe().empty(); }));
  BOOST_TEST(driver.source("d", 1).has_value() == false);
}

BOOST_AUTO_TEST_CASE(lets_the_last_request_of_a_draining_replica_finish) {
  want({deployment("d", 1, 1)});
  BOOST_TEST_REQUIRE(eventually([&] { return gateway.endpoints().size() == 1; }));
  gateway.set_load({{"d", "deploy-d-r1-0", 1}});
  want({stopped(deployment("d", 1, 1))});
  BOOST_TEST(reconciling.publish_and_wait(steady_clock::now() + patience));
  BOOST_TEST(gateway.endpoints().empty());
  BOOST_TEST(reconciling.publish_and_wait(steady_clock::now() + patience));
  BOOST_TEST((driver.observe().at(0).phase == draining));
  BOOST_TEST(
      (reconciling.status_of(stopped(deployment("d", 1, 1)).deployment, "").phase == deployment_phase::stopping));
  gateway.set_load({});
  BOOST_TEST(eventually([&] { return driver.observe().empty(); }));
}

BOOST_AUTO_TEST_CASE(a_shorter_drain_limit_holds_for_replicas_that_drain_already) {
  want({deployment("d", 1, 1)});
  BOOST_TEST_REQUIRE(eventually([&] { return gateway.endpoints().size() == 1; }));
  gateway.set_load({{"d", "deploy-d-r1-0", 1}});
  reconciler_settings settings;
  settings.plan.drain_limit = std::chrono::hours{1};
  reconciling.reconfigure(settings);
  want({stopped(deployment("d", 1, 1))});
  BOOST_TEST(reconciling.publish_and_wait(steady_clock::now() + patience));
  BOOST_TEST_REQUIRE(eventually([&] { return driver.observe().at(0).phase == draining; }));
  settings.plan.drain_limit = std::chrono::milliseconds{1};
  reconciling.reconfigure(settings);
  BOOST_TEST(eventually([&] { return driver.observe().empty(); }));
}

BOOST_AUTO_TEST_CASE(stops_no_replica_that_another_process_may_still_use) {
  want({deployment("d", 1, 1)});
  BOOST_TEST_REQUIRE(eventually([&] { return gateway.endpoints().size() == 1; }));
  reconciling.set_shared(true);
  want({stopped(deployment("d", 1, 1))});
  for (int pass = 0; pass < 3; ++pass) BOOST_TEST(reconciling.publish_and_wait(steady_clock::now() + patience));
  BOOST_TEST(gateway.endpoints().empty());
  BOOST_TEST_REQUIRE(driver.observe().size() == 1);
  BOOST_TEST((driver.observe().at(0).phase == draining));
  reconciling.set_shared(false);
  BOOST_TEST(eventually([&] { return driver.observe().empty(); }));
}

BOOST_AUTO_TEST_CASE(tells_of_every_pass_that_it_has_ended) {
  std::atomic<int> up_when_told{0};
  reconciling.stop();
  reconciling.set_pass_listener([&] {
    const auto wanted = deployment("d", 1, 2);
    const auto status = reconciling.status_of(wanted.deployment, wanted.refusal);
    up_when_told = status.phase == deployment_phase::deployed ? 1 : 0;
  });
  reconciling.start();
  want({deployment("d", 1, 2)});
  BOOST_TEST(eventually([&] { return up_when_told == 1; }));
  reconciling.stop();
}

BOOST_AUTO_TEST_CASE(tells_many_statuses_at_once_as_one_by_one) {
  want({deployment("d", 1, 2), deployment("e", 1, 1)});
  BOOST_TEST_REQUIRE(eventually([&] { return gateway.endpoints().size() == 3; }));
  const auto first = deployment("d", 1, 2);
  const auto second = deployment("e", 1, 1);
  const auto statuses =
      reconciling.statuses_of({{second.deployment, second.refusal}, {first.deployment, first.refusal}});
  BOOST_TEST_REQUIRE(statuses.size() == 2U);
  BOOST_TEST(statuses[0].replicas.at(0).name == "deploy-e-r1-0");
  BOOST_TEST(statuses[1].replicas.size() == 2U);
  BOOST_TEST(statuses[1].message == reconciling.status_of(first.deployment, first.refusal).message);
}

BOOST_AUTO_TEST_CASE(goes_on_where_it_stopped) {
  want({deployment("d", 1, 1)});
  BOOST_TEST_REQUIRE(eventually([&] { return gateway.endpoints().size() == 1; }));
  reconciling.stop();
  want({deployment("d", 1, 2)});
  BOOST_TEST(!reconciling.publish_and_wait(steady_clock::now() + std::chrono::milliseconds{50}));
  BOOST_TEST(driver.observe().size() == 1);
  BOOST_TEST_REQUIRE(reconciling.live() != nullptr);
  BOOST_TEST(reconciling.live()->deployments.at(0)->endpoints.size() == 1);
  reconciling.start();
  BOOST_TEST(eventually([&] { return gateway.endpoints() == both; }));
}

BOOST_AUTO_TEST_CASE(answers_a_change_only_when_every_worker_serves_it) {
  want({deployment("d", 1, 1)});
  BOOST_TEST(reconciling.publish_and_wait(steady_clock::now() + patience));
  {
    const std::lock_guard lock{gateway.mutex};
    gateway.stuck = true;
  }
  BOOST_TEST(!reconciling.publish_and_wait(steady_clock::now()));
}

BOOST_AUTO_TEST_CASE(remembers_a_revision_once_it_is_deployed) {
  want({deployment("d", 3, 1)});
  BOOST_TEST(eventually([&] { return store.load_desired()->at(0).deployment.good_replica_revision == 3U; }));
}

BOOST_AUTO_TEST_CASE(takes_a_failed_revision_back_where_its_owner_wants_it_so) {
  auto failing = after_good(deployment("d", 2, 1), 1, 1);
  failing.deployment.current.spec.progress_deadline = std::chrono::seconds{0};
  driver.never_ready = 2;
  const auto current = [&] { return store.load_desired()->at(0).deployment.current; };
  want({failing});
  BOOST_TEST_REQUIRE(eventually([&] { return driver.phase_of("deploy-d-r2-0") == starting; }));
  BOOST_TEST_REQUIRE(eventually([&] { return driver.phase_of("deploy-d-r1-0") == ready; }));
  BOOST_TEST(current().number == 2U);

  failing.deployment.current.spec.auto_rollback = true;
  want({failing});
  BOOST_TEST(eventually([&] { return current().number == 3U; }));
  BOOST_TEST(current().replica_revision == 1U);
  BOOST_TEST(current().update_message.find("deploy-d-r2-0") != std::string::npos);
  BOOST_TEST(eventually([&] { return driver.observe().size() == 1; }));
  BOOST_TEST((driver.phase_of("deploy-d-r1-0") == ready));
  BOOST_TEST(driver.starts == 2);
}

BOOST_AUTO_TEST_CASE(erases_a_deleted_deployment_when_nothing_of_it_runs) {
  want({deployment("d", 1, 1)});
  BOOST_TEST_REQUIRE(eventually([&] { return gateway.endpoints().size() == 1; }));
  want({deleting(deployment("d", 1, 1))});
  BOOST_TEST(eventually([&] {
    const auto left = store.load_desired();
    return left->empty() && driver.observe().empty();
  }));
}

BOOST_AUTO_TEST_CASE(goes_on_while_the_store_fails) {
  want({deployment("d", 1, 1)});
  BOOST_TEST_REQUIRE(eventually([&] { return gateway.endpoints().size() == 1; }));
  {
    const std::lock_guard lock{store.mutex};
    store.broken = true;
  }
  driver.move("deploy-d-r1-0", exited);
  BOOST_TEST(eventually([&] {
    const std::lock_guard lock{driver.mutex};
    return driver.starts == 2;
  }));
  BOOST_TEST(!reconciling.publish_and_wait(steady_clock::now() + std::chrono::milliseconds{20}));
  {
    const std::lock_guard lock{store.mutex};
    store.broken = false;
  }
  BOOST_TEST(reconciling.publish_and_wait(steady_clock::now() + patience));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::reconcile::tests
