#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/metrics/duration_histogram.hpp"
#include "modelgate/metrics/gauge_reading.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <vector>

namespace modelgate::control::reconcile {

/// What the reconciler does, for Prometheus.
///
/// Shape: written by the reconciler's thread, read by any.
class reconcile_stats {
 public:
  void on_pass(std::chrono::nanoseconds took, bool failed, system_time at) noexcept {
    (failed ? failed_ : done_).record(took);
    last_pass_.store(std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count(),
                     std::memory_order_relaxed);
  }
  void on_built(std::uint64_t generation) noexcept { built_.store(generation, std::memory_order_relaxed); }
  void on_live(std::uint64_t generation) noexcept { live_.store(generation, std::memory_order_relaxed); }
  void on_rollback() noexcept { rollbacks_.fetch_add(1, std::memory_order_relaxed); }

  [[nodiscard]] std::vector<metrics::gauge_reading> read() const;

 private:
  metrics::duration_histogram done_;
  metrics::duration_histogram failed_;
  std::atomic<std::int64_t> last_pass_{0};  ///< milliseconds since 1970
  std::atomic<std::uint64_t> built_{0};
  std::atomic<std::uint64_t> live_{0};
  std::atomic<std::uint64_t> rollbacks_{0};
};

}  // namespace modelgate::control::reconcile
