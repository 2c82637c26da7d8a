#pragma once

#include "modelgate/metrics/counter.hpp"
#include "modelgate/metrics/exemplar.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace modelgate::metrics {

/// Upper bounds of Seldon's histograms, in seconds, without +Inf.
/// Source: Seldon's executor, `DefBuckets`; its dashboards are made for them.
inline constexpr std::array latency_bounds_seconds{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25,
                                                   0.5,   0.75, 1.0,   2.5,  5.0,   7.5, 10.0};

struct seldon_bounds {
  static constexpr const auto& seconds = latency_bounds_seconds;
};
/// Of our own: for models that answer within a millisecond, and for those that take a minute.
struct answer_bounds {
  static constexpr std::array seconds{0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                      0.25,    0.5,    1.0,   2.5,    5.0,   10.0, 30.0,  60.0};
};
/// For what the gateway itself takes.
struct overhead_bounds {
  static constexpr std::array seconds{0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001,
                                      0.0025,   0.005,   0.01,   0.025,   0.1};
};

struct bucket_exemplar {
  std::size_t bucket = 0;
  exemplar what;
};

/// What a histogram held when it was read.
template <class Bounds>
struct histogram_totals {
  static constexpr std::size_t size = Bounds::seconds.size() + 1;

  std::array<std::uint64_t, size> buckets{};  ///< not cumulative; the last is +Inf
  double sum_seconds = 0;
  std::vector<bucket_exemplar> exemplars;  ///< at most one for each bucket, in no order; usually none

  void add(const histogram_totals& other) {
    for (std::size_t i = 0; i < size; ++i) buckets[i] += other.buckets[i];
    sum_seconds += other.sum_seconds;
    for (const bucket_exemplar& each : other.exemplars) {
      const auto mine = std::find_if(exemplars.begin(), exemplars.end(),
                                     [&](const bucket_exemplar& known) { return known.bucket == each.bucket; });
      if (mine == exemplars.end())
        exemplars.push_back(each);
      else if (mine->what.at < each.what.at)
        *mine = each;
    }
  }
  [[nodiscard]] std::uint64_t count() const noexcept {
    std::uint64_t all = 0;
    for (const std::uint64_t bucket : buckets) all += bucket;
    return all;
  }
};

/// Latencies counted by one worker.
///
/// Room for exemplars is made with the first of them, so that one that never gets any is small.
///
/// Shape: one writer, any reader. Units: nanoseconds inside.
template <class Bounds>
class histogram {
 public:
  using totals = histogram_totals<Bounds>;

  histogram() = default;
  ~histogram() { delete exemplars_.load(std::memory_order_relaxed); }
  histogram(const histogram&) = delete;
  histogram& operator=(const histogram&) = delete;

  /// `trace`: of a request that is sampled; it becomes its bucket's exemplar. nullptr: of no use to anybody.
  void record(std::chrono::nanoseconds latency, const trace_id* trace = nullptr) noexcept {
    const std::int64_t nanoseconds = std::max<std::int64_t>(latency.count(), 0);
    // Most latencies of a model are small: a walk from the front beats a binary search.
    std::size_t bucket = 0;
    while (bucket < bounds.size() && nanoseconds > bounds[bucket]) ++bucket;
    buckets_[bucket].add();
    sum_nanoseconds_.add(static_cast<std::uint64_t>(nanoseconds));
    if (trace != nullptr) keep(bucket, *trace, std::chrono::nanoseconds{nanoseconds});
  }

  [[nodiscard]] totals read() const {
    totals seen;
    for (std::size_t i = 0; i < totals::size; ++i) seen.buckets[i] = buckets_[i].value();
    seen.sum_seconds = static_cast<double>(sum_nanoseconds_.value()) * 1e-9;
    if (const slots* kept = exemplars_.load(std::memory_order_acquire)) {
      for (std::size_t i = 0; i < totals::size; ++i) {
        if (const auto found = (*kept)[i].read()) seen.exemplars.push_back({i, *found});
      }
    }
    return seen;
  }

 private:
  using slots = std::array<exemplar_slot, totals::size>;

  static constexpr auto bounds = [] {
    std::array<std::int64_t, Bounds::seconds.size()> made{};
    // By way of tenths, in integers: a bound that comes out a little below its nanosecond must not lose it.
    for (std::size_t i = 0; i < made.size(); ++i)
      made[i] = (static_cast<std::int64_t>(Bounds::seconds[i] * 1e10) + 5) / 10;
    return made;
  }();

  void keep(std::size_t bucket, const trace_id& trace, std::chrono::nanoseconds latency) noexcept {
    slots* kept = exemplars_.load(std::memory_order_relaxed);
    if (kept == nullptr) {
      kept = new (std::nothrow) slots;
      if (kept == nullptr) return;
      exemplars_.store(kept, std::memory_order_release);
    }
    (*kept)[bucket].put(trace, latency, system_clock::now());
  }

  std::array<counter, totals::size> buckets_;
  counter sum_nanoseconds_;
  std::atomic<slots*> exemplars_{nullptr};
};

using latency_histogram = histogram<seldon_bounds>;
using latency_totals = latency_histogram::totals;
using answer_histogram = histogram<answer_bounds>;
using overhead_histogram = histogram<overhead_bounds>;

}  // namespace modelgate::metrics
