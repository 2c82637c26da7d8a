#include "control/runtime/probe_counts.hpp"

#include <utility>

namespace modelgate::control::runtime {

void probe_counts::count(const std::string& deployment, bool good) {
  const std::lock_guard lock{mutex_};
  outcomes& counted = by_deployment_[deployment];
  ++(good ? counted.good : counted.bad);
}

std::vector<metrics::gauge_reading> probe_counts::read(const std::vector<std::string>& deployments,
                                                       const std::string& name_template) {
  std::vector<metrics::gauge_reading> readings;
  const std::lock_guard lock{mutex_};
  std::map<std::string, outcomes> known;
  for (const std::string& id : deployments) {
    const outcomes& counted = known[id] = by_deployment_[id];
    for (const auto& [outcome, count] : {std::pair{"good", counted.good}, std::pair{"bad", counted.bad}}) {
      readings.push_back({"modelgate_health_probes_total",
                          "Probes of replicas: good ones were answered as they should.",
                          {{"deployment_name", metrics::deployment_label(name_template, id)}, {"outcome", outcome}},
                          static_cast<double>(count),
                          true});
    }
  }
  by_deployment_ = std::move(known);
  return readings;
}

}  // namespace modelgate::control::runtime
