#include "control/service/fleet_readings.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace modelgate::control::service {
namespace {

using domain::replica_phase;

constexpr std::chrono::seconds shortest_interval{1};

constexpr std::array phases{replica_phase::starting, replica_phase::ready,    replica_phase::unready,
                            replica_phase::draining, replica_phase::stopping, replica_phase::exited};

constexpr const char* quota_unit = " (cpu in cores, memory in bytes, gpu and deployments as counts).";

double in_base_unit(domain::quota_resource resource, std::int64_t amount) noexcept {
  return resource == domain::quota_resource::cpu ? static_cast<double>(amount) / 1'000 : static_cast<double>(amount);
}

double wanted_of(const domain::deployment_spec& spec, const domain::deployment_status& status) {
  if (spec.stop) return 0;
  return spec.external ? static_cast<double>(std::max<std::size_t>(status.replicas.size(), 1))
                       : static_cast<double>(spec.replicas);
}

}  // namespace

std::string fleet_readings::label_of(const std::string& id) const {
  return metrics::deployment_label(deployment_name_, id);
}

std::vector<metrics::gauge_reading> fleet_readings::read() {
  const std::lock_guard lock{mutex_};
  const steady_time now = steady_clock::now();
  if (!last_.empty() && now - read_at_ < shortest_interval) return last_;
  const auto state = watch_.look(true);
  if (!state) return last_;  // the store's trouble is in the log and in the answers of REST
  read_at_ = now;
  last_.clear();
  add_deployments(*state);
  add_quotas(*state);
  add_clients(*state);
  add_store();
  return last_;
}

void fleet_readings::add_deployments(const watched_state& state) {
  std::map<std::string, restart_ledger> restarts_now;  // what is gone is forgotten
  for (const watched_deployment& each : state.deployments) {
    const domain::deployment& deployment = each.view.deployment;
    const domain::deployment_status& status = each.view.status;
    const std::string name = label_of(deployment.id);
    std::array<double, phases.size()> counts{};
    std::map<std::string, std::uint32_t> restarts;
    for (const domain::replica_status& replica : status.replicas) {
      counts[static_cast<std::size_t>(std::find(phases.begin(), phases.end(), replica.phase) - phases.begin())] += 1;
      restarts.emplace(replica.name, replica.restarts);
      add_usage(name, replica);
    }
    for (std::size_t i = 0; i < phases.size(); ++i) {
      last_.push_back({"modelgate_replicas",
                       "Replicas, by phase.",
                       {{"deployment_name", name}, {"phase", std::string{domain::to_string(phases[i])}}},
                       counts[i],
                       false});
    }
    last_.push_back({"modelgate_replicas_wanted",
                     "Replicas that were asked for, of external ones as many as are told, at least one; none of a "
                     "deployment that is stopped.",
                     {{"deployment_name", name}},
                     wanted_of(deployment.current.spec, status),
                     false});
    last_.push_back({"modelgate_deployment_revision",
                     "The current revision; each rollout and rollback is a new one.",
                     {{"deployment_name", name}},
                     static_cast<double>(deployment.current.number),
                     false});
    restart_ledger& ledger = restarts_now.emplace(deployment.id, std::move(restarts_[deployment.id])).first->second;
    ledger.look(std::move(restarts));
    last_.push_back({"modelgate_replica_restarts_total",
                     "How often replicas of the deployment were started again.",
                     {{"deployment_name", name}},
                     static_cast<double>(ledger.total()),
                     true});
    last_.push_back({"modelgate_deployment_info",
                     "A deployment, its group and its phase; always 1.",
                     {{"deployment_name", name},
                      {"group", deployment.group},
                      {"phase", std::string{domain::to_string(status.phase)}}},
                     1,
                     false});
  }
  restarts_ = std::move(restarts_now);
}

void fleet_readings::add_usage(const std::string& deployment_name, const domain::replica_status& replica) {
  if (!replica.usage) return;
  const domain::replica_usage& usage = *replica.usage;
  const auto add = [&](const char* name, const char* help, double value, bool is_counter) {
    last_.push_back({name, help, {{"deployment_name", deployment_name}, {"replica", replica.name}}, value, is_counter});
  };
  add("modelgate_replica_cpu_seconds_total", "Processor time that a replica has taken, its restarts included.",
      usage.cpu_seconds, true);
  add("modelgate_replica_memory_bytes", "Memory that a replica takes, all of its processes together.",
      static_cast<double>(usage.memory_bytes), false);
  if (usage.memory_limit)
    add("modelgate_replica_memory_limit_bytes", "Memory of a replica's instance type.",
        static_cast<double>(*usage.memory_limit), false);
  if (usage.throttled_seconds)
    add("modelgate_replica_cpu_throttled_seconds_total",
        "Time that a replica had to wait because it had used up the processor time of its instance type.",
        *usage.throttled_seconds, true);
}

void fleet_readings::add_store() {
  last_.push_back({"modelgate_store_commit_seconds",
                   "Time until a change of the store is on the disk.",
                   {},
                   0,
                   false,
                   database_.commits().read()});
  last_.push_back({"modelgate_store_failures_total",
                   "Transactions that failed because the store could not be used.",
                   {},
                   static_cast<double>(database_.failures()),
                   true});
}

void fleet_readings::add_quotas(const watched_state& state) {
  using domain::quota_resource;
  const auto add = [&](const std::string& group, quota_resource resource, std::int64_t used,
                       std::optional<std::int64_t> limit) {
    const std::vector<std::pair<std::string, std::string>> labels{
        {"group", group}, {"resource", std::string{domain::to_string(resource)}}};
    last_.push_back({"modelgate_quota_used", std::string{"What a group's deployments take of its quota"} + quota_unit,
                     labels, in_base_unit(resource, used), false});
    if (!limit) return;
    last_.push_back({"modelgate_quota_limit", std::string{"A group's quota, where there is one"} + quota_unit, labels,
                     in_base_unit(resource, *limit), false});
  };
  for (const group_view& each : state.groups) {
    const domain::group& group = each.group;
    add(group.name, quota_resource::cpu, each.usage.total.cpu_milli, group.quota.cpu_milli);
    add(group.name, quota_resource::memory, each.usage.total.memory_bytes, group.quota.memory_bytes);
    add(group.name, quota_resource::gpu, each.usage.total.gpu, group.quota.gpu);
    add(group.name, quota_resource::deployments, each.usage.deployments, group.max_deploy);
  }
}

void fleet_readings::add_clients(const watched_state& state) {
  struct expiring {
    system_time at;
    const std::string* deployment;
    const std::string* client;
  };
  const system_time now = system_clock::now();
  std::vector<expiring> all;
  for (const watched_deployment& each : state.deployments) {
    for (const client_view& client : each.clients) {
      if (client.client.expires_at && *client.client.expires_at > now && !client.client.disabled)
        all.push_back({*client.client.expires_at, &each.view.deployment.id, &client.client.name});
    }
  }
  const std::size_t told = std::min(all.size(), most_clients);
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(told), all.end(),
                    [](const expiring& a, const expiring& b) { return a.at < b.at; });
  for (std::size_t i = 0; i < told; ++i) {
    last_.push_back({"modelgate_client_expiry_timestamp_seconds",
                     "When the token of a client of a private deployment expires, as a Unix time; those that will.",
                     {{"deployment_name", label_of(*all[i].deployment)}, {"client", *all[i].client}},
                     std::chrono::duration<double>(all[i].at.time_since_epoch()).count(),
                     false});
  }
}

}  // namespace modelgate::control::service
