#pragma once

#include "gateway/routing/route_table.hpp"
#include "gateway/upstream/endpoint.hpp"

#include "modelgate/config/observation.hpp"
#include "modelgate/metrics/deployment_stats.hpp"

namespace modelgate::server {

/// What all workers have counted for one deployment, as control is told of it.
[[nodiscard]] config::deployment_counts count(const metrics::deployment_stats& stats);

/// What is on a replica now, and with what it has answered so far.
using load_reader = config::endpoint_load(const std::string& deployment, const upstream::endpoint& replica);
[[nodiscard]] load_reader load_of;
[[nodiscard]] load_reader counted_load_of;

/// Adds which clients of a deployment were seen, and which imported passwords were proven.
void observe_clients(const routing::route& route, config::observation& seen);

}  // namespace modelgate::server
