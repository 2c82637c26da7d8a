#include "modelgate/metrics/registry.hpp"

#include "gateway/metrics/families.hpp"
#include "gateway/metrics/feedback_families.hpp"
#include "gateway/metrics/process_stats.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cmath>
#include <sstream>

namespace modelgate::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

/// Statuses that a dashboard divides by: without a zero series the first error is invisible to `rate`.
constexpr std::array<std::uint16_t, 3> zero_statuses{200, 400, 500};

void add_histogram(MetricFamily& into, label_list labels, const latency_totals& totals) {
  ClientMetric metric;
  metric.label = std::move(labels);
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < totals.buckets.size(); ++i) {
    cumulative += totals.buckets[i];
    ClientMetric::Bucket bucket;
    bucket.cumulative_count = cumulative;
    bucket.upper_bound = i < latency_bounds_seconds.size() ? latency_bounds_seconds[i] : HUGE_VAL;
    metric.histogram.bucket.push_back(bucket);
  }
  metric.histogram.sample_count = cumulative;
  metric.histogram.sample_sum = totals.sum_seconds;
  into.metric.push_back(std::move(metric));
}

using summed_series = std::map<series_key, latency_totals>;

void add_readings(const series_list& list, summed_series& sums, std::vector<series_list::reading>& scratch) {
  scratch.clear();
  list.read_into(scratch);
  for (const auto& reading : scratch) sums[reading.key].add(reading.totals);
}

template <class Enum, std::size_t Size>
void add_by_reason(MetricFamily& into, const std::vector<std::unique_ptr<worker_stats>>& workers,
                   std::array<counter, Size> worker_stats::*member, const std::array<std::string_view, Size>& words,
                   const char* label = "reason") {
  for (std::size_t i = 0; i < Size; ++i) {
    double sum = 0;
    for (const auto& worker : workers) sum += static_cast<double>((worker.get()->*member)[i].value());
    add_number(into, {{label, std::string{words[i]}}}, sum);
  }
}

}  // namespace

/// Turns what workers counted into prometheus-cpp's families; one per scrape.
class registry::collector {
 public:
  explicit collector(const registry& from) : from_{from} {}

  std::vector<MetricFamily> collect() {
    collect_deployments();
    collect_workers();
    collect_sources();
    append_process_families(families_);
    return std::move(families_);
  }

 private:
  std::string label_of(const deployment_stats& stats) const {
    return deployment_label(from_.deployment_name_, stats.id());
  }

  void collect_deployments() {
    MetricFamily server = family("seldon_api_executor_server_requests_seconds",
                                 "A histogram of latencies for executor server", MetricType::Histogram);
    MetricFamily client = family("seldon_api_executor_client_requests_seconds",
                                 "A histogram of latencies for client calls from executor", MetricType::Histogram);
    MetricFamily dropped =
        family("modelgate_series_dropped_total",
               "Requests not counted in a Seldon histogram because their deployment has too many series.",
               MetricType::Counter);
    MetricFamily limited = family("modelgate_rate_limited_total",
                                  "Requests answered 429 because of a limit on traffic.", MetricType::Counter);
    MetricFamily authenticated = family(
        "modelgate_authenticated_requests_total",
        "Requests of private deployments that a client's token, password or certificate let in.", MetricType::Counter);
    std::vector<std::shared_ptr<deployment_stats>> all;
    {
      const std::lock_guard lock{from_.mutex_};
      all.reserve(from_.deployments_.size());
      for (const auto& [id, stats] : from_.deployments_) all.push_back(stats);
    }
    feedback_families feedback;
    for (const auto& stats : all) {
      collect_deployment(*stats, server, client, dropped);
      feedback.add(*stats, label_of(*stats));
      collect_limited(*stats, limited);
      collect_authenticated(*stats, authenticated);
    }
    families_.push_back(std::move(server));
    families_.push_back(std::move(client));
    families_.push_back(std::move(dropped));
    for (MetricFamily& each : feedback.take()) families_.push_back(std::move(each));
    if (!limited.metric.empty()) families_.push_back(std::move(limited));
    if (!authenticated.metric.empty()) families_.push_back(std::move(authenticated));
  }

  void collect_deployment(const deployment_stats& stats, MetricFamily& server, MetricFamily& client,
                          MetricFamily& dropped) {
    const std::string name = label_of(stats);
    const std::string predictor_version = stats.predictor_version();
    const std::vector<model_labels> models = stats.models();
    summed_series server_sums;
    summed_series client_sums;
    for (const std::uint16_t status : zero_statuses) {
      server_sums[{service::predictions, method_label::post, status, 0}];
      for (std::size_t model = 0; model < models.size(); ++model) {
        client_sums[{service::predictions, method_label::post, status, static_cast<model_index>(model)}];
      }
    }
    double lost = 0;
    for (std::size_t worker = 0; worker < stats.workers(); ++worker) {
      const worker_deployment_stats& counted = stats.of_worker(worker);
      add_readings(counted.server, server_sums, scratch_);
      add_readings(counted.client, client_sums, scratch_);
      lost +=
          static_cast<double>(counted.server.dropped() + counted.client.dropped() + counted.feedback_dropped.value());
    }
    for (const auto& [key, totals] : server_sums) {
      const std::string status = std::to_string(key.status);
      add_histogram(server,
                    {{"deployment_name", name},
                     {"predictor_name", "deploy"},
                     {"predictor_version", predictor_version},
                     {"service", std::string{server_word(key.what)}},
                     {"method", std::string{word(key.method)}},
                     {"code", status},
                     {"status", status}},
                    totals);
    }
    for (const auto& [key, totals] : client_sums) {
      if (key.model >= models.size()) continue;
      const std::string status = std::to_string(key.status);
      add_histogram(client,
                    {{"deployment_name", name},
                     {"predictor_name", "deploy"},
                     {"predictor_version", predictor_version},
                     {"service", std::string{client_word(key.what)}},
                     {"model_name", "model"},
                     {"model_image", models[key.model].image},
                     {"model_version", models[key.model].version},
                     {"method", std::string{word(key.method)}},
                     {"code", status},
                     {"status", status}},
                    totals);
    }
    add_number(dropped, {{"deployment_name", name}}, lost);
  }

  /// By deployment and not by client: clients are many, come and go, and have their counts in the API.
  void collect_authenticated(const deployment_stats& stats, MetricFamily& authenticated) const {
    double sum = 0;
    for (std::size_t worker = 0; worker < stats.workers(); ++worker) {
      sum += static_cast<double>(stats.of_worker(worker).authenticated.value());
    }
    if (sum > 0) add_number(authenticated, {{"deployment_name", label_of(stats)}}, sum);
  }

  void collect_limited(const deployment_stats& stats, MetricFamily& limited) const {
    static constexpr std::array<std::string_view, limit_scopes> scopes{"client", "deployment", "group"};
    static constexpr std::array<std::string_view, limit_kinds> kinds{"rate", "concurrency"};
    for (std::size_t scope = 0; scope < limit_scopes; ++scope) {
      for (std::size_t kind = 0; kind < limit_kinds; ++kind) {
        double sum = 0;
        for (std::size_t worker = 0; worker < stats.workers(); ++worker) {
          sum += static_cast<double>(stats.of_worker(worker).limited[scope][kind].value());
        }
        if (sum == 0 && !stats.is_limited()) continue;
        add_number(limited,
                   {{"deployment_name", label_of(stats)},
                    {"limit", std::string{scopes[scope]}},
                    {"kind", std::string{kinds[kind]}}},
                   sum);
      }
    }
  }

  void collect_workers() {
    add_sum("modelgate_connections_accepted_total", "Connections accepted on the prediction port.", MetricType::Counter,
            &worker_stats::connections_accepted);
    add_sum("modelgate_connections", "Connections open on the prediction port.", MetricType::Gauge,
            &worker_stats::connections_open);
    add_sum("modelgate_tls_handshakes_total", "TLS handshakes that were completed on the prediction port.",
            MetricType::Counter, &worker_stats::tls_handshakes);
    add_sum("modelgate_tls_resumed_total", "TLS handshakes that resumed an earlier session.", MetricType::Counter,
            &worker_stats::tls_resumed);
    add_sum("modelgate_upstream_tls_failures_total",
            "TLS handshakes with replicas that failed: no TLS, or a certificate that does not verify.",
            MetricType::Counter, &worker_stats::upstream_tls_failures);
    add_sum("modelgate_requests_in_flight", "Requests being answered.", MetricType::Gauge,
            &worker_stats::requests_in_flight);
    add_sum("modelgate_buffer_bytes", "Bytes of requests and answers under way that are held in memory.",
            MetricType::Gauge, &worker_stats::buffer_bytes);
    add_sum("modelgate_requests_rejected_total",
            "Requests refused before they were understood: framing, size or speed of the head.", MetricType::Counter,
            &worker_stats::requests_rejected);
    add_sum("modelgate_queued_requests_total", "Requests that had to wait for a replica.", MetricType::Counter,
            &worker_stats::queued);
    add_sum("modelgate_queue_wait_seconds_total", "Time that requests waited for a replica until they were sent.",
            MetricType::Counter, &worker_stats::queue_wait_microseconds, 1e-6);
    add_sum("modelgate_retry_budget_exhausted_total",
            "Requests not sent again because limits.retry_percent of their deployment's are being sent again already.",
            MetricType::Counter, &worker_stats::retry_budget_exhausted);
    add_sum("modelgate_upstream_connects_total", "Connections made to replicas.", MetricType::Counter,
            &worker_stats::upstream_connects);
    add_sum("modelgate_upstream_connect_failures_total", "Connections to replicas that could not be made.",
            MetricType::Counter, &worker_stats::upstream_connect_failures);
    add_sum("modelgate_upstream_reuses_total", "Requests sent on a connection that was kept from an earlier one.",
            MetricType::Counter, &worker_stats::upstream_reuses);
    add_sum("modelgate_request_body_bytes_total", "Payload bytes forwarded to replicas.", MetricType::Counter,
            &worker_stats::request_body_bytes);
    add_sum("modelgate_response_body_bytes_total", "Payload bytes forwarded to clients.", MetricType::Counter,
            &worker_stats::response_body_bytes);
    add_sum("modelgate_sessions_failed_total", "Connections ended by an unexpected exception.", MetricType::Counter,
            &worker_stats::sessions_failed);

    MetricFamily refused = family("modelgate_connections_refused_total",
                                  "Connections closed as soon as they came because of a limit.", MetricType::Counter);
    add_by_reason<connection_refusal>(refused, from_.workers_, &worker_stats::connections_refused,
                                      std::array<std::string_view, 3>{"connections", "address", "descriptors"});
    families_.push_back(std::move(refused));
    MetricFamily handshakes = family("modelgate_tls_handshake_failures_total",
                                     "TLS handshakes on the prediction port that failed.", MetricType::Counter);
    add_by_reason<handshake_failure>(handshakes, from_.workers_, &worker_stats::tls_failures,
                                     std::array<std::string_view, 4>{"timeout", "closed", "protocol", "certificate"});
    families_.push_back(std::move(handshakes));

    MetricFamily unrouted = family("modelgate_unrouted_total",
                                   "Requests that matched no deployment or no route of one.", MetricType::Counter);
    add_by_reason<unrouted_reason>(unrouted, from_.workers_, &worker_stats::unrouted,
                                   std::array<std::string_view, 2>{"deployment_not_found", "route_not_found"});
    families_.push_back(std::move(unrouted));

    MetricFamily queue_refusals = family("modelgate_queue_refusals_total",
                                         "Requests refused because of their deployment's queue.", MetricType::Counter);
    add_by_reason<queue_refusal>(queue_refusals, from_.workers_, &worker_stats::queue_refusals,
                                 std::array<std::string_view, 2>{"full", "timeout"});
    families_.push_back(std::move(queue_refusals));

    MetricFamily auth = family("modelgate_auth_failures_total",
                               "Requests to private endpoints that were refused with 401.", MetricType::Counter);
    add_by_reason<auth_failure>(
        auth, from_.workers_, &worker_stats::auth_failures,
        std::array<std::string_view, 5>{"missing", "malformed", "mistyped", "unknown", "expired"});
    families_.push_back(std::move(auth));

    MetricFamily retries =
        family("modelgate_retries_total", "Requests sent again after a failure.", MetricType::Counter);
    add_by_reason<retry_cause>(retries, from_.workers_, &worker_stats::retries,
                               std::array<std::string_view, 3>{"connect", "reset_before_sent", "reset_after_sent"});
    families_.push_back(std::move(retries));

    MetricFamily hedges =
        family("modelgate_hedges_total",
               "Requests that were slow enough to be sent to a second replica as well: its answer came "
               "first (won) or not (lost), or they were not sent there.",
               MetricType::Counter);
    add_by_reason<hedge_outcome>(hedges, from_.workers_, &worker_stats::hedges,
                                 std::array<std::string_view, 4>{"won", "lost", "limited", "no_idle_replica"},
                                 "outcome");
    families_.push_back(std::move(hedges));
    collect_tunnels();
  }

  void collect_tunnels() {
    add_sum("modelgate_tunnels_open", "WebSocket connections that are open.", MetricType::Gauge,
            &worker_stats::tunnels_open);
    MetricFamily outcomes = family(
        "modelgate_tunnels_total",
        "Requests for WebSocket that were refused or declined, and tunnels by how they ended.", MetricType::Counter);
    add_by_reason<tunnel_outcome>(outcomes, from_.workers_, &worker_stats::tunnels,
                                  std::array<std::string_view, 8>{"refused", "declined", "closed", "client_lost",
                                                                  "replica_lost", "idle", "expired", "drained"},
                                  "outcome");
    families_.push_back(std::move(outcomes));
    MetricFamily bytes =
        family("modelgate_tunnel_bytes_total",
               "Bytes read from clients (upstream) and from replicas (downstream) of tunnels.", MetricType::Counter);
    add_by_reason<tunnel_direction>(bytes, from_.workers_, &worker_stats::tunnel_bytes,
                                    std::array<std::string_view, 2>{"upstream", "downstream"}, "direction");
    families_.push_back(std::move(bytes));
  }

  void add_sum(std::string name, std::string help, MetricType type, counter worker_stats::*member, double unit = 1) {
    double sum = 0;
    for (const auto& worker : from_.workers_) sum += static_cast<double>((worker.get()->*member).value());
    MetricFamily made = family(std::move(name), std::move(help), type);
    add_number(made, {}, sum * unit);
    families_.push_back(std::move(made));
  }

  void collect_sources() {
    std::vector<std::function<std::vector<gauge_reading>()>> sources;
    {
      const std::lock_guard lock{from_.mutex_};
      sources = from_.sources_;
    }
    std::map<std::string, MetricFamily> by_name;
    for (const auto& source : sources) {
      for (gauge_reading& reading : source()) {
        const auto [place, made] = by_name.try_emplace(reading.name);
        if (made) place->second = family(reading.name, reading.help, type_of(reading));
        label_list labels;
        for (auto& [key, value] : reading.labels) labels.push_back({std::move(key), std::move(value)});
        add_reading(place->second, std::move(labels), reading);
      }
    }
    for (auto& [name, made] : by_name) families_.push_back(std::move(made));
  }

  const registry& from_;
  std::vector<MetricFamily> families_;
  std::vector<series_list::reading> scratch_;
};

registry::registry(std::size_t workers, std::string deployment_name) : deployment_name_{std::move(deployment_name)} {
  workers_.reserve(workers);
  for (std::size_t i = 0; i < workers; ++i) workers_.push_back(std::make_unique<worker_stats>());
}

registry::~registry() = default;

std::shared_ptr<deployment_stats> registry::deployment(const std::string& id) {
  const std::lock_guard lock{mutex_};
  auto& slot = deployments_[id];
  if (!slot) slot = std::make_shared<deployment_stats>(id, workers_.size());
  return slot;
}

void registry::keep_only(const std::vector<std::string>& ids) {
  const std::lock_guard lock{mutex_};
  std::erase_if(deployments_,
                [&](const auto& entry) { return !std::binary_search(ids.begin(), ids.end(), entry.first); });
}

void registry::add_source(std::function<std::vector<gauge_reading>()> source) {
  const std::lock_guard lock{mutex_};
  sources_.push_back(std::move(source));
}

std::string registry::expose() const {
  std::ostringstream text;
  prometheus::TextSerializer{}.Serialize(text, collector{*this}.collect());
  return std::move(text).str();
}

}  // namespace modelgate::metrics
