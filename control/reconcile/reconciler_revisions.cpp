#include "control/reconcile/reconciler.hpp"
#include "control/reconcile/replicas_by_deployment.hpp"
#include "control/reconcile/summarise.hpp"

#include "modelgate/base/log.hpp"

#include <utility>

namespace modelgate::control::reconcile {
namespace {

using runtime::observed_replica;

/// Until a replica of the current revision, or its source, has not been ready for longer than its owner allows; absent
/// when none waits, or that time has passed.
std::optional<std::chrono::milliseconds> time_to_fail(const store::desired_deployment& entry,
                                                      const std::vector<const observed_replica*>& replicas,
                                                      const std::optional<runtime::source_state>& source,
                                                      system_time now) {
  const domain::revision& current = entry.deployment.current;
  std::optional<std::chrono::milliseconds> least;
  const auto count = [&](system_time since) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(since + current.spec.progress_deadline - now);
    if (left.count() > 0 && (!least || left < *least)) least = left;
  };
  for (const observed_replica* replica : replicas) {
    if (replica->revision == current.replica_revision && replica->phase != domain::replica_phase::ready)
      count(replica->unready_since);
  }
  if (source) count(source->since);
  return least;
}

}  // namespace

/// Remembers which revisions are good, and takes those back that failed and whose owners want it so. When to look again:
/// at once when the desired state is another one now, else when the next revision would have failed.
std::optional<std::chrono::milliseconds> reconciler::judge_revisions(const std::vector<observed_replica>& observed,
                                                                     system_time now) {
  std::optional<std::chrono::milliseconds> look_again;
  std::map<std::string, waiting_rollback> waiting;
  const replicas_by_deployment replicas{observed};
  for (const store::desired_ptr& active : desired_.active()) {
    const store::desired_deployment& entry = *active;
    const domain::deployment& deployment = entry.deployment;
    const domain::revision& current = deployment.current;
    if (current.spec.stop || deployment.deleting || !entry.refusal.empty()) continue;
    if (deployment.good_replica_revision == current.replica_revision) continue;
    const auto source = current.spec.external ? driver_.source(deployment.id, current.replica_revision) : std::nullopt;
    const auto status =
        summarise(deployment, entry.refusal, replicas.of(deployment.id), find_entry(live_, deployment.id), now, source);
    result<void> written;
    if (status.phase == domain::deployment_phase::deployed) {
      written = store_.mark_good(deployment.id, current.number);
    } else if (status.phase == domain::deployment_phase::failed && current.spec.auto_rollback && entry.fallback) {
      const result<store::rollback_outcome> back = store_.roll_back(deployment.id, current.number, status.message);
      if (back && !back->made) {  // the next pass asks again
        if (!back->lacks.empty()) {
          waiting[deployment.id] = {current.number, "The rollback to revision " + std::to_string(entry.fallback->number)
                                                        + " waits for room in the quota of group " + deployment.group
                                                        + ", for one replica " + back->lacks};
        }
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
      if (const auto left = time_to_fail(entry, replicas.of(deployment.id), source, now);
          left && (!look_again || *left < *look_again))
        look_again = left;
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
    log::warning("reconciler", "a rollback waits for quota", {{"deployment", deployment}, {"why", rollback.text}});
  }
}

}  // namespace modelgate::control::reconcile
