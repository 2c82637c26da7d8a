#pragma once

#include "control/runtime/runtime_driver.hpp"
#include "control/store/desired_state.hpp"
#include "tests/unit/reconcile/world.hpp"

#include "modelgate/base/errc.hpp"
#include "modelgate/config/gateway_link.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

/// A store, a driver and a gateway that stand in memory, for the reconciler's thread.
namespace modelgate::control::reconcile::tests {

using enum domain::replica_phase;

inline constexpr auto patience = std::chrono::seconds{30};

class memory_store final : public store::desired_state {
 public:
  /// Tells of everything that is there whenever anything has changed, and of what has gone.
  result<store::desired_changes> load_changes(std::uint64_t since) override {
    const std::lock_guard lock{mutex};
    if (broken) return make_error_code(errc::storage_unavailable);
    store::desired_changes changes;
    changes.until = changes_made;
    changes.is_everything = since == 0;
    whole_readings += since == 0 ? 1 : 0;
    if (since == changes_made) return changes;
    for (const auto& each : desired) {
      changes.changed.push_back(std::make_shared<const store::desired_deployment>(each));
      told.insert(each.deployment.id);
    }
    for (const std::string& id : told) {
      const bool is_there =
          std::any_of(desired.begin(), desired.end(), [&](const auto& each) { return each.deployment.id == id; });
      if (!is_there) changes.gone.push_back(id);
    }
    return changes;
  }
  store::desired_deployment first() {
    const std::lock_guard lock{mutex};
    return desired.at(0);
  }
  bool empty() {
    const std::lock_guard lock{mutex};
    return desired.empty();
  }
  result<void> erase_deleted(const std::string& id) override {
    const std::lock_guard lock{mutex};
    std::erase_if(desired, [&](const auto& entry) { return entry.deployment.id == id; });
    note_change();
    return {};
  }
  result<void> mark_good(const std::string& id, std::uint64_t number) override {
    const std::lock_guard lock{mutex};
    for (auto& entry : desired) {
      if (entry.deployment.id != id) continue;
      if (entry.deployment.current.number == number) {
        entry.deployment.good_replica_revision = entry.deployment.current.replica_revision;
        entry.fallback.reset();
      }
      for (const store::unproven_revision& each : std::exchange(entry.unproven, {})) {
        if (each.number != number) continue;
        entry.deployment.good_replica_revision = each.replica_revision;
        entry.fallback = deployment(id, each.number, each.replicas).deployment.current;
      }
    }
    note_change();
    return {};
  }
  result<store::rollback_outcome> roll_back(const std::string& id, std::uint64_t failed,
                                            const std::string& why) override {
    const std::lock_guard lock{mutex};
    store::rollback_outcome outcome;
    for (auto& entry : desired) {
      if (entry.deployment.id != id || entry.deployment.current.number != failed || !entry.fallback) continue;
      if (!obstacle.empty()) return store::rollback_outcome{false, obstacle};
      domain::revision next =
          domain::restored_revision(entry.deployment.current, *entry.fallback, entry.deployment.good_replica_revision);
      next.update_message = why;
      entry.deployment.current = std::move(next);
      entry.fallback.reset();
      outcome.made = true;
    }
    note_change();
    return outcome;
  }
  void set(std::vector<store::desired_deployment> wanted) {
    const std::lock_guard lock{mutex};
    desired = std::move(wanted);
    ++changes_made;
  }
  void note_change() {
    ++changes_made;
    changed.notify_all();
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<store::desired_deployment> desired;  ///< by id
  std::uint64_t changes_made = 1;
  std::set<std::string> told;
  int whole_readings = 0;
  bool broken = false;
  std::string obstacle;  ///< to a rollback
};

/// Replicas that are ready as soon as they start and end as soon as they are asked to.
class memory_driver final : public runtime::runtime_driver {
 public:
  std::string_view name() const noexcept override { return "memory"; }
  result<runtime::image_description, std::string> describe_image(std::string_view,
                                                                 const runtime::placement&) const override {
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
    if (before_start) before_start(spec);
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
  std::function<void(const runtime::replica_spec&)> before_start;  ///< set before the first one
  std::uint64_t never_ready = 0;                                   ///< replicas of this revision go on starting

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

}  // namespace modelgate::control::reconcile::tests
