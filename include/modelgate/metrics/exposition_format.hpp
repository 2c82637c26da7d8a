#pragma once

#include <cstdint>

namespace modelgate::metrics {

/// Prometheus' text format 0.0.4, or OpenMetrics 1.0.
enum class exposition_format : std::uint8_t { text, open_metrics };

}  // namespace modelgate::metrics
