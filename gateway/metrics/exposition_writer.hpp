#pragma once

#include "gateway/metrics/families.hpp"

#include "modelgate/metrics/exposition_format.hpp"

#include <string>

namespace modelgate::metrics {

/// The exposition as a scrape is answered.
///
/// In OpenMetrics 1.0 exemplars are included, counters lose "_total" in their family's name, gauges that end in "_info"
/// are of the type info, and names that end in seconds or bytes have that as their unit. The older text has none of that.
/// Written here and not by prometheus-cpp, which knows the older format only and whose streams take most of the time of a
/// scrape with many deployments (benchmarks/load, case scrape).
///
/// Source: OpenMetrics 1.0.0, "Text format"; Prometheus' text format 0.0.4.
[[nodiscard]] std::string write_exposition(const exposition& shown, exposition_format format);

}  // namespace modelgate::metrics
