#include "control/reconcile/revision_timing.hpp"

#include <algorithm>

namespace modelgate::control::reconcile {

using runtime::observed_replica;

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

std::optional<std::chrono::milliseconds> time_to_settle(std::uint64_t replica_revision, std::size_t count,
                                                        std::chrono::milliseconds settle_time,
                                                        const std::vector<const observed_replica*>& replicas,
                                                        system_time now) {
  std::vector<system_time> since;
  for (const observed_replica* replica : replicas) {
    if (replica->phase == domain::replica_phase::ready && replica->revision == replica_revision)
      since.push_back(replica->since);
  }
  if (count == 0 || since.size() < count) return std::nullopt;
  std::sort(since.begin(), since.end());
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(since[count - 1] + settle_time - now);
  // A clock that was set back must not make us wait for longer than that.
  return std::clamp(left, std::chrono::milliseconds{0}, settle_time);
}

}  // namespace modelgate::control::reconcile
