#include "gateway/routing/route_table.hpp"

#include <boost/unordered/unordered_flat_set.hpp>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <utility>

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

route_table::route_table(config::snapshot_ptr snapshot, const route_table& earlier, std::size_t workers)
    : snapshot_{std::move(snapshot)}, routes_{earlier.routes_}, free_{earlier.free_}, by_id_{earlier.by_id_} {
  static const std::vector<config::deployment_config_ptr> nothing;
  const auto& now = snapshot_->deployments;
  const auto& before = earlier.snapshot_ ? earlier.snapshot_->deployments : nothing;
  // What is the same at both ends needs no look-up.
  const auto [begin, begin_before] = std::mismatch(now.begin(), now.end(), before.begin(), before.end());
  const auto [end, end_before] = std::mismatch(now.rbegin(), std::make_reverse_iterator(begin), before.rbegin(),
                                               std::make_reverse_iterator(begin_before));
  std::shared_ptr<index> own;
  remove_missing({begin, end.base()}, {begin_before, end_before.base()}, own);
  std::for_each(begin, end.base(), [&](const auto& each) { put(each, workers, own); });
  // A place that was left and taken at once is one change.
  std::sort(changes_.begin(), changes_.end());
  changes_.erase(std::unique(changes_.begin(), changes_.end()), changes_.end());
}

/// The index to change: a copy of the one that is shared, made when the first id comes or goes.
route_table::index& route_table::changing(std::shared_ptr<index>& own) {
  if (!own) {
    own = by_id_ ? std::make_shared<index>(*by_id_) : std::make_shared<index>();
    by_id_ = own;
  }
  return *own;
}

/// Those that were listed in the one part and are not in the other.
void route_table::remove_missing(listing now, listing before, std::shared_ptr<index>& own) {
  boost::unordered_flat_set<std::string_view> listed;
  for (const config::deployment_config_ptr& each : now) listed.emplace(each->id);
  for (const config::deployment_config_ptr& each : before) {
    if (listed.contains(each->id)) continue;
    const std::uint32_t place = find(each->id);
    if (place == none) continue;  // listed twice
    changing(own).erase(each->id);
    routes_.set(place, nullptr);
    free_.push_back(place);
    changes_.push_back(place);
  }
}

void route_table::put(const config::deployment_config_ptr& deployment, std::size_t workers,
                      std::shared_ptr<index>& own) {
  std::uint32_t place = find(deployment->id);
  if (place != none) {
    if (routes_[place]->source() == deployment) return;
  } else {
    if (free_.empty()) {
      place = size();
      routes_.grow_to(place + 1U);
    } else {
      place = free_.back();
      free_.pop_back();
    }
    changing(own).emplace(deployment->id, place);
  }
  routes_.set(place, std::make_shared<route>(deployment, workers, routes_[place].get()));
  changes_.push_back(place);
}

std::uint32_t route_table::find(std::string_view id) const noexcept {
  if (!by_id_) return none;
  const auto found = by_id_->find(id);
  return found == by_id_->end() ? none : found->second;
}

}  // namespace modelgate::routing
