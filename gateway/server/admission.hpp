#pragma once

#include <atomic>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace modelgate::server {

/// How many tunnels may be had, over all workers; those that are being opened count.
///
/// Shape: any-thread; asked once for each request for WebSocket where it is allowed, never by another one.
class tunnel_admission {
 public:
  explicit tunnel_admission(std::size_t most) noexcept : most_{most} {}

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
    if (open_.fetch_add(1, std::memory_order_relaxed) < most_) return place{*this};
    open_.fetch_sub(1, std::memory_order_relaxed);
    return {};
  }

 private:
  const std::size_t most_;
  std::atomic<std::size_t> open_{0};
};

/// Which connections may be had: so many over all workers, and so many from one address.
///
/// Shape: any-thread; asked once when a connection comes and once when it goes, never by a request.
class connection_admission {
 public:
  /// `per_address` 0 bounds nothing.
  connection_admission(std::size_t all, std::size_t per_address, std::size_t tunnels) noexcept
      : all_{all}, per_address_{per_address}, tunnels_{tunnels} {}

  /// Errors: false when a limit is reached; then there is nothing to leave.
  [[nodiscard]] bool try_enter(const std::string& address);
  void leave(const std::string& address) noexcept;
  [[nodiscard]] tunnel_admission& tunnels() noexcept { return tunnels_; }

 private:
  const std::size_t all_;
  const std::size_t per_address_;
  std::mutex mutex_;
  std::size_t open_ = 0;
  tunnel_admission tunnels_;
  std::map<std::string, std::size_t> by_address_;  ///< kept only where there is a bound for one address
};

}  // namespace modelgate::server
