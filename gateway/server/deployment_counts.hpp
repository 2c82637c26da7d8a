#pragma once

#include "modelgate/config/observation.hpp"
#include "modelgate/metrics/deployment_stats.hpp"

namespace modelgate::server {

/// What all workers have counted for one deployment, as control is told of it.
[[nodiscard]] config::deployment_counts count(const metrics::deployment_stats& stats);

}  // namespace modelgate::server
