#include "gateway/upstream/concurrency_limit.hpp"

#include <algorithm>

namespace modelgate::upstream {

using std::chrono::nanoseconds;

std::optional<std::uint32_t> concurrency_limit::observe(const latency_window& seen) noexcept {
  if (is_declared() || busy_.test_and_set(std::memory_order_acquire)) return std::nullopt;
  const std::uint32_t before = limit_;
  samples_ += seen.count;
  sum_ += seen.sum;
  fullest_ = std::max(fullest_, seen.fullest);
  // A window is about what the replica works on at a time, so that slow ones learn too.
  if (samples_ >= std::max(4U, limit_)) {
    learn(sum_ / samples_, fullest_ >= limit_);
    samples_ = 0;
    sum_ = nanoseconds{0};
    fullest_ = 0;
  }
  const std::uint32_t after = limit_;
  busy_.clear(std::memory_order_release);
  if (after == before) return std::nullopt;
  return after;
}

void concurrency_limit::learn(nanoseconds mean, bool was_full) noexcept {
  if (before_probe_.count() > 0) {
    // Half the requests in about half the time: nothing was lost, they only waited there instead of here. Then the next
    // half is tried at once.
    const bool is_serial = mean < before_probe_ * 7 / 10;
    before_probe_ = nanoseconds{0};
    full_windows_ = is_serial ? probe_windows : 0;
    if (is_serial)
      lowest_ = mean;
    else
      limit_ = limit_before_probe_;
    return;
  }
  // The lowest mean is forgotten slowly: a model may be replaced by a slower one behind the same address.
  lowest_ = lowest_.count() == 0 ? mean : std::min(mean, lowest_ + lowest_ / 100);
  if (!was_full) return;
  ++full_windows_;
  if (full_windows_ >= probe_windows && limit_ > 1 && mean > noise) {
    before_probe_ = mean;
    limit_before_probe_ = limit_;
    limit_ = std::max(1U, limit_ / 2);
  } else if (mean > lowest_ * 3 / 2 + noise) {
    limit_ = std::max(1U, limit_ * 9 / 10);
  } else {
    limit_ = std::min(most, limit_ + 1);
  }
}

}  // namespace modelgate::upstream
