#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace modelgate::control::service {

/// How often a deployment's replicas were started again, added up over replicas that come and go: never less than
/// before.
///
/// Shape: pure; one per deployment. Starts between the last look at a replica and its end are not seen.
class restart_ledger {
 public:
  /// The replicas that there are now, and how often each was started again.
  void look(std::map<std::string, std::uint32_t> now) {
    for (const auto& [replica, restarts] : now) {
      const auto before = seen_.find(replica);
      const bool goes_on = before != seen_.end() && before->second <= restarts;
      total_ += goes_on ? restarts - before->second : restarts;
    }
    seen_ = std::move(now);
  }
  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }

 private:
  std::map<std::string, std::uint32_t> seen_;
  std::uint64_t total_ = 0;
};

}  // namespace modelgate::control::service
