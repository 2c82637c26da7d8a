#include "gateway/server/limits_builder.hpp"

#include <map>
#include <string_view>

namespace modelgate::server {

using filter::traffic_meter_ptr;

filter::traffic_limits_ptr limits_builder::build(const config::deployment_config& deployment) {
  traffic_meter_ptr of_deployment;
  std::map<std::string_view, traffic_meter_ptr> of_clients;
  const std::uint32_t before = from_.earlier.routes.find(deployment.id);
  if (before != routing::route_table::none && from_.earlier.entries[before]->limits) {
    const filter::traffic_limits& old = *from_.earlier.entries[before]->limits;
    const config::deployment_config& earlier = from_.earlier.routes.at(before).deployment();
    of_deployment = old.deployment;
    for (std::size_t i = 0; i < old.clients.size(); ++i) of_clients.emplace(earlier.clients[i].name, old.clients[i]);
  }

  filter::traffic_limits made;
  made.deployment = meter(deployment.serving.limit, of_deployment);
  made.group = group_meter(deployment);
  const config::traffic_limit& each = deployment.serving.client_limit;
  if (deployment.access == config::access_type::clients && !each.bounds_nothing()) {
    made.clients.reserve(deployment.clients.size());
    for (const config::client_credential& client : deployment.clients) {
      const auto known = of_clients.find(client.name);
      made.clients.push_back(meter(each, known == of_clients.end() ? nullptr : known->second));
    }
  }
  if (made.bound_nothing()) return nullptr;
  return std::make_shared<const filter::traffic_limits>(std::move(made));
}

traffic_meter_ptr limits_builder::meter(const config::traffic_limit& limit, const traffic_meter_ptr& before) const {
  if (limit.bounds_nothing()) return nullptr;
  if (!before) return std::make_shared<filter::traffic_meter>(limit, from_.workers);
  if (before->limit() == limit) return before;
  return std::make_shared<filter::traffic_meter>(limit, *before, now_);
}

traffic_meter_ptr limits_builder::group_meter(const config::deployment_config& deployment) {
  if (deployment.group_limit.bounds_nothing()) return nullptr;
  auto& known = table_.groups[deployment.group];
  traffic_meter_ptr shared = meter(deployment.group_limit, known.lock());
  known = shared;
  return shared;
}

}  // namespace modelgate::server
