#pragma once

#include "gateway/routing/client_usage.hpp"
#include "gateway/routing/place_list.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/config/snapshot.hpp"
#include "modelgate/crypto/unproven_password.hpp"

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::routing {

/// A client as a route knows it.
struct route_client {
  std::string name;
  std::optional<system_time> expires_at;
  std::size_t place = 0;  ///< among the deployment's clients; the same for its token before this one
  std::shared_ptr<client_usage> usage;
  bool is_disabled = false;  ///< then nothing of it is found
};

/// A client that shows a password: it is found by its name.
struct route_password {
  const route_client* client = nullptr;  ///< with the password that holds; null: a token holds instead
  crypto::token_digest digest;
  const route_client* before = nullptr;  ///< with the one that was rotated away
  crypto::token_digest digest_before;
  crypto::unproven_password_ptr unproven;  ///< null: `digest` is the password's

  /// Who shows a password with that digest; nullptr: nobody that is known yet.
  [[nodiscard]] const route_client* client_with(const crypto::token_digest& shown) const noexcept;
};

/// One deployment, made ready for look-ups.
///
/// Shape: immutable but for what is counted of clients and proven of their passwords; shared by every table of every
///        generation in which the deployment did not change.
class route {
 public:
  /// `earlier`: an earlier form of the same deployment, whose knowledge of clients goes on; may be null.
  route(config::deployment_config_ptr deployment, std::size_t workers, const route* earlier);

  /// Tells it from every other route of this process, also from one that is made later in the same place.
  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
  [[nodiscard]] const config::deployment_config& deployment() const noexcept { return *deployment_; }
  [[nodiscard]] const config::deployment_config_ptr& source() const noexcept { return deployment_; }

  /// One look-up however many clients there are; nullptr when no client has that token.
  [[nodiscard]] const route_client* find_client(const crypto::token_digest& digest) const noexcept;

  /// The client with that name; nullptr when there is none.
  [[nodiscard]] const route_client* find_client(std::string_view name) const noexcept;

  /// The client of that name if it shows a password; nullptr when there is none.
  [[nodiscard]] const route_password* find_password(std::string_view name) const noexcept;

  /// Once for each client, disabled ones included.
  template <class Visitor>
  void for_each_client(Visitor&& visit) const {
    for (const auto& client : clients_) visit(*client);
  }
  template <class Visitor>
  void for_each_password(Visitor&& visit) const {
    for (const auto& entry : passwords_) visit(entry.first, entry.second);
  }

 private:
  [[nodiscard]] static std::shared_ptr<client_usage> usage_of(const config::client_credential& credential,
                                                              std::size_t workers, const route* earlier);
  void add(const config::client_credential& credential, std::size_t workers, const route* earlier);
  struct by_slot {
    std::size_t operator()(const crypto::token_digest& digest) const noexcept {
      return static_cast<std::size_t>(digest.slot());
    }
  };
  struct in_constant_time {
    bool operator()(const crypto::token_digest& a, const crypto::token_digest& b) const noexcept { return a.equal(b); }
  };

  std::uint64_t number_;
  config::deployment_config_ptr deployment_;
  std::vector<std::unique_ptr<route_client>> clients_;  ///< in the deployment's order
  std::vector<std::unique_ptr<route_client>> rotated_;  ///< some of them, with what they showed before
  boost::unordered_flat_map<crypto::token_digest, const route_client*, by_slot, in_constant_time> by_token_;
  // Keys view into the clients.
  boost::unordered_flat_map<std::string_view, const route_client*> by_name_;  ///< disabled ones, too
  boost::unordered_flat_map<std::string_view, route_password> passwords_;
};

using route_ptr = std::shared_ptr<const route>;

/// Path to deployment, for one snapshot.
///
/// A deployment keeps its place from table to table for as long as it is listed; a place that became free is taken by one
/// that comes later. So what is kept by place goes on where nothing has changed, and `changes` names all the rest.
///
/// Shape: immutable; built off the workers. Look-ups allocate nothing. Building it costs a comparison of pointers per
///        deployment, then what has changed, and a copy of the index where deployments came or went.
class route_table {
 public:
  route_table() = default;
  /// Routes of deployments that are the same object as in `earlier` are shared with it.
  route_table(config::snapshot_ptr snapshot, const route_table& earlier, std::size_t workers);

  static constexpr std::uint32_t none = UINT32_MAX;

  /// Place of the deployment with that id, or `none`.
  [[nodiscard]] std::uint32_t find(std::string_view id) const noexcept;
  [[nodiscard]] const route& at(std::uint32_t place) const noexcept { return *routes_[place]; }
  /// Null: the place is free.
  [[nodiscard]] const route_ptr& shared_at(std::uint32_t place) const noexcept { return routes_[place]; }
  /// How many places there are, free ones included.
  [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(routes_.size()); }
  /// Where this table differs from the one it was made from: what came, what is another object, and what has gone.
  [[nodiscard]] const std::vector<std::uint32_t>& changes() const noexcept { return changes_; }

 private:
  struct hash_of_id {
    using is_transparent = void;
    std::size_t operator()(std::string_view id) const noexcept { return boost::hash<std::string_view>{}(id); }
  };
  using index = boost::unordered_flat_map<std::string, std::uint32_t, hash_of_id, std::equal_to<>>;
  using listing = std::span<const config::deployment_config_ptr>;

  void remove_missing(listing now, listing before, std::shared_ptr<index>& own);
  void put(const config::deployment_config_ptr& deployment, std::size_t workers, std::shared_ptr<index>& own);
  [[nodiscard]] index& changing(std::shared_ptr<index>& own);

  config::snapshot_ptr snapshot_;  ///< null: of nothing
  place_list<route_ptr> routes_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> changes_;
  std::shared_ptr<const index> by_id_;  ///< shared with earlier tables as long as the same ids are listed
};

}  // namespace modelgate::routing
