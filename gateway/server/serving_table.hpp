#pragma once

#include "gateway/routing/route_table.hpp"
#include "gateway/upstream/endpoint.hpp"

#include "modelgate/config/snapshot.hpp"
#include "modelgate/metrics/registry.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace modelgate::server {

/// One deployment as the workers serve it.
struct serving_entry {
  std::shared_ptr<metrics::deployment_stats> stats;
  std::vector<upstream::endpoint_ptr> endpoints;
};

/// A snapshot made ready for the workers.
///
/// Shape: immutable; built by the publisher off the workers. Entries and routes of deployments that did not change are
/// shared with the
///        table before; a replica keeps its endpoint, and with it its count of requests in flight, for as long as it is
///        published.
struct serving_table {
  std::uint64_t generation = 0;
  const crypto::token_key* token_key = nullptr;  ///< outlives every worker
  routing::route_table routes;
  std::vector<std::shared_ptr<const serving_entry>> entries;  ///< in the order of `routes`
};

[[nodiscard]] std::shared_ptr<const serving_table> build_serving_table(const config::snapshot& snapshot,
                                                                       const serving_table& earlier,
                                                                       metrics::registry& registry,
                                                                       const crypto::token_key& token_key);

}  // namespace modelgate::server
