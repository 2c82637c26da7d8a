#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/config/snapshot.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::routing {

/// A client as a route knows it. `last_used_minute` is written by workers, at most once a minute per client and worker.
struct route_client {
  std::string name;
  std::optional<system_time> expires_at;
  std::size_t place = 0;  ///< among the deployment's clients; the same for its token before this one
  mutable std::atomic<std::int64_t> last_used_minute{0};  ///< minutes since the epoch, 0: never
};

/// One deployment, made ready for look-ups.
///
/// Shape: immutable but for `last_used_minute`; shared by every table of every generation in which the deployment did
/// not change.
class route {
 public:
  explicit route(config::deployment_config_ptr deployment);

  [[nodiscard]] const config::deployment_config& deployment() const noexcept { return *deployment_; }
  [[nodiscard]] const config::deployment_config_ptr& source() const noexcept { return deployment_; }

  /// One look-up however many clients there are; nullptr when no client has that token.
  [[nodiscard]] const route_client* find_client(const crypto::token_digest& digest) const noexcept;

  /// The client with that name; nullptr when there is none.
  [[nodiscard]] const route_client* find_client(std::string_view name) const noexcept;

  /// Carries over what an earlier form of the same deployment knows of its clients' last use.
  void inherit_last_use(const route& earlier) noexcept;

  template <class Visitor>
  void for_each_client(Visitor&& visit) const {
    for (const auto& entry : clients_) visit(*entry.second);
  }

 private:
  struct by_slot {
    std::size_t operator()(const crypto::token_digest& digest) const noexcept {
      return static_cast<std::size_t>(digest.slot());
    }
  };
  struct in_constant_time {
    bool operator()(const crypto::token_digest& a, const crypto::token_digest& b) const noexcept { return a.equal(b); }
  };

  config::deployment_config_ptr deployment_;
  boost::unordered_flat_map<crypto::token_digest, std::unique_ptr<route_client>, by_slot, in_constant_time> clients_;
  boost::unordered_flat_map<std::string_view, const route_client*> by_name_;  ///< keys view into the clients
};

using route_ptr = std::shared_ptr<const route>;

/// Path to deployment, for one snapshot.
///
/// Shape: immutable; built off the workers. Look-ups allocate nothing.
class route_table {
 public:
  route_table() = default;
  /// Routes of deployments that are the same object as in `earlier` are shared with it.
  route_table(const config::snapshot& snapshot, const route_table& earlier);

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
