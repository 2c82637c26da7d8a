#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/metrics/counter.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace modelgate::routing {

/// What one client has done since the process started: how many requests it authenticated, and when the last one was.
///
/// Shape: shared by every form of its deployment's route for as long as the client exists. Each worker writes a cache
///        line of its own; any thread reads, a little late.
class client_usage {
 public:
  client_usage(std::size_t workers, system_time created_at) : created_at_{created_at}, of_worker_(workers) {}

  /// When the client that this is about was made: another one of the same name begins anew.
  [[nodiscard]] system_time created_at() const noexcept { return created_at_; }

  /// On that worker. `minute`: since the epoch.
  void count(std::size_t worker, std::uint64_t minute) noexcept {
    part& mine = of_worker_[worker];
    mine.requests.add();
    mine.last_minute.set(minute);
  }

  [[nodiscard]] std::uint64_t requests() const noexcept {
    std::uint64_t sum = 0;
    for (const part& each : of_worker_) sum += each.requests.value();
    return sum;
  }
  /// 0: never.
  [[nodiscard]] std::uint64_t last_minute() const noexcept {
    std::uint64_t last = 0;
    for (const part& each : of_worker_) last = std::max(last, each.last_minute.value());
    return last;
  }

 private:
  struct alignas(64) part {
    metrics::counter requests;
    metrics::counter last_minute;
  };

  const system_time created_at_;
  std::vector<part> of_worker_;
};

}  // namespace modelgate::routing
