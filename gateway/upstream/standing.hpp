#pragma once

#include "modelgate/base/clock.hpp"

#include <atomic>
#include <cstdint>

namespace modelgate::upstream {

/// How a replica stands with those who send requests: how often it has failed in a row, and whether it is ejected.
///
///     serving -- eject --> ejected -- its time is over --> half open -- one request: good --> serving
///                             ^                                |
///                             +----------- not good ----------+
///
/// Shape: any-thread. `outlier_detector` alone ejects and restores.
class standing {
 public:
  [[nodiscard]] std::uint32_t failures() const noexcept { return failures_.load(std::memory_order_relaxed); }
  [[nodiscard]] bool is_ejected() const noexcept { return until() != 0; }
  /// Whether a good answer changes anything.
  [[nodiscard]] bool is_clean() const noexcept { return failures() == 0 && !is_ejected(); }

  /// Answers how many there are now.
  std::uint32_t on_failure() noexcept { return failures_.fetch_add(1, std::memory_order_relaxed) + 1; }
  void on_success() noexcept { failures_.store(0, std::memory_order_relaxed); }

  /// The ejection's time is over: one request tries it.
  [[nodiscard]] bool is_half_open(steady_time now) const noexcept {
    const steady_time::rep end = until();
    return end != 0 && now.time_since_epoch().count() >= end;
  }
  /// Half open, and nobody tries it at the moment.
  [[nodiscard]] bool wants_trial(steady_time now) const noexcept {
    return is_half_open(now) && !on_trial_.load(std::memory_order_relaxed);
  }
  /// False when somebody else was faster. Who begins a trial must end it.
  [[nodiscard]] bool begin_trial(steady_time now) noexcept {
    return wants_trial(now) && !on_trial_.exchange(true, std::memory_order_relaxed);
  }
  void end_trial() noexcept { on_trial_.store(false, std::memory_order_relaxed); }

  void eject(steady_time end) noexcept { until_.store(end.time_since_epoch().count(), std::memory_order_relaxed); }
  void restore() noexcept {
    on_success();
    until_.store(0, std::memory_order_relaxed);
  }

 private:
  [[nodiscard]] steady_time::rep until() const noexcept { return until_.load(std::memory_order_relaxed); }

  std::atomic<steady_time::rep> until_{0};  ///< nanoseconds of the steady clock; 0: not ejected
  std::atomic<std::uint32_t> failures_{0};
  std::atomic<bool> on_trial_{false};
};

}  // namespace modelgate::upstream
