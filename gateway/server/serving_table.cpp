#include "gateway/server/serving_table.hpp"

#include "gateway/server/limits_builder.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace modelgate::server {
namespace {

upstream::endpoint_ptr find_endpoint(const std::string& deployment, const serving_entry* before,
                                     const config::endpoint_config& wanted, const table_sources& from) {
  if (before == nullptr) return nullptr;  // new, perhaps under an old id: nothing of that is the same
  for (const upstream::endpoint_ptr& each : before->endpoints) {
    if (each->config() == wanted) return each;
  }
  for (const departed_endpoint& each : from.departed) {
    if (each.deployment == deployment && each.endpoint->config() == wanted) return each.endpoint;
  }
  return nullptr;
}

/// What replicas of the deployment have learnt: the lower median, so that neither one that has just begun nor one that
/// is better than the others tells it.
std::optional<std::uint32_t> learnt_by(const serving_entry* before) {
  if (before == nullptr) return std::nullopt;
  std::vector<std::uint32_t> limits;
  for (const upstream::endpoint_ptr& each : before->endpoints) {
    if (const auto limit = each->learnt_limit()) limits.push_back(*limit);
  }
  if (limits.empty()) return before->learnt;
  const auto middle = limits.begin() + (std::ssize(limits) - 1) / 2;
  std::nth_element(limits.begin(), middle, limits.end());
  return *middle;
}

std::shared_ptr<const serving_entry> make_entry(const config::deployment_config& deployment,
                                                const serving_entry* before, const table_sources& from,
                                                limits_builder& limits) {
  auto entry = std::make_shared<serving_entry>();
  entry->stats = from.registry.deployment(deployment.id);
  entry->stats->set_predictor_version(deployment.predictor_version);
  entry->model = entry->stats->index_of({deployment.model_image, deployment.model_version});
  entry->queue = before != nullptr ? before->queue : std::make_shared<upstream::dispatch_queue>(from.ejection);
  entry->retry_budget = before != nullptr ? before->retry_budget : std::make_shared<upstream::retry_budget>();
  entry->learnt = learnt_by(before);
  entry->endpoints.reserve(deployment.endpoints.size());
  for (config::endpoint_config wanted : deployment.endpoints) {
    // It is the same replica also when another number is declared.
    const auto declared = std::exchange(wanted.concurrency, std::nullopt);
    upstream::endpoint_ptr endpoint = find_endpoint(deployment.id, before, wanted, from);
    if (endpoint) {
      endpoint->declare(declared);
    } else {
      const metrics::model_index model = entry->stats->index_of({wanted.model_image, wanted.model_version});
      endpoint = std::make_shared<upstream::endpoint>(
          std::move(wanted), model, declared, from.earlier.generation > 0 ? from.ramp_time : decltype(from.ramp_time){},
          entry->stats->number_replica(), from.workers, entry->learnt.value_or(upstream::concurrency_limit::first));
    }
    entry->endpoints.push_back(std::move(endpoint));
  }
  std::vector<metrics::model_index> serving{entry->model};
  for (const upstream::endpoint_ptr& each : entry->endpoints) serving.push_back(each->model());
  entry->stats->set_serving(std::move(serving));
  if (deployment.state == config::deployment_state::serving) entry->stats->set_has_loaded();
  if (!entry->endpoints.empty()) entry->stats->set_has_served();
  entry->limits = limits.build(deployment);
  entry->stats->set_limited(entry->limits != nullptr);
  return entry;
}

}  // namespace

std::shared_ptr<const serving_table> build_serving_table(const config::snapshot_ptr& snapshot,
                                                         const table_sources& from) {
  auto table = std::make_shared<serving_table>();
  table->token_key = &from.token_key;
  table->generation = snapshot->generation;
  table->routes = routing::route_table{snapshot, from.earlier.routes, from.workers};
  table->entries = from.earlier.entries;
  table->entries.grow_to(table->routes.size());
  table->groups = from.earlier.groups;
  limits_builder limits{*table, from};
  // One that has gone leaves its place, perhaps to one that comes in this table.
  const auto goes_on = [&](std::uint32_t place) {
    return place < from.earlier.entries.size() && from.earlier.entries[place] && table->routes.shared_at(place)
           && from.earlier.routes.at(place).deployment().id == table->routes.at(place).deployment().id;
  };
  for (const std::uint32_t place : table->routes.changes()) {
    const serving_entry* before = table->entries[place].get();
    if (before != nullptr && !goes_on(place)) {
      const std::string& gone = from.earlier.routes.at(place).deployment().id;
      if (table->routes.find(gone) == routing::route_table::none) from.registry.forget(gone);
      before = nullptr;
    }
    std::shared_ptr<const serving_entry> entry;
    if (table->routes.shared_at(place)) entry = make_entry(table->routes.at(place).deployment(), before, from, limits);
    table->entries.set(place, std::move(entry));
  }
  std::erase_if(table->groups, [](const auto& group) { return group.second.expired(); });
  return table;
}

}  // namespace modelgate::server
