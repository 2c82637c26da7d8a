#pragma once

#include "control/domain/deployment_status.hpp"

#include "modelgate/base/clock.hpp"

#include <cstdint>
#include <optional>

namespace modelgate::control::runtime {

/// What one instance of a replica has taken since it began, as far as somebody counts it.
struct usage_sample {
  std::optional<double> cpu_seconds;
  std::optional<double> throttled_seconds;
  std::optional<std::uint64_t> memory_bytes;  ///< now
};

/// Adds up what the instances of one replica take, look by look.
///
/// Shape: pure; one per replica, on the driver's thread.
class usage_meter {
 public:
  /// A new instance counts from nothing; what earlier ones took stays in the sums.
  void begin_instance(steady_time now);
  /// One that an earlier modelgate started: how fast it goes is known from the second look on.
  void resume_instance() { looked_at_.reset(); }
  /// Nothing of the instance runs any more.
  void end_instance(steady_time now);

  void look(const usage_sample& sample, steady_time now);

  /// Absent before the first look that told both time and memory. `memory_limit` 0: there is none.
  [[nodiscard]] std::optional<domain::replica_usage> read(std::int64_t memory_limit) const;

 private:
  /// Whoever counts may be another one than before, and know less: the sum stands until it is reached.
  struct sum {
    double of_earlier = 0;
    double of_instance = 0;
    [[nodiscard]] double total() const noexcept { return of_earlier + of_instance; }
    void take(double counted) noexcept { of_instance = counted > of_instance ? counted : of_instance; }
    void close() noexcept {
      of_earlier += of_instance;
      of_instance = 0;
    }
  };

  sum cpu_;
  sum throttled_;
  bool cpu_known_ = false;
  bool throttled_known_ = false;
  std::optional<std::uint64_t> memory_;
  std::optional<double> cores_;
  std::optional<steady_time> looked_at_;  ///< of this instance
  steady_time told_at_;
};

}  // namespace modelgate::control::runtime
