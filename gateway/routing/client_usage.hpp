#pragma once

#include "modelgate/base/cache_line.hpp"
#include "modelgate/base/clock.hpp"
#include "modelgate/metrics/counter.hpp"
#include "modelgate/metrics/feedback_stats.hpp"
#include "modelgate/metrics/latency_histogram.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace modelgate::routing {

/// What one worker has answered one client, for charts.
///
/// Shape: one writer, any reader.
struct alignas(cache_line) client_tally {
  static constexpr std::size_t classes = 6;

  metrics::counter in_flight;
  // To predictions, as the client saw them:
  std::array<metrics::counter, classes> answers;  ///< by the first digit of their status
  metrics::latency_histogram latency;
  // What it said of answers, whoever got them:
  metrics::counter feedback;
  metrics::real_counter reward;  ///< without negative ones

  void answered(unsigned status, std::chrono::nanoseconds took) noexcept {
    answers[std::min<std::size_t>(status / 100, classes - 1)].add();
    latency.record(took);
  }
  void fed_back(double said) noexcept {
    feedback.add();
    if (said > 0) reward.add(said);
  }
};

/// What one client has done since the process started: how many requests it authenticated, when the last one was, and
/// what came of them.
///
/// Shape: shared by every form of its deployment's route for as long as the client exists. Each worker writes a cache
///        line of its own, and a `client_tally` (256 bytes) from the client's first request on that worker on; any
///        thread reads, a little late.
class client_usage {
 public:
  client_usage(std::size_t workers, system_time created_at) : created_at_{created_at}, of_worker_(workers) {}
  ~client_usage() {
    for (part& each : of_worker_) delete each.tally.load(std::memory_order_relaxed);
  }
  client_usage(const client_usage&) = delete;
  client_usage& operator=(const client_usage&) = delete;

  /// When the client that this is about was made: another one of the same name begins anew.
  [[nodiscard]] system_time created_at() const noexcept { return created_at_; }

  /// A request on that worker; what comes of it goes into the tally, which lives as long as this. `minute`: since the
  /// epoch.
  client_tally& count(std::size_t worker, std::uint64_t minute) {
    part& mine = of_worker_[worker];
    mine.requests.add();
    mine.last_minute.set(minute);
    client_tally* tally = mine.tally.load(std::memory_order_relaxed);
    if (tally == nullptr) {
      tally = new client_tally;
      mine.tally.store(tally, std::memory_order_release);  // a reader sees it when it is complete
    }
    return *tally;
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
  template <class Visitor>
  void for_each_tally(Visitor&& visit) const {
    for (const part& each : of_worker_) {
      if (const client_tally* tally = each.tally.load(std::memory_order_acquire)) visit(*tally);
    }
  }

 private:
  struct alignas(cache_line) part {
    metrics::counter requests;
    metrics::counter last_minute;
    std::atomic<client_tally*> tally{nullptr};
  };
  static_assert(sizeof(part) == cache_line && sizeof(client_tally) % cache_line == 0,
                "no two workers count a client on one cache line");

  const system_time created_at_;
  std::vector<part> of_worker_;
};

}  // namespace modelgate::routing
