#pragma once

#include "modelgate/metrics/gateway_stats.hpp"

#include <prometheus/metric_family.h>

#include <memory>
#include <vector>

namespace modelgate::metrics {

using worker_list = std::vector<std::unique_ptr<worker_stats>>;

/// What workers count beside deployments, summed over all of them.
void append_worker_families(const worker_list& workers, std::vector<prometheus::MetricFamily>& into);

}  // namespace modelgate::metrics
