#pragma once

#include "gateway/routing/route_table.hpp"
#include "gateway/upstream/endpoint.hpp"

#include "modelgate/config/observation.hpp"
#include "modelgate/metrics/deployment_stats.hpp"

namespace modelgate::server {

/// What all workers have counted for one deployment, as control is told of it.
[[nodiscard]] config::deployment_counts count(const metrics::deployment_stats& stats);

/// What is on a replica now; with `counts` also what it has answered so far.
[[nodiscard]] config::endpoint_load load_of(const std::string& deployment, const upstream::endpoint& replica,
                                            bool counts);

/// Adds which clients of a deployment were seen, with `counts` also what came of their requests, and which imported
/// passwords were proven.
void observe_clients(const routing::route& route, bool counts, config::observation& seen);

}  // namespace modelgate::server
