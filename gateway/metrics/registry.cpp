#include "modelgate/metrics/registry.hpp"

#include "gateway/metrics/exposition_writer.hpp"
#include "gateway/metrics/families.hpp"
#include "gateway/metrics/feedback_families.hpp"
#include "gateway/metrics/own_families.hpp"
#include "gateway/metrics/process_stats.hpp"
#include "gateway/metrics/seldon_families.hpp"
#include "gateway/metrics/worker_families.hpp"

#include <prometheus/metric_family.h>

#include <utility>

namespace modelgate::metrics {

using prometheus::MetricFamily;
using prometheus::MetricType;

/// Turns what workers counted into prometheus-cpp's families; one per scrape.
class registry::collector {
 public:
  explicit collector(const registry& from) : from_{from} {}

  exposition collect() {
    collect_deployments();
    append_worker_families(from_.workers_, shown_.families);
    collect_sources();
    append_process_families(shown_.families);
    return std::move(shown_);
  }

 private:
  void collect_deployments() {
    std::vector<std::shared_ptr<deployment_stats>> all;
    {
      const std::lock_guard lock{from_.mutex_};
      all.reserve(from_.deployments_.size());
      for (const auto& [id, stats] : from_.deployments_) all.push_back(stats);
    }
    seldon_families seldon{from_.settings_};
    feedback_families feedback;
    own_families own;
    for (const auto& stats : all) {
      const std::string name = from_.label_of(stats->id());
      seldon.add(*stats, name, shown_.exemplars);
      feedback.add(*stats, name);
      own.add(*stats, name, shown_.exemplars);
    }
    seldon.move_to(shown_.families);
    for (MetricFamily& each : feedback.take()) shown_.families.push_back(std::move(each));
    own.move_to(shown_.families);
  }

  void collect_sources() {
    std::vector<std::function<std::vector<gauge_reading>()>> sources;
    {
      const std::lock_guard lock{from_.mutex_};
      sources = from_.sources_;
    }
    std::map<std::string, MetricFamily> by_name;
    for (const auto& source : sources) {
      for (gauge_reading& reading : source()) {
        const auto [place, made] = by_name.try_emplace(reading.name);
        if (made) place->second = family(reading.name, reading.help, type_of(reading));
        label_list labels;
        for (auto& [key, value] : reading.labels) labels.push_back({std::move(key), std::move(value)});
        add_reading(place->second, std::move(labels), reading);
      }
    }
    for (auto& [name, made] : by_name) shown_.families.push_back(std::move(made));
  }

  const registry& from_;
  exposition shown_;
};

registry::registry(std::size_t workers, std::string deployment_name, const config::metrics_settings& settings)
    : deployment_name_{std::move(deployment_name)}, settings_{settings} {
  workers_.reserve(workers);
  for (std::size_t i = 0; i < workers; ++i) workers_.push_back(std::make_unique<worker_stats>());
}

registry::~registry() = default;

std::shared_ptr<deployment_stats> registry::deployment(const std::string& id) {
  const std::lock_guard lock{mutex_};
  auto& slot = deployments_[id];
  if (slot) return slot;
  slot = std::make_shared<deployment_stats>(id, workers_.size(), settings_.remembered_predictions);
  slot->set_shows_paths(settings_.client_service == config::client_service_label::path);
  return slot;
}

void registry::forget(const std::string& id) {
  const std::lock_guard lock{mutex_};
  deployments_.erase(id);
}

void registry::add_source(std::function<std::vector<gauge_reading>()> source) {
  const std::lock_guard lock{mutex_};
  sources_.push_back(std::move(source));
}

std::string registry::expose(exposition_format format) const {
  return write_exposition(collector{*this}.collect(), format);
}

}  // namespace modelgate::metrics
