#pragma once

#include "modelgate/metrics/gateway_stats.hpp"

#include <atomic>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace modelgate::server {

/// How many tunnels may be had, over all workers; those that are being opened count.
///
/// Shape: any-thread; asked once for each request for WebSocket where it is allowed, never by another one.
class tunnel_admission {
 public:
  explicit tunnel_admission(std::size_t most) noexcept : most_{most} {}

  /// For tunnels that are asked for from now on.
  void set_limit(std::size_t most) noexcept { most_.store(most, std::memory_order_relaxed); }

  /// One tunnel's place, left when it goes out of scope; false when there was none to be had.
  class place {
   public:
    place() = default;
    explicit place(tunnel_admission& of) noexcept : of_{&of} {}
    place(place&& other) noexcept : of_{std::exchange(other.of_, nullptr)} {}
    place& operator=(place&& other) noexcept {
      std::swap(of_, other.of_);
      return *this;
    }
    ~place() {
      if (of_ != nullptr) of_->open_.fetch_sub(1, std::memory_order_relaxed);
    }
    [[nodiscard]] explicit operator bool() const noexcept { return of_ != nullptr; }

   private:
    tunnel_admission* of_ = nullptr;
  };

  [[nodiscard]] place try_enter() noexcept {
    if (open_.fetch_add(1, std::memory_order_relaxed) < most_.load(std::memory_order_relaxed)) return place{*this};
    open_.fetch_sub(1, std::memory_order_relaxed);
    return {};
  }

 private:
  std::atomic<std::size_t> most_;
  std::atomic<std::size_t> open_{0};
};

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

  explicit connection_admission(const connection_limits& limits) noexcept : limits_{limits}, tunnels_{limits.tunnels} {}

  /// For connections that come from now on; those that are open stay, and count.
  void set_limits(const connection_limits& limits);

  /// Absent: entered. Errors: the limit that is reached; then there is nothing to leave.
  [[nodiscard]] std::optional<refusal> try_enter(const std::string& address, int socket);
  void leave(const std::string& address) noexcept;
  [[nodiscard]] tunnel_admission& tunnels() noexcept { return tunnels_; }

 private:
  std::mutex mutex_;
  connection_limits limits_;
  std::size_t open_ = 0;
  tunnel_admission tunnels_;
  std::map<std::string, std::size_t> by_address_;  ///< also while nothing bounds one: it may be bounded later
};

}  // namespace modelgate::server
