#pragma once

#include "modelgate/metrics/deployment_stats.hpp"

#include <prometheus/metric_family.h>

#include <array>
#include <string>

namespace modelgate::metrics {

/// What a scrape shows of feedback: Seldon's two counters, and ours beside them.
class feedback_families {
 public:
  feedback_families();

  /// `name`: the label of that deployment. Models that got none are shown with zeros, so that `rate` sees the first.
  void add(const deployment_stats& stats, const std::string& name);
  /// All of them; it is used up by that.
  [[nodiscard]] std::array<prometheus::MetricFamily, 5> take();

 private:
  prometheus::MetricFamily calls_;
  prometheus::MetricFamily reward_;
  prometheus::MetricFamily penalty_;
  prometheus::MetricFamily rows_;
  prometheus::MetricFamily row_reward_;
};

}  // namespace modelgate::metrics
