#pragma once

#include "modelgate/metrics/deployment_stats.hpp"
#include "modelgate/metrics/gateway_stats.hpp"
#include "modelgate/metrics/gauge_reading.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::metrics {

/// Everything that a scrape of this process shows.
///
/// Shape: any-thread. Workers never come here; they write to the stats that it holds.
class registry {
 public:
  /// `deployment_name` is the template of that label; "{id}" in it stands for the deployment's id.
  registry(std::size_t workers, std::string deployment_name);
  ~registry();

  [[nodiscard]] worker_stats& of_worker(std::size_t worker) noexcept { return *workers_[worker]; }
  [[nodiscard]] const worker_stats& of_worker(std::size_t worker) const noexcept { return *workers_[worker]; }

  /// Stats of a deployment, made when new, with zero series for the statuses that dashboards divide by.
  [[nodiscard]] std::shared_ptr<deployment_stats> deployment(const std::string& id);
  /// Forgets every deployment that is not among `ids` (sorted).
  void keep_only(const std::vector<std::string>& ids);

  /// Adds a source that is asked at every scrape; any thread may call it then.
  void add_source(std::function<std::vector<gauge_reading>()> source);

  /// The exposition in Prometheus' text format 0.0.4.
  [[nodiscard]] std::string expose() const;

 private:
  class collector;

  std::string deployment_name_;
  std::vector<std::unique_ptr<worker_stats>> workers_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<deployment_stats>> deployments_;
  std::vector<std::function<std::vector<gauge_reading>()>> sources_;
};

}  // namespace modelgate::metrics
