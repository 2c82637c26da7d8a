#include "control/service/client_service.hpp"

#include "control/domain/account_document.hpp"
#include "control/domain/limits.hpp"
#include "control/service/visible_deployment.hpp"
#include "control/store/client_store.hpp"

#include "modelgate/base/log.hpp"

#include <algorithm>
#include <unordered_map>

namespace modelgate::control::service {

answer<std::vector<client_view>> client_service::list(const domain::principal& who,
                                                      const std::string& deployment) const {
  auto clients = context_.database.read([&](store::transaction& within) -> answer<std::vector<domain::client>> {
    if (const auto stored = find_visible(within, who, deployment); !stored) return stored.error();
    return store::client_store{within}.list(deployment);
  });
  if (!clients) return clients.error();

  return views_of(deployment, std::move(*clients));
}

/// With what the gateway has seen since the last time that it was stored.
std::vector<client_view> client_service::views_of(const std::string& deployment,
                                                  std::vector<domain::client> clients) const {
  const config::observation seen = context_.observe_gateway ? context_.observe_gateway() : config::observation{};
  std::vector<client_view> views;
  for (domain::client& client : clients) {
    client_view view{std::move(client), std::nullopt};
    view.last_used_at = view.client.last_used_at;
    for (const config::client_last_use& use : seen.clients) {
      if (use.deployment != deployment || use.client != view.client.name) continue;
      view.last_used_at = std::max(view.last_used_at.value_or(use.at), use.at);
    }
    views.push_back(std::move(view));
  }
  return views;
}

answer<client_view> client_service::get(const domain::principal& who, const std::string& deployment,
                                        const std::string& name) const {
  auto client = context_.database.read([&](store::transaction& within) -> answer<domain::client> {
    if (const auto stored = find_visible(within, who, deployment); !stored) return stored.error();
    auto found = store::client_store{within}.find(deployment, name);
    if (!found) return not_found("client", name);
    return std::move(*found);
  });
  if (!client) return client.error();
  std::vector<domain::client> one;
  one.push_back(std::move(*client));
  return std::move(views_of(deployment, std::move(one)).front());
}

answer<created_client> client_service::rotate(const domain::principal& who, const std::string& deployment,
                                              const std::string& name, const boost::json::value& document,
                                              const remember<domain::client>& remember_it) const {
  const system_time now = context_.now();
  const auto asked = domain::read_rotation(document, now);
  crypto::secret token = crypto::generate_token(crypto::token_kind::client);
  auto rotated = context_.database.write([&](store::transaction& within) -> answer<domain::client> {
    if (const auto stored = find_changeable(within, who, deployment); !stored) return stored.error();
    store::client_store clients{within};
    auto client = clients.find(deployment, name);
    if (!client) return not_found("client", name);
    if (!asked.ok()) return invalid(asked.mistakes);
    // One overlap at a time: a token from before the last rotation ends with this one.
    client->previous.reset();
    const bool held = !client->expires_at || *client->expires_at > now;
    if (asked.value.overlap.count() > 0 && held) {
      const system_time until = now + asked.value.overlap;
      client->previous = {client->digest, std::min(until, client->expires_at.value_or(until))};
    }
    client->digest = context_.key.hash(token.reveal());
    client->prefix = crypto::display_prefix(token.reveal());
    // An expiry that has passed was the old token's.
    if (asked.value.expires_at)
      client->expires_at = *asked.value.expires_at;
    else if (!held)
      client->expires_at.reset();
    clients.update(deployment, *client);
    if (remember_it) remember_it(within, *client);
    return std::move(*client);
  });
  if (!rotated) return rotated.error();
  return created_client{std::move(*rotated), std::move(token), publish()};
}

answer<client_service::changed_client> client_service::patch(const domain::principal& who,
                                                             const std::string& deployment, const std::string& name,
                                                             const boost::json::value& patch) const {
  const auto asked = domain::read_client_patch(patch, context_.now());
  auto changed = context_.database.write([&](store::transaction& within) -> answer<domain::client> {
    if (const auto stored = find_changeable(within, who, deployment); !stored) return stored.error();
    store::client_store clients{within};
    auto client = clients.find(deployment, name);
    if (!client) return not_found("client", name);
    if (!asked.ok()) return invalid(asked.mistakes);
    if (asked.value.expires_at) client->expires_at = *asked.value.expires_at;
    client->disabled = asked.value.disabled.value_or(client->disabled);
    clients.update(deployment, *client);
    return std::move(*client);
  });
  if (!changed) return changed.error();
  const bool live = publish();
  std::vector<domain::client> one;
  one.push_back(std::move(*changed));
  return changed_client{std::move(views_of(deployment, std::move(one)).front()), live};
}

void client_service::store_last_use() const {
  if (!context_.observe_gateway) return;
  const auto stored = context_.database.read(
      [](store::transaction& within) -> answer<std::unordered_map<std::string, std::vector<domain::client>>> {
        return store::client_store{within}.list_all();
      });
  if (!stored) return;  // the next time will do
  std::vector<config::client_last_use> fresh;
  for (config::client_last_use& use : context_.observe_gateway().clients) {
    const auto of = stored->find(use.deployment);
    if (of == stored->end()) continue;
    const auto known = std::find_if(of->second.begin(), of->second.end(),
                                    [&](const domain::client& each) { return each.name == use.client; });
    if (known == of->second.end() || (known->last_used_at && *known->last_used_at >= use.at)) continue;
    fresh.push_back(std::move(use));
  }
  if (fresh.empty()) return;
  const auto written = context_.database.write([&](store::transaction& within) -> answer<void> {
    store::client_store clients{within};
    for (const config::client_last_use& use : fresh) clients.note_use(use.deployment, use.client, use.at);
    return {};
  });
  if (!written) log::warning("service", "when clients were last seen could not be stored; it is tried again");
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
  client.disabled = draft.value.disabled;

  const auto done = context_.database.write([&](store::transaction& within) -> answer<void> {
    if (const auto stored = find_changeable(within, who, deployment); !stored) return stored.error();
    if (!draft.ok()) return invalid(draft.mistakes);
    store::client_store clients{within};
    if (clients.exists(deployment, client.name)) {
      return service_error{failure::conflict, "Resource name already exist: there is a client \"" + client.name
                                                  + "\"; rotate its token, or choose another name"};
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
