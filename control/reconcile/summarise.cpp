#include "control/reconcile/summarise.hpp"

#include "control/reconcile/plan.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <string_view>
#include <utility>

namespace modelgate::control::reconcile {
namespace {

using domain::deployment_phase;
using domain::replica_phase;
using runtime::observed_replica;
using replica_list = std::vector<const observed_replica*>;

std::set<std::string_view> served_replicas(const config::deployment_config* live) {
  std::set<std::string_view> names;
  if (live == nullptr) return names;
  for (const auto& endpoint : live->endpoints) names.insert(endpoint.replica);
  return names;
}

bool is_failing(const observed_replica& replica) {
  return replica.phase == replica_phase::exited || replica.phase == replica_phase::unready || replica.failures > 0;
}

bool waits_for_ready(const observed_replica& replica) {
  return replica.phase == replica_phase::starting || replica.phase == replica_phase::unready
         || replica.phase == replica_phase::exited;
}

class running_summary {
 public:
  running_summary(const domain::deployment& deployment, const replica_list& replicas, std::set<std::string_view> served,
                  const std::optional<runtime::source_state>& source, system_time now)
      : spec_{deployment.current.spec},
        wanted_{source ? source->replicas : spec_.replicas},
        source_{source ? *source : runtime::source_state{}},
        now_{now} {
    for (const observed_replica* replica : replicas) {
      const bool is_served = replica->phase == replica_phase::ready && served.contains(replica->name);
      const bool is_current =
          replica->revision == deployment.current.replica_revision && !is_misfit(*replica, deployment);
      if (is_current) current_.push_back(replica);
      if (is_served) ++available_;
      if (is_served && is_current) ++current_available_;
      if (is_served && !is_current) {
        ++old_available_;
        serving_on_ = std::max(serving_on_, replica->revision);
      }
    }
  }

  void write(domain::deployment_status& status) const {
    status.available_replicas = wanted_ == 0 ? available_ : std::min(available_, wanted_);
    if (wanted_ > 0 && current_available_ >= wanted_ && old_available_ == 0) {
      status.phase = deployment_phase::deployed;
      status.message = "Deployment is deployed and available now";
    } else if (wanted_ == 0 && !source_.trouble.empty() && now_ - source_.since >= spec_.progress_deadline) {
      status.phase = deployment_phase::failed;
      status.message = "Deployment has failed: no replica has been found for "
                       + std::to_string(spec_.progress_deadline.count()) + " s";
    } else if (const observed_replica* stuck = find_stuck()) {
      status.phase = deployment_phase::failed;
      status.message = "Deployment has failed: replica " + stuck->name + " has not been ready for "
                       + std::to_string(spec_.progress_deadline.count()) + " s: " + stuck->reason;
      if (serving_on_ > 0) status.message += "; revision " + std::to_string(serving_on_) + " serves on";
      status.message += availability(status);
    } else {
      status.phase = deployment_phase::deploying;
      status.message = status.available_replicas == 0 ? std::string{domain::not_available_yet}
                                                      : "Deployment is being deployed" + availability(status);
      for (const observed_replica* replica : current_) {
        if (is_failing(*replica) && !replica->reason.empty()) {
          status.message.append("\nreplica[").append(replica->name).append("]: ").append(replica->reason);
        }
      }
    }
    if (!source_.trouble.empty()) status.message.append("\n").append(source_.trouble);
  }

 private:
  std::string availability(const domain::deployment_status& status) const {
    return "; " + std::to_string(status.available_replicas) + " of " + std::to_string(wanted_)
           + " replicas are available now";
  }

  /// One that should be ready and has not been for longer than its owner allows; the one that has failed most.
  const observed_replica* find_stuck() const {
    const observed_replica* stuck = nullptr;
    for (const observed_replica* replica : current_) {
      if (!waits_for_ready(*replica) || now_ - replica->unready_since < spec_.progress_deadline) continue;
      if (stuck == nullptr || replica->failures > stuck->failures) stuck = replica;
    }
    return stuck;
  }

  const domain::deployment_spec& spec_;
  std::uint32_t wanted_;  ///< 0: not known yet
  runtime::source_state source_;
  system_time now_;
  replica_list current_;
  std::uint32_t available_ = 0;
  std::uint32_t current_available_ = 0;
  std::uint32_t old_available_ = 0;
  std::uint64_t serving_on_ = 0;  ///< the newest revision beside the current one that serves; 0: none
};

}  // namespace

domain::deployment_status summarise(const domain::deployment& deployment, const std::string& refusal,
                                    replica_list replicas, const config::deployment_config* live, system_time now,
                                    const std::optional<runtime::source_state>& source) {
  std::sort(replicas.begin(), replicas.end(), [](const auto* a, const auto* b) {
    return std::pair{a->revision, a->index} < std::pair{b->revision, b->index};
  });
  domain::deployment_status status;
  bool runs = false;
  for (const observed_replica* replica : replicas) {
    runs = runs || replica->phase != replica_phase::exited;
    status.replicas.push_back({replica->name, replica->revision, replica->phase, replica->reason, replica->since,
                               replica->limits, replica->limits_by, replica->restarts, replica->usage,
                               replica->failure});
  }
  if (deployment.current.spec.stop || deployment.deleting) {
    status.phase = runs ? deployment_phase::stopping : deployment_phase::stopped;
    status.message = runs ? "deployment is stopping" : domain::has_stopped;
  } else if (!refusal.empty()) {
    status.phase = deployment_phase::failed;
    status.message = refusal;
    status.refused = true;
  } else {
    running_summary{deployment, replicas, served_replicas(live), source, now}.write(status);
  }
  return status;
}

}  // namespace modelgate::control::reconcile
