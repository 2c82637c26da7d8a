#pragma once

#include "gateway/server/tunnel_admission.hpp"

#include "modelgate/metrics/gateway_stats.hpp"

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace modelgate::server {

struct connection_limits {
  std::size_t connections = 0;
  std::size_t per_address = 0;  ///< 0 bounds nothing
  /// File descriptors from this on are not for connections: the lowest free one is always taken, so that a high one
  /// means that there are few left.
  std::size_t descriptors = 0;
  std::size_t tunnels = 0;
};

/// Which connections may be had: so many over all workers, and so many from one address.
///
/// Shape: any-thread; asked once when a connection comes and once when it goes, never by a request.
class connection_admission {
 public:
  using refusal = metrics::connection_refusal;

  explicit connection_admission(const connection_limits& limits) noexcept : limits_{limits} {
    tunnels_.set_limit(limits.tunnels);
  }

  /// For connections that come from now on; those that are open stay, and count.
  void set_limits(const connection_limits& limits);

  /// Absent: entered. Errors: the limit that is reached; then there is nothing to leave.
  [[nodiscard]] std::optional<refusal> try_enter(const std::string& address, int socket);
  void leave(const std::string& address) noexcept;
  [[nodiscard]] tunnel_admission& tunnels() noexcept { return tunnels_; }

 private:
  tunnel_admission tunnels_;
  std::mutex mutex_;
  connection_limits limits_;
  std::size_t open_ = 0;
  std::map<std::string, std::size_t> by_address_;  ///< also while nothing bounds one: it may be bounded later
};

}  // namespace modelgate::server
