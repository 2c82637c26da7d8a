#include "gateway/metrics/families.hpp"

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

}  // namespace modelgate::metrics
