#include "modelgate/metrics/latency_histogram.hpp"

#include <algorithm>

namespace modelgate::metrics {
namespace {

constexpr auto bounds_nanoseconds = [] {
  std::array<std::int64_t, latency_bounds_seconds.size()> bounds{};
  for (std::size_t i = 0; i < bounds.size(); ++i)
    bounds[i] = static_cast<std::int64_t>(latency_bounds_seconds[i] * 1e9 + 0.5);
  return bounds;
}();

}  // namespace

void latency_totals::add(const latency_totals& other) noexcept {
  for (std::size_t i = 0; i < buckets.size(); ++i) buckets[i] += other.buckets[i];
  sum_seconds += other.sum_seconds;
}

std::uint64_t latency_totals::count() const noexcept {
  std::uint64_t all = 0;
  for (const std::uint64_t bucket : buckets) all += bucket;
  return all;
}

void latency_histogram::record(std::chrono::nanoseconds latency) noexcept {
  const std::int64_t nanoseconds = std::max<std::int64_t>(latency.count(), 0);
  // Most latencies of a model are small: a walk from the front beats a binary search.
  std::size_t bucket = 0;
  while (bucket < bounds_nanoseconds.size() && nanoseconds > bounds_nanoseconds[bucket]) ++bucket;
  buckets_[bucket].add();
  sum_nanoseconds_.add(static_cast<std::uint64_t>(nanoseconds));
}

latency_totals latency_histogram::read() const noexcept {
  latency_totals totals;
  for (std::size_t i = 0; i < totals.buckets.size(); ++i) totals.buckets[i] = buckets_[i].value();
  totals.sum_seconds = static_cast<double>(sum_nanoseconds_.value()) * 1e-9;
  return totals;
}

}  // namespace modelgate::metrics
