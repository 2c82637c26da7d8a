#include "control/service/watch_service.hpp"

#include "control/store/client_store.hpp"
#include "control/store/deployment_store.hpp"
#include "control/store/group_store.hpp"
#include "control/store/instance_type_store.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace modelgate::control::service {

answer<watch_service::stored> watch_service::read() const {
  return context_.database.read([](store::transaction& within) -> answer<stored> {
    stored all;
    const store::deployment_store deployments{within};
    auto clients = store::client_store{within}.list_all();
    for (store::stored_deployment& each : deployments.list_all()) {
      all.clients.push_back(std::move(clients[each.deployment.id]));
      all.refusals.push_back(std::move(each.refusal));
      all.deployments.push_back(std::move(each.deployment));
    }
    for (domain::group& group : store::group_store{within}.list()) {
      const auto usage = deployments.usage_of(group.name);
      all.groups.push_back({std::move(group), usage});
    }
    all.instance_types = store::instance_type_store{within}.list();
    return all;
  });
}

answer<watched_state> watch_service::look(bool store_changed) {
  if (store_changed || !stored_) {
    stored_.reset();
    auto all = read();
    if (!all) return all.error();
    stored_ = std::move(*all);
  }
  std::vector<reconcile::status_question> questions;
  for (std::size_t i = 0; i < stored_->deployments.size(); ++i) {
    questions.push_back({stored_->deployments[i], stored_->refusals[i]});
  }
  std::vector<domain::deployment_status> statuses = context_.reconciler.statuses_of(questions);

  const config::observation seen = context_.observe_gateway ? context_.observe_gateway() : config::observation{};
  std::map<std::pair<std::string_view, std::string_view>, system_time> last_uses;
  for (const config::client_last_use& use : seen.clients) {
    system_time& latest = last_uses[{use.deployment, use.client}];
    latest = std::max(latest, use.at);  // one client may have two tokens for a while
  }

  watched_state state;
  state.groups = stored_->groups;
  state.instance_types = stored_->instance_types;
  for (std::size_t i = 0; i < stored_->deployments.size(); ++i) {
    const domain::deployment& deployment = stored_->deployments[i];
    watched_deployment watched{{deployment, std::move(statuses[i])}, {}};
    for (const domain::client& client : stored_->clients[i]) {
      const auto used = last_uses.find({deployment.id, client.name});
      std::optional<system_time> last = client.last_used_at;
      if (used != last_uses.end()) last = std::max(last.value_or(used->second), used->second);
      watched.clients.push_back({client, last});
    }
    state.deployments.push_back(std::move(watched));
  }
  return state;
}

}  // namespace modelgate::control::service
