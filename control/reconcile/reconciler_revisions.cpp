#include "control/reconcile/reconciler.hpp"
#include "control/reconcile/replicas_by_deployment.hpp"
#include "control/reconcile/revision_timing.hpp"
#include "control/reconcile/summarise.hpp"

#include "modelgate/base/log.hpp"

#include <utility>

namespace modelgate::control::reconcile {
namespace {

using runtime::observed_replica;

void lower(std::optional<std::chrono::milliseconds>& least, std::optional<std::chrono::milliseconds> pause) {
  if (pause && (!least || *pause < *least)) least = pause;
}

}  // namespace

/// Remembers which revisions are good, and takes those back that failed and whose owners want it so. When to look again:
/// at once when the desired state is another one now, else when the next revision would have failed.
std::optional<std::chrono::milliseconds> reconciler::judge_revisions(const std::vector<observed_replica>& observed,
                                                                     system_time now) {
  std::optional<std::chrono::milliseconds> look_again;
  std::map<std::string, waiting_rollback> waiting;
  const replicas_by_deployment all_replicas{observed};
  for (const store::desired_ptr& active : desired_.active()) {
    const store::desired_deployment& entry = *active;
    const domain::deployment& deployment = entry.deployment;
    const domain::revision& current = deployment.current;
    if (current.spec.stop || deployment.deleting || !entry.refusal.empty()) continue;
    if (deployment.good_replica_revision == current.replica_revision) continue;
    const auto replicas = all_replicas.of(deployment.id);
    const auto proving = prove_earlier(entry, replicas, now);
    lower(look_again, proving);
    const auto source = current.spec.external ? driver_.source(deployment.id, current.replica_revision) : std::nullopt;
    const auto status = summarise(deployment, entry.refusal, replicas, find_entry(live_, deployment.id), now, source);
    result<void> written;
    if (status.phase == domain::deployment_phase::deployed) {
      // Where nothing better is known, it is good at once; so is what others run.
      const bool has_to_settle = deployment.good_replica_revision && !current.spec.external;
      const auto left = has_to_settle ? time_to_settle(current.replica_revision, current.spec.replicas,
                                                       settings_.settle_time, replicas, now)
                                      : std::chrono::milliseconds{0};
      if (!left || left->count() > 0) {
        lower(look_again, left);
        continue;
      }
      written = store_.mark_good(deployment.id, current.number);
    } else if (status.phase == domain::deployment_phase::failed && current.spec.auto_rollback && proving) {
      continue;  // what serves on is about to be the one that comes back
    } else if (status.phase == domain::deployment_phase::failed && current.spec.auto_rollback
               && !entry.fallback_obstacle.empty()) {
      waiting[deployment.id] = {current.number, entry.fallback_obstacle};
      continue;
    } else if (status.phase == domain::deployment_phase::failed && current.spec.auto_rollback
               && (entry.fallback || entry.before_stop)) {
      const result<store::rollback_outcome> back = store_.roll_back(deployment.id, current.number, status.message);
      if (back && !back->made) {  // the next pass asks again
        if (!back->obstacle.empty()) waiting[deployment.id] = {current.number, back->obstacle};
        continue;
      }
      if (back) {
        log::warning("reconciler", "a revision has failed: the last good one comes back",
                     {{"deployment", deployment.id}, {"revision", current.number}, {"why", status.message}});
        stats_.on_rollback();
      } else {
        written = back.error();
      }
    } else {
      // What makes it good wakes us; that its time is over, nobody tells.
      lower(look_again, time_to_fail(entry, replicas, source, now));
      continue;
    }
    if (written)
      look_again = std::chrono::milliseconds{0};
    else
      complain(written.error());
  }
  keep_waiting(std::move(waiting));
  return look_again;
}

/// A revision that served well until this one came is a better one to go back to than one before it. When to look again.
std::optional<std::chrono::milliseconds> reconciler::prove_earlier(const store::desired_deployment& entry,
                                                                   const std::vector<const observed_replica*>& replicas,
                                                                   system_time now) {
  for (const store::unproven_revision& earlier : entry.unproven) {
    const auto left = time_to_settle(earlier.replica_revision, earlier.replicas, settings_.settle_time, replicas, now);
    if (!left) continue;
    if (left->count() > 0) return left;
    const auto written = store_.mark_good(entry.deployment.id, earlier.number);
    if (written) return std::chrono::milliseconds{0};
    complain(written.error());
    return std::nullopt;
  }
  return std::nullopt;
}

/// For those who ask for a status; in the log once for each.
void reconciler::keep_waiting(std::map<std::string, waiting_rollback> waiting) {
  std::map<std::string, waiting_rollback> before;
  {
    const std::lock_guard lock{mutex_};
    before = std::exchange(waiting_, waiting);
  }
  for (const auto& [deployment, rollback] : waiting) {
    const auto known = before.find(deployment);
    if (known != before.end() && known->second.failed == rollback.failed) continue;
    log::warning("reconciler", "a rollback cannot be made now", {{"deployment", deployment}, {"why", rollback.text}});
  }
}

}  // namespace modelgate::control::reconcile
