#include "gateway/routing/route_table.hpp"

#include <algorithm>
#include <atomic>

namespace modelgate::routing {
namespace {

std::uint64_t next_number() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace

const route_client* route_password::client_with(const crypto::token_digest& shown) const noexcept {
  const crypto::token_digest* holds = unproven ? unproven->proven() : &digest;
  if (client != nullptr && holds != nullptr && holds->equal(shown)) return client;
  return before != nullptr && digest_before.equal(shown) ? before : nullptr;
}

route::route(config::deployment_config_ptr deployment, std::size_t workers, const route* earlier)
    : number_{next_number()}, deployment_{std::move(deployment)} {
  clients_.reserve(deployment_->clients.size());
  by_token_.reserve(deployment_->clients.size());
  for (const config::client_credential& credential : deployment_->clients) add(credential, workers, earlier);
}

std::shared_ptr<client_usage> route::usage_of(const config::client_credential& credential, std::size_t workers,
                                              const route* earlier) {
  if (earlier != nullptr) {
    const auto before = earlier->by_name_.find(credential.name);
    if (before != earlier->by_name_.end() && before->second->usage->created_at() == credential.created_at)
      return before->second->usage;
  }
  return std::make_shared<client_usage>(workers, credential.created_at);
}

void route::add(const config::client_credential& credential, std::size_t workers, const route* earlier) {
  const route_client* client =
      clients_
          .emplace_back(new route_client{credential.name, credential.expires_at, clients_.size(),
                                         usage_of(credential, workers, earlier), credential.is_disabled})
          .get();
  by_name_.emplace(client->name, client);
  if (credential.is_disabled) return;

  route_password password;
  if (credential.is_password) {
    password.client = client;
    password.digest = credential.digest;
    if (!credential.foreign_hash.empty()) {
      const route_password* before = earlier == nullptr ? nullptr : earlier->find_password(credential.name);
      const bool goes_on = before != nullptr && before->unproven && before->unproven->hash() == credential.foreign_hash;
      password.unproven =
          goes_on ? before->unproven : std::make_shared<crypto::unproven_password>(credential.foreign_hash);
    }
  } else {
    by_token_.emplace(credential.digest, client);
  }
  if (credential.previous) {
    const system_time until = std::min(credential.previous->until, credential.expires_at.value_or(system_time::max()));
    const route_client* before =
        rotated_.emplace_back(new route_client{client->name, until, client->place, client->usage}).get();
    if (credential.previous->is_password) {
      password.before = before;
      password.digest_before = credential.previous->digest;
    } else {
      by_token_.emplace(credential.previous->digest, before);
    }
  }
  if (password.client != nullptr || password.before != nullptr) passwords_.emplace(client->name, std::move(password));
}

const route_client* route::find_client(const crypto::token_digest& digest) const noexcept {
  const auto found = by_token_.find(digest);
  return found == by_token_.end() ? nullptr : found->second;
}

const route_client* route::find_client(std::string_view name) const noexcept {
  if (name.empty()) return nullptr;
  const auto found = by_name_.find(name);
  return found == by_name_.end() || found->second->is_disabled ? nullptr : found->second;
}

const route_password* route::find_password(std::string_view name) const noexcept {
  if (passwords_.empty()) return nullptr;
  const auto found = passwords_.find(name);
  return found == passwords_.end() ? nullptr : &found->second;
}

route_table::route_table(const config::snapshot& snapshot, const route_table& earlier, std::size_t workers) {
  routes_.reserve(snapshot.deployments.size());
  by_id_.reserve(snapshot.deployments.size());
  for (const config::deployment_config_ptr& deployment : snapshot.deployments) {
    const std::uint32_t before = earlier.find(deployment->id);
    if (before != none && earlier.shared_at(before)->source() == deployment) {
      routes_.push_back(earlier.shared_at(before));
    } else {
      routes_.push_back(std::make_shared<route>(deployment, workers, before == none ? nullptr : &earlier.at(before)));
    }
    by_id_.emplace(routes_.back()->deployment().id, static_cast<std::uint32_t>(routes_.size() - 1));
  }
}

std::uint32_t route_table::find(std::string_view id) const noexcept {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? none : found->second;
}

}  // namespace modelgate::routing
