#pragma once

#include "gateway/server/client_counts.hpp"
#include "gateway/server/serving_table.hpp"

#include "modelgate/metrics/gauge_reading.hpp"
#include "modelgate/metrics/registry.hpp"

#include <map>
#include <string>
#include <vector>

/// What a scrape shows of replicas, queues, clients and own answers: numbers that somebody else keeps for his own ends.
namespace modelgate::server {

using readings = std::vector<metrics::gauge_reading>;
using client_counts_by_deployment = std::map<std::string, client_counts>;

/// Of each deployment's queue, its breakers and its replicas.
[[nodiscard]] readings read_dispatch(const serving_table& table, const metrics::registry& registry);

/// Answers that workers gave themselves, by reason; those that were never given are left out.
[[nodiscard]] readings read_replies(const metrics::registry& registry);

/// Requests that were never understood, by what was wrong with them.
[[nodiscard]] readings read_rejections(const metrics::registry& registry);

/// Requests by client, of deployments that have clients. `counts` is what was shown before.
[[nodiscard]] readings read_clients(const serving_table& table, const metrics::registry& registry,
                                    client_counts_by_deployment& counts);

}  // namespace modelgate::server
