#pragma once

#include "modelgate/metrics/gauge_reading.hpp"

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

/// prometheus-cpp's families, as a scrape of ours fills them.
namespace modelgate::metrics {

using label_list = std::vector<prometheus::ClientMetric::Label>;

[[nodiscard]] prometheus::MetricFamily family(std::string name, std::string help, prometheus::MetricType type);

/// To a counter or a gauge.
void add_number(prometheus::MetricFamily& into, label_list labels, double value);

[[nodiscard]] prometheus::MetricType type_of(const gauge_reading& reading) noexcept;
/// To a family of the reading's type.
void add_reading(prometheus::MetricFamily& into, label_list labels, const gauge_reading& reading);

}  // namespace modelgate::metrics
