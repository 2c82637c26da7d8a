#pragma once

#include "gateway/server/tunnel_admission.hpp"

#include <cstddef>
#include <map>
#include <mutex>
#include <string>

namespace modelgate::server {

/// Which connections may be had: so many over all workers, and so many from one address.
///
/// Shape: any-thread; asked once when a connection comes and once when it goes, never by a request.
class connection_admission {
 public:
  /// `per_address` 0 bounds nothing.
  connection_admission(std::size_t all, std::size_t per_address) noexcept : all_{all}, per_address_{per_address} {}

  /// Errors: false when a limit is reached; then there is nothing to leave.
  [[nodiscard]] bool try_enter(const std::string& address);
  void leave(const std::string& address) noexcept;
  [[nodiscard]] tunnel_admission& tunnels() noexcept { return tunnels_; }

 private:
  const std::size_t all_;
  const std::size_t per_address_;
  tunnel_admission tunnels_;
  std::mutex mutex_;
  std::size_t open_ = 0;
  std::map<std::string, std::size_t> by_address_;  ///< kept only where there is a bound for one address
};

}  // namespace modelgate::server
