#pragma once

#include "modelgate/metrics/gateway_stats.hpp"

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace modelgate::server {

/// Which connections may be had: so many over all workers, and so many from one address.
///
/// Shape: any-thread; asked once when a connection comes and once when it goes, never by a request.
class connection_admission {
 public:
  using refusal = metrics::connection_refusal;

  /// `per_address` 0 bounds nothing. File descriptors from `descriptors` on are not for connections: the lowest free one
  /// is always taken, so that a high one means that there are few left.
  connection_admission(std::size_t all, std::size_t per_address, std::size_t descriptors) noexcept
      : all_{all}, per_address_{per_address}, descriptors_{descriptors} {}

  /// Absent: entered. Errors: the limit that is reached; then there is nothing to leave.
  [[nodiscard]] std::optional<refusal> try_enter(const std::string& address, int socket);
  void leave(const std::string& address) noexcept;

 private:
  const std::size_t all_;
  const std::size_t per_address_;
  const std::size_t descriptors_;
  std::mutex mutex_;
  std::size_t open_ = 0;
  std::map<std::string, std::size_t> by_address_;  ///< kept only where there is a bound for one address
};

}  // namespace modelgate::server
