#pragma once

#include "modelgate/metrics/gauge_reading.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace modelgate::metrics {

/// For what is over within seconds: passes of the reconciler, commits of the store.
struct duration_bounds {
  static constexpr std::array seconds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                      0.1,    0.25,  0.5,    1.0,   2.5,  5.0,   10.0};
};
/// For what may take minutes: a model that loads its weights.
struct start_bounds {
  static constexpr std::array seconds{0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0};
};

/// How long something takes that is not a request.
///
/// Shape: any-thread; relaxed additions, off the request path.
/// Units: seconds in what is read.
template <class Bounds>
class timing_histogram {
 public:
  void record(std::chrono::nanoseconds took) noexcept {
    const double seconds = std::chrono::duration<double>(took).count();
    const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), seconds) - bounds.begin();
    buckets_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
    nanoseconds_.fetch_add(took.count(), std::memory_order_relaxed);
  }
  [[nodiscard]] histogram_value read() const {
    histogram_value value;
    value.bounds.assign(bounds.begin(), bounds.end());
    std::uint64_t sum = 0;
    for (const auto& each : buckets_) value.cumulative.push_back(sum += each.load(std::memory_order_relaxed));
    value.sum = static_cast<double>(nanoseconds_.load(std::memory_order_relaxed)) * 1e-9;
    return value;
  }

 private:
  static constexpr const auto& bounds = Bounds::seconds;
  std::array<std::atomic<std::uint64_t>, Bounds::seconds.size() + 1> buckets_{};
  std::atomic<std::int64_t> nanoseconds_{0};
};

using duration_histogram = timing_histogram<duration_bounds>;
using start_histogram = timing_histogram<start_bounds>;

}  // namespace modelgate::metrics
