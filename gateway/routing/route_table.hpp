#pragma once

#include "gateway/routing/client_usage.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/config/snapshot.hpp"
#include "modelgate/crypto/unproven_password.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
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
/// Shape: immutable; built off the workers. Look-ups allocate nothing.
class route_table {
 public:
  route_table() = default;
  /// Routes of deployments that are the same object as in `earlier` are shared with it.
  route_table(const config::snapshot& snapshot, const route_table& earlier, std::size_t workers);

  static constexpr std::uint32_t none = UINT32_MAX;

  /// Index of the deployment with that id, or `none`.
  [[nodiscard]] std::uint32_t find(std::string_view id) const noexcept;
  [[nodiscard]] const route& at(std::uint32_t index) const noexcept { return *routes_[index]; }
  [[nodiscard]] const route_ptr& shared_at(std::uint32_t index) const noexcept { return routes_[index]; }
  [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(routes_.size()); }

 private:
  std::vector<route_ptr> routes_;
  boost::unordered_flat_map<std::string_view, std::uint32_t> by_id_;  ///< keys view into the routes' own ids
};

}  // namespace modelgate::routing
