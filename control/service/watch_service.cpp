#include "control/service/watch_service.hpp"

#include "control/store/access_token_store.hpp"
#include "control/store/client_store.hpp"
#include "control/store/deployment_store.hpp"
#include "control/store/group_store.hpp"
#include "control/store/instance_type_store.hpp"
#include "control/store/user_store.hpp"

#include <algorithm>
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
    all.users = store::user_store{within}.list();
    all.tokens = store::access_token_store{within}.list(std::nullopt);
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
  const seen_clients uses{seen};

  watched_state state;
  state.groups = stored_->groups;
  state.instance_types = stored_->instance_types;
  state.users = stored_->users;
  state.tokens = stored_->tokens;
  for (std::size_t i = 0; i < stored_->deployments.size(); ++i) {
    const domain::deployment& deployment = stored_->deployments[i];
    watched_deployment watched{{deployment, std::move(statuses[i])}, {}};
    for (const domain::client& client : stored_->clients[i]) {
      const config::client_use* use = uses.find(deployment.id, client);
      std::optional<system_time> last = client.last_used_at;
      if (use != nullptr) last = std::max(last.value_or(use->at), use->at);
      // As it was stored last: what grows with every request would be an event with every look.
      watched.clients.push_back({client, last, client.requests});
    }
    state.deployments.push_back(std::move(watched));
  }
  return state;
}

}  // namespace modelgate::control::service
