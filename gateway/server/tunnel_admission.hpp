#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace modelgate::server {

/// How many tunnels may be had, over all workers; those that are being opened count.
///
/// Shape: any-thread; asked once for each request for WebSocket where it is allowed, never by another one.
class tunnel_admission {
 public:
  /// For tunnels that are asked for from now on; those that are open stay, and count.
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
  std::atomic<std::size_t> most_{0};
  std::atomic<std::size_t> open_{0};
};

}  // namespace modelgate::server
