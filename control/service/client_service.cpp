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

bool client_service::is_of_then(const domain::principal& who, const std::string& deployment, system_time then) const {
  const auto same = context_.database.read([&](store::transaction& within) -> answer<bool> {
    const auto stored = find_visible(within, who, deployment);
    if (!stored) return stored.error();
    return stored->deployment.created_at <= then;
  });
  return same && *same;
}

answer<std::vector<std::string>> client_service::names(const domain::principal& who,
                                                       const std::string& deployment) const {
  return context_.database.read([&](store::transaction& within) -> answer<std::vector<std::string>> {
    if (const auto stored = find_visible(within, who, deployment); !stored) return stored.error();
    std::vector<std::string> found;
    for (domain::client& each : store::client_store{within}.list(deployment)) found.push_back(std::move(each.name));
    return found;
  });
}

/// With what the gateway has seen since the last time that it was stored.
std::vector<client_view> client_service::views_of(const std::string& deployment,
                                                  std::vector<domain::client> clients) const {
  const config::observation seen =
      context_.observe_clients ? context_.observe_clients(deployment) : config::observation{};
  const seen_clients uses{seen};
  std::vector<client_view> views;
  for (domain::client& client : clients) {
    client_view view{std::move(client), {}, 0};
    view.last_used_at = view.client.last_used_at;
    const config::client_use* use = uses.find(deployment, view.client);
    if (use != nullptr) view.last_used_at = std::max(view.last_used_at.value_or(use->at), use->at);
    view.requests = context_.ledger->total(deployment, view.client, use == nullptr ? 0 : use->requests);
    views.push_back(std::move(view));
  }
  return views;
}

client_view client_service::view_of(const std::string& deployment, domain::client client) const {
  std::vector<domain::client> one;
  one.push_back(std::move(client));
  return std::move(views_of(deployment, std::move(one)).front());
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
  return view_of(deployment, std::move(*client));
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
    if (client->foreign_hash && asked.value.overlap.count() > 0) {
      return service_error{failure::conflict,
                           "its imported password was never used here, so it cannot hold beside a token; rotate "
                           "without an overlap, or after it was used"};
    }
    // One overlap at a time, and what was promised for it holds.
    if (asked.value.overlap.count() > 0 && client->previous && client->previous->until > now) {
      return service_error{failure::conflict, "the token from before its last rotation holds until "
                                                  + format_rfc3339(client->previous->until)
                                                  + ", as was promised then; rotate after that, or without an overlap, "
                                                    "which ends both old tokens at once"};
    }
    client->previous.reset();
    const bool held = !client->expires_at || *client->expires_at > now;
    if (asked.value.overlap.count() > 0 && held) {
      const system_time until = now + asked.value.overlap;
      client->previous = {client->digest, std::min(until, client->expires_at.value_or(until)), client->is_password};
    }
    client->is_password = false;
    client->foreign_hash.reset();
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
  const client_view seen = view_of(deployment, *rotated);
  rotated->last_used_at = seen.last_used_at;
  rotated->requests = seen.requests;
  return created_client{std::move(*rotated), std::move(token), publish()};
}

answer<client_service::changed_client> client_service::patch(const domain::principal& who,
                                                             const std::string& deployment, const std::string& name,
                                                             const boost::json::value& patch,
                                                             const remember<client_view>& remember_it) const {
  const auto asked = domain::read_client_patch(patch, context_.now());
  auto changed = context_.database.write([&](store::transaction& within) -> answer<client_view> {
    if (const auto stored = find_changeable(within, who, deployment); !stored) return stored.error();
    store::client_store clients{within};
    auto client = clients.find(deployment, name);
    if (!client) return not_found("client", name);
    if (!asked.ok()) return invalid(asked.mistakes);
    if (asked.value.expires_at) client->expires_at = *asked.value.expires_at;
    client->disabled = asked.value.disabled.value_or(client->disabled);
    clients.update(deployment, *client);
    client_view view = view_of(deployment, std::move(*client));
    if (remember_it) remember_it(within, view);
    return view;
  });
  if (!changed) return changed.error();
  return changed_client{std::move(*changed), publish()};
}

void client_service::store_seen() const {
  if (!context_.observe_gateway) return;
  const config::observation seen = context_.observe_gateway();
  store_passwords(seen.passwords);
  store_uses(seen);
}

/// Only the hash that was compared is replaced: the client may have another password, or a token, by now.
void client_service::store_passwords(const std::vector<config::proven_password>& proven) const {
  if (proven.empty()) return;
  const auto stored = context_.database.write([&](store::transaction& within) -> answer<bool> {
    store::client_store clients{within};
    bool changed = false;
    for (const config::proven_password& each : proven) {
      changed = clients.prove_password(each.deployment, each.client, each.foreign_hash, each.digest) || changed;
    }
    return changed;
  });
  if (stored && *stored) context_.reconciler.wake();  // its pass publishes them
  if (!stored) log::warning("service", "imported passwords that were shown could not be stored; it is tried again");
}

void client_service::store_uses(const config::observation& seen) const {
  const auto stored = context_.database.read([](store::transaction& within) -> answer<client_ledger::stored_clients> {
    return store::client_store{within}.list_all();
  });
  if (!stored) return;  // the next time will do
  context_.ledger->keep_only(*stored);
  struct fresh_use {
    const std::string* deployment;
    const domain::client* client;
    system_time at;
    std::uint64_t requests;
  };
  const seen_clients uses{seen};
  std::vector<fresh_use> fresh;
  for (const auto& [deployment, clients] : *stored) {
    for (const domain::client& client : clients) {
      const config::client_use* use = uses.find(deployment, client);
      if (use == nullptr) continue;
      const std::uint64_t requests = context_.ledger->total_to_store(deployment, client, use->requests);
      if (requests == client.requests && client.last_used_at && *client.last_used_at >= use->at) continue;
      fresh.push_back({&deployment, &client, use->at, requests});
    }
  }
  if (fresh.empty()) return;
  const auto written = context_.database.write([&](store::transaction& within) -> answer<void> {
    store::client_store clients{within};
    for (const fresh_use& use : fresh) clients.note_use(*use.deployment, *use.client, use.at, use.requests);
    return {};
  });
  if (!written) log::warning("service", "what clients did could not be stored; it is tried again");
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
                                    const std::string& name, const remember<std::string>& remember_it) const {
  const auto done = context_.database.write([&](store::transaction& within) -> answer<void> {
    if (const auto stored = find_changeable(within, who, deployment); !stored) return stored.error();
    if (!store::client_store{within}.erase(deployment, name)) return not_found("client", name);
    if (remember_it) remember_it(within, name);
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
