#include "gateway/routing/route_table.hpp"

#include <algorithm>

namespace modelgate::routing {

route::route(config::deployment_config_ptr deployment) : deployment_{std::move(deployment)} {
  clients_.reserve(deployment_->clients.size());
  for (const config::client_credential& credential : deployment_->clients) {
    auto client = std::make_unique<route_client>();
    client->name = credential.name;
    client->expires_at = credential.expires_at;
    client->place = static_cast<std::size_t>(&credential - deployment_->clients.data());
    by_name_.emplace(client->name, client.get());
    if (credential.previous) {
      auto before = std::make_unique<route_client>();
      before->name = credential.name;
      before->expires_at = std::min(credential.previous->until, credential.expires_at.value_or(system_time::max()));
      before->place = client->place;
      clients_.emplace(credential.previous->digest, std::move(before));
    }
    clients_.emplace(credential.digest, std::move(client));
  }
}

const route_client* route::find_client(const crypto::token_digest& digest) const noexcept {
  const auto found = clients_.find(digest);
  return found == clients_.end() ? nullptr : found->second.get();
}

const route_client* route::find_client(std::string_view name) const noexcept {
  if (name.empty()) return nullptr;
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

void route::inherit_last_use(const route& earlier) noexcept {
  for (const auto& [digest, client] : clients_) {
    const route_client* before = earlier.find_client(digest);
    if (before == nullptr) before = earlier.find_client(client->name);
    if (before == nullptr) continue;
    client->last_used_minute.store(before->last_used_minute.load(std::memory_order_relaxed), std::memory_order_relaxed);
  }
}

route_table::route_table(const config::snapshot& snapshot, const route_table& earlier) {
  routes_.reserve(snapshot.deployments.size());
  by_id_.reserve(snapshot.deployments.size());
  for (const config::deployment_config_ptr& deployment : snapshot.deployments) {
    const std::uint32_t before = earlier.find(deployment->id);
    if (before != none && earlier.shared_at(before)->source() == deployment) {
      routes_.push_back(earlier.shared_at(before));
    } else {
      auto made = std::make_shared<route>(deployment);
      if (before != none) made->inherit_last_use(earlier.at(before));
      routes_.push_back(std::move(made));
    }
    by_id_.emplace(routes_.back()->deployment().id, static_cast<std::uint32_t>(routes_.size() - 1));
  }
}

std::uint32_t route_table::find(std::string_view id) const noexcept {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? none : found->second;
}

}  // namespace modelgate::routing
