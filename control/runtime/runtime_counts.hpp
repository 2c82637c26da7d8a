#pragma once

#include "modelgate/metrics/duration_histogram.hpp"
#include "modelgate/metrics/gauge_reading.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace modelgate::control::runtime {

/// What drivers count of the replicas of each deployment: probes by their outcome, and how long starts took.
///
/// Shape: any-thread; shared by all drivers, which it outlives. 16 series and two for each deployment.
class runtime_counts {
 public:
  /// `good`: the replica answered as it should, its example request included where that was sent.
  void on_probe(const std::string& deployment, bool good);
  /// A replica is ready for the first time since it was to be started, `took` ago.
  void on_start(const std::string& deployment, std::chrono::nanoseconds took);
  /// The image of a replica that is to be started is there.
  void on_pull(std::chrono::nanoseconds took) noexcept { pulls_.record(took); }

  /// For a scrape. All others are forgotten: `deployments` are those that there are. `name_template`: of their label.
  [[nodiscard]] std::vector<metrics::gauge_reading> read(const std::vector<std::string>& deployments,
                                                         const std::string& name_template);

 private:
  struct counted {
    std::uint64_t good = 0;
    std::uint64_t bad = 0;
    metrics::start_histogram starts;
  };

  metrics::start_histogram pulls_;
  std::mutex mutex_;
  std::map<std::string, counted> by_deployment_;
};

}  // namespace modelgate::control::runtime
