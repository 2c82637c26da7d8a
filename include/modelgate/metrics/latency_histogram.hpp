#pragma once

#include "modelgate/metrics/counter.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace modelgate::metrics {

/// Upper bounds of every latency histogram, in seconds, without +Inf.
/// Source: Seldon's executor, `DefBuckets`; its dashboards are made for them.
inline constexpr std::array latency_bounds_seconds{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25,
                                                   0.5,   0.75, 1.0,   2.5,  5.0,   7.5, 10.0};

/// What a histogram held when it was read.
struct latency_totals {
  std::array<std::uint64_t, latency_bounds_seconds.size() + 1> buckets{};  ///< not cumulative; the last is +Inf
  double sum_seconds = 0;

  void add(const latency_totals& other) noexcept;
  [[nodiscard]] std::uint64_t count() const noexcept;
};

/// Latencies counted by one worker.
///
/// Shape: one writer, any reader. Units: nanoseconds inside.
class latency_histogram {
 public:
  void record(std::chrono::nanoseconds latency) noexcept;
  [[nodiscard]] latency_totals read() const noexcept;

 private:
  std::array<counter, latency_bounds_seconds.size() + 1> buckets_;
  counter sum_nanoseconds_;
};

}  // namespace modelgate::metrics
