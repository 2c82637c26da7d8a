#include "control/service/client_service.hpp"

#include "control/domain/account_document.hpp"
#include "control/domain/limits.hpp"
#include "control/service/visible_deployment.hpp"
#include "control/store/client_store.hpp"

#include "modelgate/base/log.hpp"

namespace modelgate::control::service {

answer<std::vector<client_view>> client_service::list(const domain::principal& who,
                                                      const std::string& deployment) const {
  auto clients = context_.database.read([&](store::transaction& within) -> answer<std::vector<domain::client>> {
    if (const auto stored = find_visible(within, who, deployment); !stored) return stored.error();
    return store::client_store{within}.list(deployment);
  });
  if (!clients) return clients.error();

  const config::observation seen = context_.observe_gateway ? context_.observe_gateway() : config::observation{};
  std::vector<client_view> views;
  for (domain::client& client : *clients) {
    client_view view{std::move(client), std::nullopt};
    for (const config::client_last_use& use : seen.clients) {
      if (use.deployment == deployment && use.client == view.client.name) view.last_used_at = use.at;
    }
    views.push_back(std::move(view));
  }
  return views;
}

answer<created_client> client_service::add(const domain::principal& who, const std::string& deployment,
                                           const boost::json::value& document,
                                           const remember<domain::client>& remember_it) const {
  const auto draft = domain::read_client(document, context_.now());
  crypto::secret token = crypto::generate_token(crypto::token_kind::client);
  domain::client client;
  client.name = draft.value.name;
  client.digest = context_.key.hash(token.reveal());
  client.prefix = crypto::display_prefix(token.reveal());
  client.created_at = context_.now();
  client.created_by = who.user;
  client.expires_at = draft.value.expires_at;

  const auto done = context_.database.write([&](store::transaction& within) -> answer<void> {
    if (const auto stored = find_changeable(within, who, deployment); !stored) return stored.error();
    if (!draft.ok()) return invalid(draft.mistakes);
    store::client_store clients{within};
    if (clients.exists(deployment, client.name)) {
      return service_error{failure::conflict, "Resource name already exist: there is a client \"" + client.name
                                                  + "\"; delete it first, or choose another name"};
    }
    if (clients.count(deployment) >= domain::limits::clients_per_deployment) {
      return service_error{failure::conflict, "the deployment has "
                                                  + std::to_string(domain::limits::clients_per_deployment)
                                                  + " clients, which is as many as there may be"};
    }
    clients.insert(deployment, client);
    if (remember_it) remember_it(within, client);
    return {};
  });
  if (!done) return done.error();
  return created_client{std::move(client), std::move(token), publish()};
}

answer<bool> client_service::remove(const domain::principal& who, const std::string& deployment,
                                    const std::string& name) const {
  const auto done = context_.database.write([&](store::transaction& within) -> answer<void> {
    if (const auto stored = find_changeable(within, who, deployment); !stored) return stored.error();
    if (!store::client_store{within}.erase(deployment, name)) return not_found("client", name);
    return {};
  });
  if (!done) return done.error();
  return publish();
}

bool client_service::publish() const {
  const bool live = context_.reconciler.publish_and_wait(steady_clock::now() + context_.publish_timeout);
  if (!live) log::warning("service", "a change of clients is stored but not live on every worker yet");
  return live;
}

}  // namespace modelgate::control::service
