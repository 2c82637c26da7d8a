#pragma once

#include "modelgate/base/clock.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace modelgate::upstream {

/// How long a replica needs for a request, from when it has all of it to the last byte of the answer, without the time
/// in which the client read nothing: a moving average that follows the last ten or so requests and is forgotten while
/// the replica is idle, so that one which was slow is tried again.
///
/// Shape: any-thread; of two updates at the same instant one may be lost, which an average can bear.
class service_time {
 public:
  static constexpr std::chrono::seconds forgotten_after{10};

  void record(std::chrono::nanoseconds sample, steady_time now) noexcept {
    const std::uint32_t seen = seen_.load(std::memory_order_relaxed);
    const std::int64_t before = average_.load(std::memory_order_relaxed);
    const std::int64_t weight = std::min<std::int64_t>(seen + 1, smoothing);
    average_.store(std::max<std::int64_t>(1, before + (sample.count() - before) / weight), std::memory_order_relaxed);
    if (seen < smoothing) seen_.store(seen + 1, std::memory_order_relaxed);
    touch(now);
  }

  /// A request was sent there or came back.
  void touch(steady_time now) noexcept { last_event_.store(now.time_since_epoch().count(), std::memory_order_relaxed); }

  /// Knows nothing but this sample any more; zero: nothing at all.
  void start_with(std::chrono::nanoseconds sample, steady_time now) noexcept {
    seen_.store(0, std::memory_order_relaxed);
    average_.store(0, std::memory_order_relaxed);
    if (sample.count() > 0) record(sample, now);
  }

  /// Whether the average is one of many.
  [[nodiscard]] bool is_settled() const noexcept { return seen_.load(std::memory_order_relaxed) == smoothing; }

  /// Zero as long as nothing was measured, and again when the last event is long ago.
  [[nodiscard]] std::chrono::nanoseconds average(steady_time now) const noexcept {
    if (since_last_event(now) >= forgotten_after) return std::chrono::nanoseconds{0};
    return std::chrono::nanoseconds{average_.load(std::memory_order_relaxed)};
  }
  [[nodiscard]] std::chrono::nanoseconds since_last_event(steady_time now) const noexcept {
    return std::max(
        std::chrono::nanoseconds{0},
        std::chrono::nanoseconds{now.time_since_epoch().count() - last_event_.load(std::memory_order_relaxed)});
  }

 private:
  static constexpr std::int64_t smoothing = 10;

  std::atomic<std::int64_t> average_{0};     ///< nanoseconds
  std::atomic<std::int64_t> last_event_{0};  ///< nanoseconds of the steady clock
  std::atomic<std::uint32_t> seen_{0};       ///< up to `smoothing`
};

}  // namespace modelgate::upstream
