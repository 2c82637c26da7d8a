#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

/// prometheus-cpp's families, as a scrape of ours fills them.
namespace modelgate::metrics {

using label_list = std::vector<prometheus::ClientMetric::Label>;

[[nodiscard]] prometheus::MetricFamily family(std::string name, std::string help, prometheus::MetricType type);

/// To a counter or a gauge.
void add_number(prometheus::MetricFamily& into, label_list labels, double value);

}  // namespace modelgate::metrics
