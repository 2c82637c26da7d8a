#pragma once

#include "modelgate/metrics/gauge_reading.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace modelgate::control::runtime {

/// How often the replicas of each deployment were probed, and with what outcome.
///
/// Shape: any-thread; shared by all drivers, which it outlives.
class probe_counts {
 public:
  /// `good`: the replica answered as it should, its example request included where that was sent.
  void count(const std::string& deployment, bool good);

  /// For a scrape. All others are forgotten: `deployments` are those that there are. `name_template`: of their label.
  [[nodiscard]] std::vector<metrics::gauge_reading> read(const std::vector<std::string>& deployments,
                                                         const std::string& name_template);

 private:
  struct outcomes {
    std::uint64_t good = 0;
    std::uint64_t bad = 0;
  };

  std::mutex mutex_;
  std::map<std::string, outcomes> by_deployment_;
};

}  // namespace modelgate::control::runtime
