#include "control/runtime/runtime_counts.hpp"

#include <utility>

namespace modelgate::control::runtime {

void runtime_counts::on_probe(const std::string& deployment, bool good) {
  const std::lock_guard lock{mutex_};
  counted& of = by_deployment_[deployment];
  ++(good ? of.good : of.bad);
}

void runtime_counts::on_start(const std::string& deployment, std::chrono::nanoseconds took) {
  const std::lock_guard lock{mutex_};
  by_deployment_[deployment].starts.record(took);
}

std::vector<metrics::gauge_reading> runtime_counts::read(const std::vector<std::string>& deployments,
                                                         const std::string& name_template) {
  std::vector<metrics::gauge_reading> readings;
  const std::lock_guard lock{mutex_};
  std::map<std::string, counted> known;
  for (const std::string& id : deployments) {
    known.insert(by_deployment_.extract(id));
    const counted& of = known[id];
    const std::pair<std::string, std::string> label{"deployment_name", metrics::deployment_label(name_template, id)};
    for (const auto& [outcome, count] : {std::pair{"good", of.good}, std::pair{"bad", of.bad}}) {
      readings.push_back({"modelgate_health_probes_total",
                          "Probes of replicas: good ones were answered as they should.",
                          {label, {"outcome", outcome}},
                          static_cast<double>(count),
                          true});
    }
    readings.push_back({"modelgate_replica_start_seconds",
                        "From when a replica was to be started until it was ready: image, program and model included.",
                        {label},
                        0,
                        false,
                        of.starts.read()});
  }
  readings.push_back({"modelgate_image_pull_seconds",
                      "Until the model image of a replica that is to be started was there: copied, or found.",
                      {},
                      0,
                      false,
                      pulls_.read()});
  by_deployment_ = std::move(known);
  return readings;
}

}  // namespace modelgate::control::runtime
