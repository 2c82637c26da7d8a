#pragma once

#include "gateway/filter/admission.hpp"
#include "gateway/routing/route_table.hpp"
#include "gateway/upstream/dispatch_queue.hpp"
#include "gateway/upstream/endpoint.hpp"
#include "gateway/upstream/retry_budget.hpp"

#include "modelgate/config/snapshot.hpp"
#include "modelgate/metrics/registry.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace modelgate::server {

/// One deployment as the workers serve it.
struct serving_entry {
  std::shared_ptr<metrics::deployment_stats> stats;
  metrics::model_index model = 0;  ///< that is to serve, also while no replica does
  std::vector<upstream::endpoint_ptr> endpoints;
  filter::traffic_limits_ptr limits;  ///< null: none
  /// How many requests at a time its replicas had learnt to take when the table was made, or the last that did; absent:
  /// none ever learnt.
  std::optional<std::uint32_t> learnt;
  // The same for as long as the deployment exists:
  std::shared_ptr<upstream::dispatch_queue> queue;
  std::shared_ptr<upstream::retry_budget> retry_budget;
};

/// A snapshot made ready for the workers.
///
/// Shape: immutable; built by the publisher off the workers. Entries and routes of deployments that did not change are
///        shared with the table before, at the same places; `routes.changes()` names the others. A replica keeps its
///        endpoint, and with it its count of requests in flight, for as long as it is published, and also when it comes
///        back while requests from before are still on it. What limits have counted goes on from table to table, also
///        when the limits themselves change.
struct serving_table {
  std::uint64_t generation = 0;
  const crypto::token_key* token_key = nullptr;  ///< outlives every worker
  routing::route_table routes;
  routing::place_list<std::shared_ptr<const serving_entry>> entries;  ///< at the places of `routes`; null: free
  /// Of groups with a limit; the entries hold them.
  std::map<std::string, filter::traffic_meter_ptr::weak_type> groups;
};

/// One worker's hold on a table: what of its routes is used beyond the first wait stays for as long as a request has it.
///
/// Shape: worker-local; one for each table that the worker has had and that requests are still under way from.
struct held_table : boost::intrusive_ref_counter<held_table, boost::thread_unsafe_counter> {
  explicit held_table(std::shared_ptr<const serving_table> of) noexcept : table{std::move(of)} {}

  const std::shared_ptr<const serving_table> table;
};
using held_table_ptr = boost::intrusive_ptr<held_table>;

/// A replica that left the snapshot while requests were on it.
struct departed_endpoint {
  std::string deployment;
  upstream::endpoint_ptr endpoint;
  std::uint64_t gone_since = 0;  ///< the generation without it: until that is live everywhere, it may still be chosen
};

/// What the next table is made from, beside the snapshot.
struct table_sources {
  const serving_table& earlier;
  std::span<const departed_endpoint> departed;
  metrics::registry& registry;
  const crypto::token_key& token_key;
  std::size_t workers;
  upstream::ejection_rules ejection = {};   ///< of deployments that are new
  std::chrono::nanoseconds ramp_time = {};  ///< of replicas that are new; those of the first table have been serving
};

[[nodiscard]] std::shared_ptr<const serving_table> build_serving_table(const config::snapshot_ptr& snapshot,
                                                                       const table_sources& from);

}  // namespace modelgate::server
