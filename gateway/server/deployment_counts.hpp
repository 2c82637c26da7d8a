#pragma once

#include "gateway/routing/route_table.hpp"

#include "modelgate/config/observation.hpp"
#include "modelgate/metrics/deployment_stats.hpp"

namespace modelgate::server {

/// What all workers have counted for one deployment, as control is told of it.
[[nodiscard]] config::deployment_counts count(const metrics::deployment_stats& stats);

/// Adds which clients of a deployment were seen, and which imported passwords were proven.
void observe_clients(const routing::route& route, config::observation& seen);

}  // namespace modelgate::server
