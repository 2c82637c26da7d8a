#pragma once

#include "modelgate/metrics/gauge_reading.hpp"
#include "modelgate/metrics/latency_histogram.hpp"

#include <prometheus/metric_family.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// prometheus-cpp's families, as a scrape of ours fills them, and what they have no place for.
namespace modelgate::metrics {

using label_list = std::vector<prometheus::ClientMetric::Label>;

/// Exemplars by the name of a family and the place of a metric in it.
using exemplar_table = std::map<std::pair<std::string, std::size_t>, std::vector<bucket_exemplar>>;

/// All that one scrape shows.
struct exposition {
  std::vector<prometheus::MetricFamily> families;
  exemplar_table exemplars;
};

[[nodiscard]] prometheus::MetricFamily family(std::string name, std::string help, prometheus::MetricType type);

/// To a counter or a gauge.
void add_number(prometheus::MetricFamily& into, label_list labels, double value);

/// To a histogram; `buckets` are not cumulative, and one more than `bounds`.
void add_buckets(prometheus::MetricFamily& into, label_list labels, std::span<const double> bounds,
                 std::span<const std::uint64_t> buckets, double sum);

/// The same with its exemplars.
template <class Bounds>
void add_histogram(prometheus::MetricFamily& into, label_list labels, const histogram_totals<Bounds>& totals,
                   exemplar_table& exemplars) {
  if (!totals.exemplars.empty()) exemplars[{into.name, into.metric.size()}] = totals.exemplars;
  add_buckets(into, std::move(labels), Bounds::seconds, totals.buckets, totals.sum_seconds);
}

[[nodiscard]] prometheus::MetricType type_of(const gauge_reading& reading) noexcept;
/// To a family of the reading's type.
void add_reading(prometheus::MetricFamily& into, label_list labels, const gauge_reading& reading);

}  // namespace modelgate::metrics
