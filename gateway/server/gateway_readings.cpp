#include "gateway/server/gateway_readings.hpp"

#include "modelgate/http/reason.hpp"

#include <array>
#include <chrono>
#include <utility>

namespace modelgate::server {
namespace {

/// A replica's standing in the words of circuit breakers.
enum class breaker_state : std::size_t { closed, open, half_open, size };
constexpr std::array<const char*, static_cast<std::size_t>(breaker_state::size)> breaker_words{"closed", "open",
                                                                                               "half_open"};

breaker_state state_of(const upstream::standing& standing, steady_time now) noexcept {
  if (!standing.is_ejected()) return breaker_state::closed;
  return standing.is_half_open(now) ? breaker_state::half_open : breaker_state::open;
}

class dispatch_reader {
 public:
  dispatch_reader(std::string name, readings& into) : name_{std::move(name)}, into_{into} {}

  void read(const serving_entry& entry, steady_time now) {
    add("modelgate_queue_depth", "Requests that wait for a replica.", {}, static_cast<double>(entry.queue->size()));
    for (std::size_t cause = 0; cause < static_cast<std::size_t>(upstream::ejection_cause::size); ++cause) {
      const auto why = static_cast<upstream::ejection_cause>(cause);
      add("modelgate_ejections_total", "How often replicas were ejected, by what spoke against them last.",
          {{"cause", std::string{upstream::word(why)}}}, static_cast<double>(entry.queue->outliers().ejections(why)),
          true);
    }
    std::array<double, breaker_words.size()> states{};
    for (const upstream::endpoint_ptr& each : entry.endpoints) {
      states[static_cast<std::size_t>(state_of(each->standing(), now))] += 1;
      read(*each, now);
    }
    for (std::size_t i = 0; i < states.size(); ++i) {
      add("modelgate_breakers",
          "Replicas by the state of their breaker: closed, open (ejected), half open (the next request tries it).",
          {{"state", breaker_words[i]}}, states[i]);
    }
  }

 private:
  using labels = std::vector<std::pair<std::string, std::string>>;

  void read(const upstream::endpoint& replica, steady_time now) {
    const labels whose{{"replica", replica.config().replica}};
    add("modelgate_replica_in_flight", "Requests on this replica.", whose, replica.in_flight());
    add("modelgate_replica_concurrency_limit", "Requests at a time that this replica is sent: declared or learnt.",
        whose, replica.limit(now));
    add("modelgate_replica_ejected", "1 while it is ejected: it did much worse than the others of its deployment.",
        whose, replica.standing().is_ejected() ? 1 : 0);
    add("modelgate_replica_service_seconds",
        "Moving average from the whole request to the last byte, without the reader's time; 0: nothing is known.", whose, std::chrono::duration<double>(replica.average_service_time(now)).count());
  }

  void add(const char* name, const char* help, labels more, double value, bool is_counter = false) {
    more.insert(more.begin(), {"deployment_name", name_});
    into_.push_back({name, help, std::move(more), value, is_counter});
  }

  const std::string name_;
  readings& into_;
};

}  // namespace

readings read_dispatch(const serving_table& table, const metrics::registry& registry) {
  readings seen;
  const steady_time now = steady_clock::now();
  for (std::uint32_t i = 0; i < table.routes.size(); ++i) {
    if (!table.entries[i]) continue;
    dispatch_reader{registry.label_of(table.routes.at(i).deployment().id), seen}.read(*table.entries[i], now);
  }
  return seen;
}

readings read_replies(const metrics::registry& registry) {
  readings seen;
  for (std::size_t i = 0; i < http::reason_count; ++i) {
    double sum = 0;
    for (std::size_t worker = 0; worker < registry.workers(); ++worker) {
      sum += static_cast<double>(registry.of_worker(worker).replies[i].value());
    }
    seen.push_back({"modelgate_replies_total",
                    "Answers that the gateway gave itself, by their reason.",
                    {{"reason", std::string{http::word(static_cast<http::reason>(i))}}},
                    sum,
                    true});
  }
  return seen;
}

readings read_rejections(const metrics::registry& registry) {
  readings seen;
  for (std::size_t i = 0; i < http::fault_count; ++i) {
    double sum = 0;
    for (std::size_t worker = 0; worker < registry.workers(); ++worker) {
      sum += static_cast<double>(registry.of_worker(worker).rejected[i].value());
    }
    seen.push_back({"modelgate_requests_rejected_total",
                    "Requests refused before they were understood, by what is wrong with them.",
                    {{"reason", std::string{http::word(static_cast<http::fault>(i))}}},
                    sum,
                    true});
  }
  return seen;
}

readings read_clients(const serving_table& table, const metrics::registry& registry,
                      client_counts_by_deployment& counts) {
  readings seen;
  client_counts_by_deployment still_there;
  for (std::uint32_t i = 0; i < table.routes.size(); ++i) {
    if (!table.entries[i]) continue;
    const routing::route& route = table.routes.at(i);
    const std::string& id = route.deployment().id;
    std::vector<client_counts::seen_client> clients;
    route.for_each_client([&](const routing::route_client& each) {
      clients.push_back({each.name, each.usage->created_at(), each.usage->requests()});
    });
    auto before = counts.extract(id);
    if (clients.empty() && before.empty()) continue;
    auto place = before.empty() ? still_there.try_emplace(id, registry.settings().clients_per_deployment).first
                                : still_there.insert(std::move(before)).position;
    for (auto& [client, requests] : place->second.take(clients)) {
      seen.push_back({"modelgate_client_requests_total",
                      "Requests that a client's token, password or certificate let in; clients without a series of "
                      "their own are \"other\".",
                      {{"deployment_name", registry.label_of(id)}, {"client", std::move(client)}},
                      static_cast<double>(requests),
                      true});
    }
  }
  counts = std::move(still_there);
  return seen;
}

}  // namespace modelgate::server
