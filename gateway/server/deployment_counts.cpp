#include "gateway/server/deployment_counts.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace modelgate::server {

config::deployment_counts count(const metrics::deployment_stats& stats) {
  config::deployment_counts counts;
  counts.deployment = stats.id();
  counts.answers.resize(6);
  counts.latency.resize(metrics::latency_bounds_seconds.size() + 1);
  std::vector<metrics::series_list::reading> readings;
  metrics::feedback_totals feedback;
  for (std::size_t worker = 0; worker < stats.workers(); ++worker) {
    stats.of_worker(worker).server.read_into(readings);
    feedback.add(stats.of_worker(worker).feedback.of_all());
  }
  for (const metrics::series_list::reading& each : readings) {
    if (each.key.what != metrics::service::predictions) continue;
    counts.answers[std::min<std::size_t>(each.key.status / 100, 5)] += each.totals.count();
    for (std::size_t i = 0; i < counts.latency.size(); ++i) counts.latency[i] += each.totals.buckets[i];
  }
  readings.clear();
  for (std::size_t worker = 0; worker < stats.workers(); ++worker) stats.of_worker(worker).client.read_into(readings);
  std::map<metrics::model_index, std::uint64_t> predictions;
  for (const metrics::series_list::reading& each : readings) {
    if (each.key.what == metrics::service::predictions) predictions[each.key.model] += each.totals.count();
  }
  for (const auto& [model, labels] : stats.shown_models())
    counts.models.push_back({labels.image, labels.version, predictions[model]});
  counts.feedback = feedback.calls;
  counts.reward = feedback.reward;
  return counts;
}

config::endpoint_load load_of(const std::string& deployment, const upstream::endpoint& replica) {
  return {deployment, replica.config().replica, replica.busy()};
}

config::endpoint_load counted_load_of(const std::string& deployment, const upstream::endpoint& replica) {
  config::endpoint_load load = load_of(deployment, replica);
  load.address = net::to_string(replica.config().address);
  load.answers = replica.tally().answers();
  load.latency = replica.tally().latency();
  return load;
}

void observe_clients(const routing::route& route, config::observation& seen) {
  const std::string& id = route.deployment().id;
  route.for_each_client([&](const routing::route_client& client) {
    const std::uint64_t requests = client.usage->requests();
    if (requests == 0) return;
    const system_time last{std::chrono::minutes{client.usage->last_minute()}};
    seen.clients.push_back({id, client.name, last, requests, client.usage->created_at()});
  });
  route.for_each_password([&](std::string_view name, const routing::route_password& password) {
    const auto* proven = password.unproven ? password.unproven->proven() : nullptr;
    if (proven != nullptr) seen.passwords.push_back({id, std::string{name}, password.unproven->hash(), *proven});
  });
}

}  // namespace modelgate::server
