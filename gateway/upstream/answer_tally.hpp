#pragma once

#include "modelgate/metrics/latency_histogram.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace modelgate::upstream {

/// What became of the predictions that one replica was sent, and what was said of its answers.
///
/// Each try counts once, under the status that Seldon's client histogram shows of such an end: 502 where it was lost, 504
/// where it took too long, 499 where the client left. One that was given up because another replica was faster has no
/// status, and is in the first class. So the replicas' counts add up to their deployment's, less what none of them was
/// sent, plus second tries. Probes, feedback and questions for metadata or status are in none of it.
///
/// Shape:  changed by all workers, twice a request, with relaxed additions: nobody reads anything else by it.
/// Units:  seconds from dispatch to the head of the answer, or to the end without one, in metrics::latency_bounds_seconds.
class answer_tally {
 public:
  void answered(unsigned status, std::chrono::nanoseconds latency) noexcept {
    const auto& bounds = metrics::latency_bounds_seconds;
    const double seconds = std::chrono::duration<double>(latency).count();
    const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), seconds) - bounds.begin();
    latency_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
    of_class(status / 100);
  }
  /// Feedback counts for it.
  void fed_back(double reward) noexcept {
    feedback_.fetch_add(1, std::memory_order_relaxed);
    if (reward > 0) reward_.fetch_add(reward, std::memory_order_relaxed);
  }

  /// By the first digit of the status.
  [[nodiscard]] std::vector<std::uint64_t> answers() const { return copy_of(answers_); }
  /// By bucket, not cumulative; the last one has no upper bound.
  [[nodiscard]] std::vector<std::uint64_t> latency() const { return copy_of(latency_); }
  [[nodiscard]] std::uint64_t feedback() const noexcept { return feedback_.load(std::memory_order_relaxed); }
  /// Without negative ones.
  [[nodiscard]] double reward() const noexcept { return reward_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t classes = 6;

  void of_class(std::size_t digit) noexcept {
    answers_[std::min(digit, classes - 1)].fetch_add(1, std::memory_order_relaxed);
  }
  template <class Counts>
  static std::vector<std::uint64_t> copy_of(const Counts& counts) {
    std::vector<std::uint64_t> copied;
    for (const auto& each : counts) copied.push_back(each.load(std::memory_order_relaxed));
    return copied;
  }

  std::array<std::atomic<std::uint64_t>, classes> answers_{};
  std::array<std::atomic<std::uint64_t>, metrics::latency_bounds_seconds.size() + 1> latency_{};
  std::atomic<std::uint64_t> feedback_{0};
  std::atomic<double> reward_{0};
};

}  // namespace modelgate::upstream
