// A simulated world, driven by nothing but plan(): whatever state it is in, and whatever happens on the way, it comes
// to what is wanted, and never serves less than it must because of us.
#include "control/reconcile/plan.hpp"
#include "tests/unit/reconcile/world.hpp"

#include <boost/test/unit_test.hpp>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <set>

namespace modelgate::control::reconcile::tests {
namespace {

using enum replica_phase;
using runtime::observed_replica;
using std::chrono::milliseconds;

constexpr std::string_view id = "d";

replica_phase any_phase() {
  return *rc::gen::element(starting, ready, unready, draining, stopping, exited);
}

/// Replicas behave as a driver's do; time and chance move them on.
class simulated_world {
 public:
  simulated_world() {
    const auto count = *rc::gen::inRange(0, 7);
    for (int i = 0; i < count; ++i) {
      const auto revision = *rc::gen::inRange<std::uint64_t>(1, 4);
      const auto index = *rc::gen::inRange<std::uint32_t>(0, 4);
      auto seen = replica(std::string{id}, revision, index, any_phase());
      if (seen.phase != exited) seen = *rc::gen::element(seen, inherited(seen), foreign(seen), silent(seen));
      seen.failures = *rc::gen::inRange<std::uint32_t>(0, 5);
      replicas_.emplace(seen.name, seen);
    }
  }

  std::vector<observed_replica> observe() const {
    std::vector<observed_replica> seen;
    for (const auto& [name, replica] : replicas_) seen.push_back(replica);
    return seen;
  }

  /// But for the misfits, which end first.
  std::size_t ready_count(const domain::deployment& wanted) const {
    return static_cast<std::size_t>(std::count_if(replicas_.begin(), replicas_.end(), [&](const auto& entry) {
      return entry.second.phase == ready && !is_misfit(entry.second, wanted);
    }));
  }

  /// Those that serve or will.
  std::size_t active() const {
    return static_cast<std::size_t>(std::count_if(replicas_.begin(), replicas_.end(), [](const auto& entry) {
      const replica_phase phase = entry.second.phase;
      return phase == ready || phase == starting || phase == unready;
    }));
  }

  bool knows(const std::string& name) const { return replicas_.contains(name); }

  void apply(const action& step) {
    if (const auto* start = std::get_if<start_replica>(&step)) {
      const auto found = replicas_.find(start->spec.name);
      // A name that is running or leaving must not be run a second time.
      RC_ASSERT(found == replicas_.end() || found->second.phase == exited);
      auto begun = replica(std::string{id}, start->spec.revision, start->spec.index, starting);
      if (found != replicas_.end()) begun.failures = found->second.failures;
      begun.since = time;
      replicas_[start->spec.name] = begun;
    } else if (const auto* drain = std::get_if<drain_replica>(&step)) {
      move(replicas_.at(drain->name), draining);
    } else if (const auto* stop = std::get_if<stop_replica>(&step)) {
      move(replicas_.at(stop->name), stopping);
    } else if (const auto* remove = std::get_if<remove_replica>(&step)) {
      RC_ASSERT(replicas_.at(remove->name).phase == exited);
      replicas_.erase(remove->name);
    }
  }

  /// Some time passes: leaving ones leave, starting ones get ready, and with `trouble` some break.
  void pass_time(bool trouble) {
    time += trouble ? milliseconds{*rc::gen::inRange(10, 20'000)} : plan_settings{}.restart_backoff_max;
    for (auto& [name, replica] : replicas_) {
      const bool moves = !trouble || *rc::gen::arbitrary<bool>();
      const bool breaks = trouble && *rc::gen::inRange(0, 5) == 0;
      if (replica.phase == stopping && moves) {
        move(replica, exited);
      } else if ((replica.phase == starting || replica.phase == unready) && moves) {
        move(replica, breaks ? exited : ready);
        replica.answers = replica.answers || !breaks;
        if (breaks) ++replica.failures;
      } else if (replica.phase == ready && breaks) {
        move(replica, *rc::gen::element(unready, exited));
      } else if (replica.phase == ready && moves) {
        replica.answers = true;
      }
      if (replica.phase == exited) {
        replica.inherited = nullptr;
        replica.answers = true;
      }
    }
  }

  /// Those whose last request has ended.
  std::set<std::string> drained() const {
    std::set<std::string> names;
    for (const auto& [name, replica] : replicas_) {
      if (replica.phase == draining) names.insert(name);
    }
    return names;
  }

  system_time time = now;

 private:
  void move(observed_replica& replica, replica_phase phase) {
    if (replica.phase == phase) return;
    replica.phase = phase;
    replica.since = time;
  }

  std::map<std::string, observed_replica> replicas_;
};

store::desired_deployment any_desired() {
  auto desired =
      deployment(std::string{id}, *rc::gen::inRange<std::uint64_t>(1, 4), *rc::gen::inRange<std::uint32_t>(1, 4));
  const auto kind = *rc::gen::inRange(0, 6);
  if (kind == 0) return stopped(desired);
  if (kind == 1) return refused(desired);
  if (kind == 2) return deleting(desired);
  const auto good = *rc::gen::inRange<std::uint64_t>(0, 4);
  if (good == 0 || good == desired.deployment.current.replica_revision) return desired;
  return after_good(desired, good, *rc::gen::inRange<std::uint32_t>(1, 4));
}

bool is_wanted(const store::desired_deployment& desired) {
  return !desired.deployment.deleting && !desired.deployment.current.spec.stop && desired.refusal.empty();
}

/// Nothing starts in the place of a misfit, nor beside it beyond the wanted count.
void check_beside_misfits(const std::vector<observed_replica>& observed, const std::vector<action>& actions,
                          const domain::deployment& wanted) {
  std::set<std::uint32_t> misfits;
  std::size_t running = 0;
  for (const observed_replica& replica : observed) {
    if (replica.phase == exited) continue;
    if (is_misfit(replica, wanted)) misfits.insert(replica.index);
    const bool leaves = replica.phase == draining || replica.phase == stopping;
    if (is_misfit(replica, wanted) || (replica.revision == wanted.current.replica_revision && !leaves)) ++running;
  }
  if (misfits.empty()) return;
  for (const action& step : actions) {
    const auto* start = std::get_if<start_replica>(&step);
    if (start == nullptr) continue;
    RC_ASSERT(!misfits.contains(start->spec.index));
    RC_ASSERT(++running <= wanted.current.spec.replicas);
  }
}

/// One look of the reconciler. Whether there was nothing to do.
bool reconcile_once(simulated_world& world, const store::desired_deployment& desired, const plan_settings& settings) {
  const std::size_t before = world.ready_count(desired.deployment);
  const auto observed = world.observe();
  const auto outcome =
      plan({{desired, desired.deployment.current.spec.replicas}}, observed, {world.drained(), {}}, world.time, settings);
  const bool adds = std::any_of(outcome.actions.begin(), outcome.actions.end(), [&](const action& step) {
    const auto* start = std::get_if<start_replica>(&step);
    return start != nullptr && !world.knows(start->spec.name);
  });
  check_beside_misfits(observed, outcome.actions, desired.deployment);
  for (const action& step : outcome.actions) world.apply(step);
  if (is_wanted(desired)) {
    const std::size_t count = desired.deployment.current.spec.replicas;
    RC_ASSERT(world.ready_count(desired.deployment) >= std::min<std::size_t>(count, before));
    // While something old serves, no more than the surge runs beyond what is wanted because of us.
    const bool old_serves = std::any_of(observed.begin(), observed.end(), [&](const observed_replica& replica) {
      return replica.phase == ready && !is_misfit(replica, desired.deployment)
             && replica.revision != desired.deployment.current.replica_revision;
    });
    if (adds && old_serves) RC_ASSERT(world.active() <= count + settings.surge);
  }
  return std::all_of(outcome.actions.begin(), outcome.actions.end(), [](const action& step) {
    return std::holds_alternative<forget_deployment>(step);  // the wish itself stays in this world
  });
}

bool is_settled(const simulated_world& world, const store::desired_deployment& desired) {
  const auto observed = world.observe();
  if (!is_wanted(desired)) return observed.empty();
  return observed.size() == desired.deployment.current.spec.replicas
         && std::all_of(observed.begin(), observed.end(), [&](const observed_replica& replica) {
              return replica.phase == ready && !is_misfit(replica, desired.deployment)
                     && replica.revision == desired.deployment.current.replica_revision;
            });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(plan_property)

BOOST_AUTO_TEST_CASE(any_world_comes_to_what_is_wanted_and_serves_on_the_way) {
  const bool holds = rc::check([] {
    simulated_world world;
    // A troubled time, in which wishes change too.
    auto desired = any_desired();
    plan_settings settings;
    settings.surge = *rc::gen::inRange<std::size_t>(1, 4);
    const auto rounds = *rc::gen::inRange(0, 30);
    for (int round = 0; round < rounds; ++round) {
      if (*rc::gen::inRange(0, 8) == 0) desired = any_desired();
      reconcile_once(world, desired, settings);
      world.pass_time(true);
    }
    // Then nothing breaks any more.
    constexpr int enough = 60;
    int round = 0;
    while (!(reconcile_once(world, desired, settings) && is_settled(world, desired))) {
      world.pass_time(false);
      RC_ASSERT(++round < enough);
    }
  });
  BOOST_TEST(holds);
}

BOOST_AUTO_TEST_CASE(planning_twice_without_acting_gives_the_same) {
  const bool holds = rc::check([] {
    const simulated_world world;
    const auto desired = any_desired();
    const auto texts = [&] {
      std::vector<std::string> answer;
      for (const action& step :
           plan({{desired, desired.deployment.current.spec.replicas}}, world.observe(), {}, world.time, {}).actions)
        answer.push_back(to_string(step));
      return answer;
    };
    RC_ASSERT(texts() == texts());
  });
  BOOST_TEST(holds);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::reconcile::tests
