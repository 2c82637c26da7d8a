#pragma once

#include "gateway/metrics/families.hpp"

#include <string>

namespace modelgate::metrics {

/// The exposition in OpenMetrics 1.0, exemplars included: prometheus-cpp writes the older text format only.
///
/// Counters lose "_total" in their family's name, gauges that end in "_info" are of the type info, and names that end in
/// seconds or bytes have that as their unit.
/// Source: OpenMetrics 1.0.0, "Text format".
[[nodiscard]] std::string to_open_metrics(const exposition& shown);

}  // namespace modelgate::metrics
