#pragma once

#include "modelgate/base/clock.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace modelgate::control::runtime {

/// How much of a replica's log is taken in a second: what it writes beyond that waits in its pipe, and then the replica
/// itself waits.
///
/// Without it, one replica that floods its log takes the machine's disk and processor from all others.
///
/// Shape:  one per replica, on its writer's thread.
/// Units:  bytes; a second's worth may come at once, and a piece that is larger than what is left is a debt.
class log_rate {
 public:
  log_rate(std::size_t bytes_per_second, steady_time now) noexcept
      : rate_{static_cast<double>(bytes_per_second)}, level_{rate_}, at_{now} {}

  void spend(std::size_t bytes, steady_time now) noexcept {
    fill(now);
    level_ -= static_cast<double>(bytes);
  }

  /// How long to take nothing; 0: go on.
  [[nodiscard]] std::chrono::milliseconds wait(steady_time now) noexcept {
    fill(now);
    if (level_ >= 0) return std::chrono::milliseconds{0};
    constexpr double milliseconds_per_second = 1'000;
    return std::chrono::milliseconds{1 + static_cast<std::int64_t>(-level_ / rate_ * milliseconds_per_second)};
  }

 private:
  void fill(steady_time now) noexcept {
    const std::chrono::duration<double> passed = now - at_;
    at_ = now;
    level_ = std::min(rate_, level_ + passed.count() * rate_);
  }

  double rate_;
  double level_;
  steady_time at_;
};

}  // namespace modelgate::control::runtime
