#pragma once

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

  /// For connections that come from now on; those that are open stay, and count.
  void set_limits(std::size_t all, std::size_t per_address);

  /// Errors: false when a limit is reached; then there is nothing to leave.
  [[nodiscard]] bool try_enter(const std::string& address);
  void leave(const std::string& address) noexcept;

 private:
  std::mutex mutex_;
  std::size_t all_;
  std::size_t per_address_;
  std::size_t open_ = 0;
  std::map<std::string, std::size_t> by_address_;  ///< also while nothing bounds one: it may be bounded later
};

}  // namespace modelgate::server
