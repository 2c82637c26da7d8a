#pragma once

#include "gateway/metrics/families.hpp"

#include "modelgate/metrics/deployment_stats.hpp"

#include <string>
#include <vector>

namespace modelgate::metrics {

/// What a scrape shows of a deployment under our own names: none of it is in Seldon's, and no label of it is made by
/// clients.
class own_families {
 public:
  own_families();

  /// `name`: the label of that deployment.
  void add(const deployment_stats& stats, const std::string& name, exemplar_table& exemplars);
  /// All of them; it is used up by that. Those of limits and of authentication only where there is something to show.
  void move_to(std::vector<prometheus::MetricFamily>& into);

 private:
  void add_limited(const deployment_stats& stats, const std::string& name);

  prometheus::MetricFamily latency_;
  prometheus::MetricFamily first_byte_;
  prometheus::MetricFamily overhead_;
  prometheus::MetricFamily in_flight_;
  prometheus::MetricFamily request_bytes_;
  prometheus::MetricFamily response_bytes_;
  prometheus::MetricFamily failed_;
  prometheus::MetricFamily limited_;
  prometheus::MetricFamily authenticated_;
};

}  // namespace modelgate::metrics
