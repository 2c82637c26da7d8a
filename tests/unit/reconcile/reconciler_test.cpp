// The reconciler's thread against a store, a driver and a gateway that stand in memory.
#include "control/reconcile/reconciler.hpp"

#include "control/publish/publisher.hpp"
#include "tests/unit/reconcile/memory_parts.hpp"

#include "modelgate/base/errc.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <thread>

namespace modelgate::control::reconcile::tests {
namespace {

using enum replica_phase;
using domain::deployment_phase;

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
  publish::publisher publisher{gateway, [](std::string_view, const auto&) { return std::nullopt; }, {}, 0};
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

/// Holds each start until it is let go. What the driver calls may outlive this.
struct held_starts {
  struct counts {
    std::atomic<int> begun{0};
    std::atomic<bool> let_go{false};
  };
  explicit held_starts(memory_driver& driver) {
    driver.before_start = [held = shared](const runtime::replica_spec&) {
      ++held->begun;
      while (!held->let_go) std::this_thread::yield();
    };
  }
  ~held_starts() { let_go = true; }

  const std::shared_ptr<counts> shared = std::make_shared<counts>();
  std::atomic<int>& begun = shared->begun;
  std::atomic<bool>& let_go = shared->let_go;
};

BOOST_AUTO_TEST_CASE(publishes_while_a_replica_is_being_started) {
  held_starts held{driver};
  want({deployment("d", 1, 2)});
  BOOST_TEST_REQUIRE(eventually([&] { return held.begun == 1; }));
  want({deployment("d", 1, 2), stopped(deployment("e", 1, 1))});
  BOOST_TEST(reconciling.publish_and_wait(steady_clock::now() + patience));
  BOOST_TEST(held.begun == 1);  // and it is not begun once more meanwhile
  held.let_go = true;
  BOOST_TEST(eventually([&] { return gateway.endpoints() == both; }));
  BOOST_TEST(held.begun == 2);
}

BOOST_AUTO_TEST_CASE(starts_what_the_last_plan_wants_and_nothing_of_an_earlier_one) {
  held_starts held{driver};
  want({deployment("d", 1, 9)});
  BOOST_TEST_REQUIRE(eventually([&] { return held.begun == 1; }));
  want({deployment("d", 1, 1)});
  BOOST_TEST(reconciling.publish_and_wait(steady_clock::now() + patience));
  BOOST_TEST(reconciling.publish_and_wait(steady_clock::now() + patience));  // the first pass has ended
  held.let_go = true;
  BOOST_TEST(eventually([&] { return gateway.endpoints().size() == 1; }));
  BOOST_TEST(held.begun == 1);
}

BOOST_AUTO_TEST_CASE(begins_no_start_once_the_end_is_near) {
  held_starts held{driver};
  want({deployment("d", 1, 9)});
  BOOST_TEST_REQUIRE(eventually([&] { return held.begun == 1; }));
  reconciling.start_no_more();
  held.let_go = true;
  BOOST_TEST(eventually([&] { return gateway.endpoints().size() == 1; }));  // what runs is served until the end
  reconciling.stop();
  BOOST_TEST(held.begun == 1);
  reconciling.start();  // an upgrade that was taken back
  BOOST_TEST(eventually([&] { return gateway.endpoints().size() == 9; }));
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
  BOOST_TEST(eventually([&] { return store.first().deployment.good_replica_revision == 3U; }));
}

BOOST_AUTO_TEST_CASE(a_later_revision_is_good_only_when_it_has_stayed_ready_for_a_while) {
  reconciler_settings settings;
  settings.settle_time = std::chrono::hours{1};
  reconciling.reconfigure(settings);
  want({after_good(deployment("d", 2, 1), 1, 1)});
  const auto good = [&] { return store.first().deployment.good_replica_revision; };
  BOOST_TEST_REQUIRE(eventually([&] { return driver.phase_of("deploy-d-r2-0") == ready; }));
  BOOST_TEST(reconciling.publish_and_wait(steady_clock::now() + patience));
  BOOST_TEST(reconciling.publish_and_wait(steady_clock::now() + patience));
  BOOST_TEST(eventually(
      [&] { return reconciling.status_of(deployment("d", 2, 1).deployment, "").phase == deployment_phase::deployed; }));
  BOOST_TEST(reconciling.publish_and_wait(steady_clock::now() + patience));
  BOOST_TEST((good() == 1U));
  settings.settle_time = std::chrono::milliseconds{20};
  reconciling.reconfigure(settings);
  BOOST_TEST(eventually([&] { return good() == 2U; }));
}

BOOST_AUTO_TEST_CASE(the_revision_before_a_failing_one_is_good_when_it_has_stayed_ready_meanwhile) {
  reconciler_settings settings;
  settings.settle_time = std::chrono::hours{1};
  reconciling.reconfigure(settings);
  want({deployment("d", 2, 1)});
  BOOST_TEST_REQUIRE(eventually([&] { return driver.phase_of("deploy-d-r2-0") == ready; }));
  driver.never_ready = 3;
  auto failing = after_good(deployment("d", 3, 1), 1, 1);
  failing.unproven = {{2, 2, 1}};
  failing.deployment.current.spec.progress_deadline = std::chrono::seconds{0};
  failing.deployment.current.spec.auto_rollback = true;
  want({failing});
  // Until then nothing older comes back in its place.
  BOOST_TEST_REQUIRE(eventually([&] { return driver.phase_of("deploy-d-r3-0") == starting; }));
  for (int pass = 0; pass < 3; ++pass) BOOST_TEST(reconciling.publish_and_wait(steady_clock::now() + patience));
  BOOST_TEST(store.first().deployment.current.number == 3U);
  settings.settle_time = std::chrono::milliseconds{20};
  reconciling.reconfigure(settings);
  BOOST_TEST(eventually([&] { return store.first().deployment.current.replica_revision == 2U; }));
}

BOOST_AUTO_TEST_CASE(what_cannot_come_back_is_said_and_nothing_of_it_started) {
  auto failing = deployment("d", 2, 1);
  failing.deployment.good_replica_revision = 1;
  failing.fallback_obstacle = "The rollback to revision 1 cannot be made: InstanceType not found: cpu-1";
  failing.deployment.current.spec.progress_deadline = std::chrono::seconds{0};
  failing.deployment.current.spec.auto_rollback = true;
  driver.never_ready = 2;
  want({failing});
  const auto message = [&] { return reconciling.status_of(failing.deployment, "").message; };
  BOOST_TEST(eventually([&] { return message().ends_with("\n" + failing.fallback_obstacle); }), message());
  BOOST_TEST(!driver.phase_of("deploy-d-r1-0").has_value());
}

BOOST_AUTO_TEST_CASE(takes_a_failed_revision_back_where_its_owner_wants_it_so) {
  auto failing = after_good(deployment("d", 2, 1), 1, 1);
  failing.deployment.current.spec.progress_deadline = std::chrono::seconds{0};
  driver.never_ready = 2;
  const auto current = [&] { return store.first().deployment.current; };
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

BOOST_AUTO_TEST_CASE(what_a_rollback_waits_for_is_in_the_status_until_it_is_there) {
  auto failing = after_good(deployment("d", 2, 1), 1, 1);
  failing.deployment.group = "research";
  failing.deployment.current.spec.progress_deadline = std::chrono::seconds{0};
  failing.deployment.current.spec.auto_rollback = true;
  driver.never_ready = 2;
  {
    const std::lock_guard lock{store.mutex};
    store.obstacle = "The rollback to revision 1 waits for room";
  }
  want({failing});
  const auto message = [&](const domain::deployment& of) { return reconciling.status_of(of, "").message; };
  const auto waits = [&](const domain::deployment& of) {
    return message(of).ends_with("\nThe rollback to revision 1 waits for room");
  };
  BOOST_TEST(eventually([&] { return waits(failing.deployment); }), message(failing.deployment));
  auto later = failing.deployment;  // of which the last pass knew nothing yet
  later.current.number = 3;
  BOOST_TEST(!waits(later), message(later));
  {
    const std::lock_guard lock{store.mutex};
    store.obstacle.clear();
  }
  reconciling.wake();
  BOOST_TEST(eventually([&] { return store.first().deployment.current.number == 3U; }));
  BOOST_TEST(eventually([&] { return !waits(failing.deployment); }));
}

BOOST_AUTO_TEST_CASE(erases_a_deleted_deployment_when_nothing_of_it_runs) {
  want({deployment("d", 1, 1)});
  BOOST_TEST_REQUIRE(eventually([&] { return gateway.endpoints().size() == 1; }));
  want({deleting(deployment("d", 1, 1))});
  BOOST_TEST(eventually([&] { return store.empty() && driver.observe().empty(); }));
}

BOOST_AUTO_TEST_CASE(reads_the_whole_store_once_and_then_what_has_changed) {
  for (std::uint32_t replicas = 1; replicas < 4; ++replicas) {
    want({deployment("d", 1, replicas), deployment("e", 1, 1)});
    BOOST_TEST_REQUIRE(eventually([&] { return gateway.endpoints().size() == replicas + 1; }));
  }
  want({deployment("d", 1, 1)});
  BOOST_TEST(eventually([&] { return gateway.endpoints().size() == 1; }));
  BOOST_TEST(store.whole_readings == 1);
  reconciling.stop();
  reconciling.start();
  BOOST_TEST(reconciling.publish_and_wait(steady_clock::now() + patience));
  BOOST_TEST(store.whole_readings == 2);
}

BOOST_AUTO_TEST_CASE(reads_the_whole_store_again_after_a_while) {
  reconciler_settings impatient;
  impatient.resync = std::chrono::milliseconds{1};
  impatient.reread = std::chrono::minutes{0};
  reconciling.reconfigure(impatient);
  want({deployment("d", 1, 1)});
  BOOST_TEST(eventually([&] {
    const std::lock_guard lock{store.mutex};
    return store.whole_readings > 3;
  }));
  BOOST_TEST(gateway.endpoints().size() == 1);
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
