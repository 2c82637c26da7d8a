#include "gateway/server/serving_table.hpp"

#include <algorithm>

namespace modelgate::server {
namespace {

upstream::endpoint_ptr find_endpoint(const serving_entry* entry, const config::endpoint_config& wanted) {
  if (entry == nullptr) return nullptr;
  for (const upstream::endpoint_ptr& each : entry->endpoints) {
    if (each->config() == wanted) return each;
  }
  return nullptr;
}

std::shared_ptr<const serving_entry> make_entry(const config::deployment_config& deployment,
                                                const serving_entry* before, metrics::registry& registry) {
  auto entry = std::make_shared<serving_entry>();
  entry->stats = registry.deployment(deployment.id);
  entry->stats->set_predictor_version(deployment.predictor_version);
  static_cast<void>(entry->stats->index_of({deployment.model_image, deployment.model_version}));
  entry->endpoints.reserve(deployment.endpoints.size());
  for (const config::endpoint_config& wanted : deployment.endpoints) {
    upstream::endpoint_ptr endpoint = find_endpoint(before, wanted);
    if (!endpoint) {
      const metrics::model_index model = entry->stats->index_of({wanted.model_image, wanted.model_version});
      endpoint = std::make_shared<upstream::endpoint>(wanted, model);
    }
    entry->endpoints.push_back(std::move(endpoint));
  }
  return entry;
}

}  // namespace

std::shared_ptr<const serving_table> build_serving_table(const config::snapshot& snapshot, const serving_table& earlier,
                                                         metrics::registry& registry,
                                                         const crypto::token_key& token_key) {
  auto table = std::make_shared<serving_table>();
  table->token_key = &token_key;
  table->generation = snapshot.generation;
  table->routes = routing::route_table{snapshot, earlier.routes};
  table->entries.reserve(snapshot.deployments.size());
  std::vector<std::string> ids;
  ids.reserve(snapshot.deployments.size());
  for (const config::deployment_config_ptr& deployment : snapshot.deployments) {
    ids.push_back(deployment->id);
    const std::uint32_t before = earlier.routes.find(deployment->id);
    if (before == routing::route_table::none) {
      table->entries.push_back(make_entry(*deployment, nullptr, registry));
    } else if (earlier.routes.at(before).source() == deployment) {
      table->entries.push_back(earlier.entries[before]);
    } else {
      table->entries.push_back(make_entry(*deployment, earlier.entries[before].get(), registry));
    }
  }
  std::sort(ids.begin(), ids.end());
  registry.keep_only(ids);
  return table;
}

}  // namespace modelgate::server
