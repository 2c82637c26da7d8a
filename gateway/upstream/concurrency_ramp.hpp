#pragma once

#include "modelgate/base/clock.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>

namespace modelgate::upstream {

/// How many requests at a time a replica is sent that has just begun to serve: one, and one more with each good answer,
/// so that they double with every round; over when its limit is reached, or some time after its first request.
///
/// The first predictions after a model was loaded can be a hundred times slower than the later ones.
///
/// Shape:  any-thread.
/// Units:  requests in flight over all workers.
/// Source: slow start, as in TCP.
class concurrency_ramp {
 public:
  static constexpr std::uint32_t over = std::numeric_limits<std::uint32_t>::max();

  /// `longest`: from the first request on; zero: there is no ramp.
  explicit concurrency_ramp(std::chrono::nanoseconds longest) noexcept
      : longest_{longest}, most_{longest.count() > 0 ? 1 : over} {}

  /// `over`: the ramp bounds nothing any more.
  [[nodiscard]] std::uint32_t most(steady_time now) const noexcept {
    const std::uint32_t most = most_.load(std::memory_order_relaxed);
    if (most == over) return over;
    const steady_time::rep ends = ends_.load(std::memory_order_relaxed);
    return ends != 0 && now.time_since_epoch().count() >= ends ? over : most;
  }

  /// A request was sent there.
  void on_request(steady_time now) noexcept {
    if (most_.load(std::memory_order_relaxed) == over) return;
    steady_time::rep none = 0;
    ends_.compare_exchange_strong(none, (now + longest_).time_since_epoch().count(), std::memory_order_relaxed);
  }

  /// It was answered well; `limit` is what the ramp leads to.
  void on_answer(std::uint32_t limit) noexcept {
    std::uint32_t seen = most_.load(std::memory_order_relaxed);
    while (seen != over) {
      const std::uint32_t next = seen + 1 >= limit ? over : seen + 1;
      if (most_.compare_exchange_weak(seen, next, std::memory_order_relaxed)) return;
    }
  }

 private:
  const std::chrono::nanoseconds longest_;
  std::atomic<std::uint32_t> most_;
  std::atomic<steady_time::rep> ends_{0};  ///< nanoseconds of the steady clock; 0: no request yet
};

}  // namespace modelgate::upstream
