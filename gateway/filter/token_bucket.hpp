#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/config/traffic_limit.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>

namespace modelgate::filter {

/// How fast tokens come, and how many are kept. An interval of zero: there is no rate.
struct token_rate {
  std::chrono::nanoseconds interval{0};
  std::uint32_t burst = 1;

  token_rate() = default;
  explicit token_rate(const config::traffic_limit& limit) noexcept;

  [[nodiscard]] bool bounds() const noexcept { return interval.count() > 0; }

  friend bool operator==(const token_rate&, const token_rate&) = default;
};

/// Tokens that come at even intervals until the bucket is full. One word: the time at which it will be full again.
///
/// Shape:  any-thread, lock-free; the rate is the caller's, so that it can change while the count goes on.
/// Source: the generic cell rate algorithm (ATM Forum, Traffic Management 4.0).
class token_bucket {
 public:
  struct reading {
    std::uint32_t left = 0;
    std::chrono::nanoseconds until_next{0};  ///< zero when there is one
    std::chrono::nanoseconds until_full{0};
  };

  /// Takes as many as there are, at most that many, and answers how many.
  [[nodiscard]] std::uint32_t take(std::uint32_t most, const token_rate& rate, steady_time now) noexcept;
  /// One token that was taken for nothing.
  void give_back(const token_rate& rate) noexcept;
  [[nodiscard]] reading read(const token_rate& rate, steady_time now) const noexcept;
  /// From here on tokens come at another rate; what was taken stays taken.
  void change_rate(const token_rate& before, const token_rate& after, steady_time now) noexcept;

 private:
  std::atomic<std::int64_t> full_at_{0};  ///< steady clock, nanoseconds; in the past: full
};

}  // namespace modelgate::filter
