#include "gateway/server/deployment_counts.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace modelgate::server {
namespace {

void count(const routing::client_usage& usage, config::client_use& into) {
  config::answer_counts& counted = into.counted;
  counted.answers.resize(routing::client_tally::classes);
  counted.latency.resize(metrics::latency_bounds_seconds.size() + 1);
  usage.for_each_tally([&](const routing::client_tally& tally) {
    into.in_flight += static_cast<std::uint32_t>(tally.in_flight.value());
    for (std::size_t i = 0; i < counted.answers.size(); ++i) counted.answers[i] += tally.answers[i].value();
    const metrics::latency_totals latency = tally.latency.read();
    for (std::size_t i = 0; i < counted.latency.size(); ++i) counted.latency[i] += latency.buckets[i];
    counted.feedback += tally.feedback.value();
    counted.reward += tally.reward.value();
  });
}

}  // namespace

config::deployment_counts count(const metrics::deployment_stats& stats) {
  config::deployment_counts counts;
  counts.deployment = stats.id();
  config::answer_counts& counted = counts.counted;
  counted.answers.resize(6);
  counted.latency.resize(metrics::latency_bounds_seconds.size() + 1);
  std::vector<metrics::series_list::reading> readings;
  metrics::feedback_totals feedback;
  for (std::size_t worker = 0; worker < stats.workers(); ++worker) {
    stats.of_worker(worker).server.read_into(readings);
    feedback.add(stats.of_worker(worker).feedback.of_all());
  }
  for (const metrics::series_list::reading& each : readings) {
    if (each.key.what != metrics::service::predictions) continue;
    counted.answers[std::min<std::size_t>(each.key.status / 100, 5)] += each.totals.count();
    for (std::size_t i = 0; i < counted.latency.size(); ++i) counted.latency[i] += each.totals.buckets[i];
  }
  readings.clear();
  for (std::size_t worker = 0; worker < stats.workers(); ++worker) stats.of_worker(worker).client.read_into(readings);
  std::map<metrics::model_index, std::uint64_t> predictions;
  for (const metrics::series_list::reading& each : readings) {
    if (each.key.what == metrics::service::predictions) predictions[each.key.model] += each.totals.count();
  }
  for (const auto& [model, labels] : stats.shown_models())
    counts.models.push_back({labels.image, labels.version, predictions[model]});
  counted.feedback = feedback.calls;
  counted.reward = feedback.reward;
  return counts;
}

config::endpoint_load load_of(const std::string& deployment, const upstream::endpoint& replica, bool counts) {
  config::endpoint_load load{deployment, replica.config().replica, replica.busy()};
  if (!counts) return load;
  load.address = net::to_string(replica.config().address);
  const upstream::answer_tally::totals all = replica.counted();
  load.counted = {
      {all.answers.begin(), all.answers.end()}, {all.latency.begin(), all.latency.end()}, all.feedback, all.reward};
  return load;
}

void observe_clients(const routing::route& route, bool counts, config::observation& seen) {
  const std::string& id = route.deployment().id;
  route.for_each_client([&](const routing::route_client& client) {
    const std::uint64_t requests = client.usage->requests();
    if (requests == 0) return;
    const system_time last{std::chrono::minutes{client.usage->last_minute()}};
    seen.clients.push_back({id, client.name, last, requests, client.usage->created_at()});
    if (counts) count(*client.usage, seen.clients.back());
  });
  route.for_each_password([&](std::string_view name, const routing::route_password& password) {
    const auto* proven = password.unproven ? password.unproven->proven() : nullptr;
    if (proven != nullptr) seen.passwords.push_back({id, std::string{name}, password.unproven->hash(), *proven});
  });
}

}  // namespace modelgate::server
