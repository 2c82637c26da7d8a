#pragma once

#include "modelgate/base/cache_line.hpp"
#include "modelgate/metrics/counter.hpp"
#include "modelgate/metrics/feedback_stats.hpp"
#include "modelgate/metrics/latency_histogram.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace modelgate::upstream {

/// What became of the predictions that one worker sent to one replica, and what was said of the answers.
///
/// Each try counts once, under the status that Seldon's client histogram shows of such an end: 502 where it was lost, 504
/// where it took too long, 499 where the client left. One that was given up because another replica was faster has no
/// status, and is in the first class. So the replicas' counts add up to their deployment's, less what none of them was
/// sent, plus second tries. Probes, feedback and questions for metadata or status are in none of it.
///
/// Shape:  one writer, any reader; on cache lines of its own.
/// Units:  seconds from dispatch to the head of the answer, or to the end without one, in metrics::latency_bounds_seconds.
class alignas(cache_line) answer_tally {
 public:
  static constexpr std::size_t classes = 6;

  /// Of all workers.
  struct totals {
    std::array<std::uint64_t, classes> answers{};  ///< by the first digit of the status
    /// By bucket, not cumulative; the last one has no upper bound.
    std::array<std::uint64_t, metrics::latency_bounds_seconds.size() + 1> latency{};
    std::uint64_t feedback = 0;
    double reward = 0;  ///< without negative ones
  };

  void answered(unsigned status, std::chrono::nanoseconds latency) noexcept {
    const auto& bounds = metrics::latency_bounds_seconds;
    const double seconds = std::chrono::duration<double>(latency).count();
    const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), seconds) - bounds.begin();
    latency_[static_cast<std::size_t>(bucket)].add();
    of_class(status / 100);
  }
  /// Feedback counts for it.
  void fed_back(double reward) noexcept {
    feedback_.add();
    if (reward > 0) reward_.add(reward);
  }

  void add_to(totals& all) const noexcept {
    for (std::size_t i = 0; i < answers_.size(); ++i) all.answers[i] += answers_[i].value();
    for (std::size_t i = 0; i < latency_.size(); ++i) all.latency[i] += latency_[i].value();
    all.feedback += feedback_.value();
    all.reward += reward_.value();
  }

 private:
  void of_class(std::size_t digit) noexcept { answers_[std::min(digit, classes - 1)].add(); }

  std::array<metrics::counter, classes> answers_;
  std::array<metrics::counter, metrics::latency_bounds_seconds.size() + 1> latency_;
  metrics::counter feedback_;
  metrics::real_counter reward_;
};

}  // namespace modelgate::upstream
