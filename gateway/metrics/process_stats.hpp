#pragma once

#include <prometheus/metric_family.h>

#include <vector>

namespace modelgate::metrics {

/// Appends the `process_*` metrics that every Prometheus client library has, read from /proc/self now.
/// Source: Prometheus, "Writing client libraries", process metrics.
void append_process_families(std::vector<prometheus::MetricFamily>& families);

}  // namespace modelgate::metrics
