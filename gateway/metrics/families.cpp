#include "gateway/metrics/families.hpp"

#include <cmath>
#include <utility>

namespace modelgate::metrics {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily family(std::string name, std::string help, MetricType type) {
  MetricFamily made;
  made.name = std::move(name);
  made.help = std::move(help);
  made.type = type;
  return made;
}

void add_number(MetricFamily& into, label_list labels, double value) {
  ClientMetric metric;
  metric.label = std::move(labels);
  if (into.type == MetricType::Counter)
    metric.counter.value = value;
  else
    metric.gauge.value = value;
  into.metric.push_back(std::move(metric));
}

void add_buckets(MetricFamily& into, label_list labels, std::span<const double> bounds,
                 std::span<const std::uint64_t> buckets, double sum) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.histogram.bucket.reserve(buckets.size());
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    cumulative += buckets[i];
    ClientMetric::Bucket bucket;
    bucket.cumulative_count = cumulative;
    bucket.upper_bound = i < bounds.size() ? bounds[i] : HUGE_VAL;
    metric.histogram.bucket.push_back(bucket);
  }
  metric.histogram.sample_count = cumulative;
  metric.histogram.sample_sum = sum;
  into.metric.push_back(std::move(metric));
}

prometheus::MetricType type_of(const gauge_reading& reading) noexcept {
  if (reading.histogram) return prometheus::MetricType::Histogram;
  return reading.is_counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
}

void add_reading(prometheus::MetricFamily& into, label_list labels, const gauge_reading& reading) {
  if (!reading.histogram) return add_number(into, std::move(labels), reading.value);
  prometheus::ClientMetric metric;
  metric.label = std::move(labels);
  const histogram_value& of = *reading.histogram;
  for (std::size_t i = 0; i < of.cumulative.size(); ++i) {
    prometheus::ClientMetric::Bucket bucket;
    bucket.cumulative_count = of.cumulative[i];
    bucket.upper_bound = i < of.bounds.size() ? of.bounds[i] : HUGE_VAL;
    metric.histogram.bucket.push_back(bucket);
  }
  metric.histogram.sample_count = of.cumulative.empty() ? 0 : of.cumulative.back();
  metric.histogram.sample_sum = of.sum;
  into.metric.push_back(std::move(metric));
}

}  // namespace modelgate::metrics
