#include "control/reconcile/plan.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace modelgate::control::reconcile {
namespace {

using domain::replica_phase;
using runtime::observed_replica;
using replica_list = std::vector<const observed_replica*>;

bool is_leaving(const observed_replica& replica) {
  return replica.phase == replica_phase::draining || replica.phase == replica_phase::stopping;
}

/// The replicas of one deployment by what they mean for it.
struct sorted_replicas {
  replica_list misfits;        ///< `is_misfit`: each keeps its place until it has ended
  replica_list current;        ///< of the wanted revision: starting, ready or unready
  replica_list current_ended;  ///< of the wanted revision, exited: to be started again
  replica_list old_ready;      ///< of another revision, and serving
  replica_list old_other;      ///< of another revision, and not serving; also what is ready in vain beside the good one
  replica_list old_ended;
  replica_list leaving;  ///< draining or stopping
};

sorted_replicas sort_out(const replica_list& replicas, const store::desired_deployment* desired,
                         const std::set<std::string>& unlisted) {
  const std::uint64_t wanted_revision = desired == nullptr ? 0 : desired->deployment.current.replica_revision;
  // Of a revision between the good one and the wanted one, which cannot serve beside them.
  const auto is_in_vain = [&](const observed_replica& replica) {
    return desired != nullptr && desired->fallback && replica.revision != desired->fallback->replica_revision
           && unlisted.contains(replica.name);
  };
  sorted_replicas sorted;
  for (const observed_replica* replica : replicas) {
    const bool ended = replica->phase == replica_phase::exited;
    if (desired != nullptr && is_misfit(*replica, desired->deployment)) {
      sorted.misfits.push_back(replica);
    } else if (is_leaving(*replica)) {
      sorted.leaving.push_back(replica);
    } else if (replica->revision == wanted_revision && ended) {
      sorted.current_ended.push_back(replica);
    } else if (replica->revision == wanted_revision) {
      sorted.current.push_back(replica);
    } else if (ended) {
      sorted.old_ended.push_back(replica);
    } else {
      const bool serves = replica->phase == replica_phase::ready && !is_in_vain(*replica);
      (serves ? sorted.old_ready : sorted.old_other).push_back(replica);
    }
  }
  return sorted;
}

/// How much a replica is worth keeping when there are too many: the more, the later it goes.
int worth(const observed_replica& replica) {
  switch (replica.phase) {
    case replica_phase::ready:
      return 3;
    case replica_phase::unready:
      return 2;
    case replica_phase::starting:
      return 1;
    case replica_phase::draining:
    case replica_phase::stopping:
    case replica_phase::exited:
      return 0;
  }
  return 0;
}

class deployment_planner {
 public:
  deployment_planner(const store::desired_deployment* desired, std::uint32_t wanted_replicas,
                     const replica_list& replicas, const gateway_view& gateway, system_time now,
                     const plan_settings& settings, plan_outcome& outcome)
      : desired_{desired},
        wanted_replicas_{wanted_replicas},
        replicas_{replicas},
        gateway_{gateway},
        now_{now},
        settings_{settings},
        outcome_{outcome} {}

  void plan() {
    const bool wanted = desired_ != nullptr && !desired_->deployment.deleting && desired_->refusal.empty()
                        && !desired_->deployment.current.spec.stop;
    const std::size_t count = wanted ? wanted_replicas_ : 0;
    sorted_ = sort_out(replicas_, desired_, gateway_.unlisted);
    for (const observed_replica* replica : sorted_.leaving) go_on_leaving(*replica);
    end_misfits();
    // How many there should be is not known yet: what is there serves on until it is.
    if (wanted && count == 0) return;
    if (count > 0 && desired_->fallback) keep_fallback(count);
    for (const observed_replica* replica : sorted_.old_ended) act(remove_replica{replica->name});
    for (const observed_replica* replica : sorted_.old_other) end(*replica);
    if (count == 0) {
      end_everything();
    } else {
      shrink_to(count);
      restart_ended(count);
      grow_to(count);
      replace_old(count);
    }
    if (desired_ != nullptr && desired_->deployment.deleting && replicas_.empty()) {
      act(forget_deployment{desired_->deployment.id});
    }
  }

 private:
  void act(action step) { outcome_.actions.push_back(std::move(step)); }

  void wake_by(system_time time) {
    if (!outcome_.wake_at || time < *outcome_.wake_at) outcome_.wake_at = time;
  }

  /// Whether so much time has passed since then. A clock that was set back must not make us wait for ever.
  bool has_passed(system_time since, std::chrono::milliseconds duration) const {
    return now_ < since || now_ - since >= duration;
  }

  /// One that never was ready can have no request on it.
  void end(const observed_replica& replica) {
    if (replica.phase == replica_phase::starting) {
      act(stop_replica{replica.name});
    } else {
      act(drain_replica{replica.name});
    }
  }

  void go_on_leaving(const observed_replica& replica) {
    if (replica.phase != replica_phase::draining) return;
    if (gateway_.drained.contains(replica.name) || has_passed(replica.since, settings_.drain_limit)) {
      act(stop_replica{replica.name});
    } else {
      wake_by(now_ + settings_.drain_poll);
    }
  }

  void end_misfits() {
    for (const observed_replica* replica : sorted_.misfits) {
      if (is_leaving(*replica)) {
        go_on_leaving(*replica);
      } else {
        end(*replica);
      }
    }
  }

  bool has_misfit(std::uint32_t index) const {
    return std::any_of(sorted_.misfits.begin(), sorted_.misfits.end(),
                       [&](const observed_replica* replica) { return replica->index == index; });
  }

  /// What was good last serves until as many of the current revision are ready: it is kept up like a current one.
  void keep_fallback(std::size_t count) {
    const domain::revision& good = *desired_->fallback;
    std::size_t needed = std::min<std::size_t>(count, good.spec.replicas);
    const auto is_good = [&](const observed_replica* replica) { return replica->revision == good.replica_revision; };
    const std::size_t others =
        current_ready()
        + static_cast<std::size_t>(std::count_if(sorted_.old_ready.begin(), sorted_.old_ready.end(),
                                                 [&](const observed_replica* each) { return !is_good(each); }));
    needed = needed > others ? needed - others : 0;
    std::size_t kept = sorted_.old_ready.size() - (others - current_ready());

    const auto keep_from = [&](replica_list& list, auto keep) {
      std::erase_if(list, [&](const observed_replica* replica) {
        if (kept >= needed || !is_good(replica)) return false;
        ++kept;
        ++kept_not_ready_;
        keep(*replica);
        return true;
      });
    };
    keep_from(sorted_.old_other, [](const observed_replica&) {});
    if (!sorted_.misfits.empty())
      return;  // nothing starts beside one: who takes its place is decided when it has ended
    const std::size_t running =
        sorted_.current.size() + sorted_.current_ended.size() + sorted_.old_ready.size() + kept_not_ready_;
    needed = std::min(needed, kept + left_of_surge(count, running));
    keep_from(sorted_.old_ended, [&](const observed_replica& replica) {
      const auto wait = backoff_of(replica.failures, settings_);
      if (has_passed(replica.since, wait))
        act(start_replica{spec_for(replica.index, good, desired_->fallback_per_replica)});
      else
        wake_by(replica.since + wait);
    });
    for (std::uint32_t index = 0; kept < needed; ++kept, ++kept_not_ready_) {
      while (is_taken(good.replica_revision, index)) ++index;
      act(start_replica{spec_for(index++, good, desired_->fallback_per_replica)});
    }
  }

  std::size_t current_ready() const {
    return static_cast<std::size_t>(
        std::count_if(sorted_.current.begin(), sorted_.current.end(),
                      [](const observed_replica* replica) { return replica->phase == replica_phase::ready; }));
  }

  void end_everything() {
    for (const observed_replica* replica : sorted_.current_ended) act(remove_replica{replica->name});
    for (const observed_replica* replica : sorted_.current) end(*replica);
    for (const observed_replica* replica : sorted_.old_ready) end(*replica);
  }

  /// Too many: those that exited go first, then those that serve least, then those with the highest index.
  void shrink_to(std::size_t count) {
    while (!sorted_.current_ended.empty() && sorted_.current.size() + sorted_.current_ended.size() > count) {
      const auto last = std::max_element(sorted_.current_ended.begin(), sorted_.current_ended.end(),
                                         [](const auto* a, const auto* b) { return a->index < b->index; });
      act(remove_replica{(*last)->name});
      sorted_.current_ended.erase(last);
    }
    while (sorted_.current.size() > count) {
      const auto last =
          std::min_element(sorted_.current.begin(), sorted_.current.end(), [](const auto* a, const auto* b) {
            return std::pair{worth(*a), -std::int64_t{a->index}} < std::pair{worth(*b), -std::int64_t{b->index}};
          });
      end(**last);
      sorted_.current.erase(last);
    }
  }

  /// Those that fit beside the misfits; without any, all do.
  void restart_ended(std::size_t count) {
    std::size_t running = sorted_.current.size();
    for (const observed_replica* replica : sorted_.current_ended) {
      const auto wait = backoff_of(replica->failures, settings_);
      if (!has_passed(replica->since, wait)) {
        wake_by(replica->since + wait);
      } else if (running + sorted_.misfits.size() < count && !has_misfit(replica->index)) {
        act(start_replica{spec_for(replica->index)});
        ++running;
      }
    }
  }

  std::size_t left_of_surge(std::size_t count, std::size_t running) const {
    const std::size_t most = count + settings_.surge;
    return most > running ? most - running : 0;
  }

  /// All that are missing at once when nothing old serves; else only as many as keep the surge above the wanted count.
  /// A misfit is not missing: who takes its place is decided when it has ended.
  void grow_to(std::size_t count) {
    const auto to_restart = static_cast<std::size_t>(
        std::count_if(sorted_.current_ended.begin(), sorted_.current_ended.end(),
                      [&](const observed_replica* replica) { return !has_misfit(replica->index); }));
    const std::size_t there = sorted_.current.size() + to_restart + sorted_.misfits.size();
    std::size_t missing = count > there ? count - there : 0;
    if (const std::size_t serving = sorted_.old_ready.size() + kept_not_ready_; serving > 0) {
      const std::size_t all = there + serving + sorted_.leaving.size();
      missing = std::min(missing, left_of_surge(count, all));
    }
    std::uint32_t index = 0;
    for (; missing > 0; --missing) {
      while (is_taken(desired_->deployment.current.replica_revision, index)) ++index;
      act(start_replica{spec_for(index++)});
    }
  }

  /// Old ones go as far as what is ready exceeds what is wanted; the good revision last, else the oldest first.
  void replace_old(std::size_t count) {
    const std::size_t all = current_ready() + sorted_.old_ready.size();
    std::size_t surplus = all > count ? all - count : 0;
    const std::uint64_t good = desired_->fallback ? desired_->fallback->replica_revision : 0;
    std::sort(sorted_.old_ready.begin(), sorted_.old_ready.end(), [good](const auto* a, const auto* b) {
      return std::tuple{a->revision == good, a->revision, b->index}
             < std::tuple{b->revision == good, b->revision, a->index};
    });
    for (const observed_replica* replica : sorted_.old_ready) {
      if (surplus == 0) return;
      end(*replica);
      --surplus;
    }
  }

  /// By that revision's own replica of that index, or by a misfit.
  bool is_taken(std::uint64_t revision, std::uint32_t index) const {
    const std::string name = replica_name(desired_->deployment.id, revision, index);
    return std::any_of(replicas_.begin(), replicas_.end(),
                       [&](const observed_replica* replica) { return replica->name == name; })
           || has_misfit(index);
  }

  runtime::replica_spec spec_for(std::uint32_t index) const {
    return spec_for(index, desired_->deployment.current, desired_->per_replica);
  }

  runtime::replica_spec spec_for(std::uint32_t index, const domain::revision& of,
                                 const domain::resources& limits) const {
    const std::string& deployment = desired_->deployment.id;
    const domain::deployment_spec& wanted = of.spec;
    runtime::replica_spec spec;
    spec.name = replica_name(deployment, of.replica_revision, index);
    spec.deployment = deployment;
    spec.revision = of.replica_revision;
    spec.index = index;
    spec.model_image = wanted.model_image;
    spec.external = wanted.external;
    spec.model_uri = wanted.model_uri;
    spec.env = wanted.env;
    spec.limits = limits;
    spec.protocol = wanted.serving.protocol;
    spec.example_request = wanted.serving.example_request;
    spec.group = desired_->deployment.group;
    spec.instance_type = wanted.instance_type;
    spec.image_pull_secret = wanted.image_pull_secret.value_or("");
    return spec;
  }

  const store::desired_deployment* desired_;  ///< null: nobody wants these replicas
  std::uint32_t wanted_replicas_;
  const replica_list& replicas_;
  const gateway_view& gateway_;
  system_time now_;
  const plan_settings& settings_;
  plan_outcome& outcome_;
  sorted_replicas sorted_;
  std::size_t kept_not_ready_ = 0;  ///< of the good revision: they serve as soon as they can
};

}  // namespace

std::string to_string(const action& step) {
  return std::visit(
      [](const auto& it) -> std::string {
        using kind = std::decay_t<decltype(it)>;
        if constexpr (std::is_same_v<kind, start_replica>) return "start " + it.spec.name;
        if constexpr (std::is_same_v<kind, drain_replica>) return "drain " + it.name;
        if constexpr (std::is_same_v<kind, stop_replica>) return "stop " + it.name;
        if constexpr (std::is_same_v<kind, remove_replica>) return "remove " + it.name;
        if constexpr (std::is_same_v<kind, forget_deployment>) return "forget " + it.deployment;
      },
      step);
}

bool is_misfit(const observed_replica& replica, const domain::deployment& wanted) {
  if (!replica.inherited || replica.phase == replica_phase::exited) return false;
  const bool serves_or_will = replica.phase == replica_phase::ready || replica.phase == replica_phase::starting;
  if (!replica.answers && !serves_or_will) return true;
  if (replica.revision != wanted.current.replica_revision)
    return false;  // an old one, which serves until it is replaced
  const runtime::replica_spec& was = *replica.inherited;
  const domain::deployment_spec& spec = wanted.current.spec;
  return was.model_image != spec.model_image || was.model_uri != spec.model_uri || was.env != spec.env;
}

std::string replica_name(const std::string& deployment, std::uint64_t revision, std::uint32_t index) {
  return "deploy-" + deployment + "-r" + std::to_string(revision) + "-" + std::to_string(index);
}

std::chrono::milliseconds backoff_of(std::uint32_t failures, const plan_settings& settings) noexcept {
  if (failures == 0) return std::chrono::milliseconds{0};
  auto wait = settings.restart_backoff;
  for (std::uint32_t i = 1; i < failures && wait < settings.restart_backoff_max; ++i) wait *= 2;
  return std::min(wait, settings.restart_backoff_max);
}

plan_outcome plan(const std::vector<wanted_deployment>& wanted, const std::vector<observed_replica>& observed,
                  const gateway_view& gateway, system_time now, const plan_settings& settings) {
  std::map<std::string_view, replica_list> by_deployment;
  for (const observed_replica& replica : observed) by_deployment[replica.deployment].push_back(&replica);

  plan_outcome outcome;
  const replica_list none;
  for (const wanted_deployment& entry : wanted) {
    const auto found = by_deployment.find(entry.desired.deployment.id);
    const replica_list& replicas = found == by_deployment.end() ? none : found->second;
    deployment_planner{&entry.desired, entry.replicas, replicas, gateway, now, settings, outcome}.plan();
    if (found != by_deployment.end()) by_deployment.erase(found);
  }
  for (const auto& [deployment, replicas] : by_deployment) {
    deployment_planner{nullptr, 0, replicas, gateway, now, settings, outcome}.plan();
  }
  return outcome;
}

}  // namespace modelgate::control::reconcile
