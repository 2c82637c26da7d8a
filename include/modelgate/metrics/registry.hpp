#pragma once

#include "modelgate/config/settings.hpp"
#include "modelgate/metrics/deployment_stats.hpp"
#include "modelgate/metrics/exposition_format.hpp"
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
  registry(std::size_t workers, std::string deployment_name, const config::metrics_settings& settings = {});
  ~registry();

  [[nodiscard]] worker_stats& of_worker(std::size_t worker) noexcept { return *workers_[worker]; }
  [[nodiscard]] const worker_stats& of_worker(std::size_t worker) const noexcept { return *workers_[worker]; }

  [[nodiscard]] std::size_t workers() const noexcept { return workers_.size(); }

  /// Stats of a deployment, made when new, with zero series for the statuses that dashboards divide by.
  [[nodiscard]] std::shared_ptr<deployment_stats> deployment(const std::string& id);
  /// Whoever holds them goes on, but no scrape shows them any more.
  void forget(const std::string& id);

  /// Adds a source that is asked at every scrape; any thread may call it then.
  void add_source(std::function<std::vector<gauge_reading>()> source);

  [[nodiscard]] std::string label_of(const std::string& id) const { return deployment_label(deployment_name_, id); }
  [[nodiscard]] const config::metrics_settings& settings() const noexcept { return settings_; }

  /// What a scrape is answered. As large as there are deployments and series, which are bounded; made anew each time.
  [[nodiscard]] std::string expose(exposition_format format = exposition_format::text) const;

 private:
  class collector;

  const std::string deployment_name_;
  const config::metrics_settings settings_;
  std::vector<std::unique_ptr<worker_stats>> workers_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<deployment_stats>> deployments_;
  std::vector<std::function<std::vector<gauge_reading>()>> sources_;
};

}  // namespace modelgate::metrics
