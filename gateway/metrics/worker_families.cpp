#include "gateway/metrics/worker_families.hpp"

#include "gateway/metrics/families.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace modelgate::metrics {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

class collector {
 public:
  collector(const worker_list& workers, std::vector<MetricFamily>& into) : workers_{workers}, into_{into} {}

  void collect() {
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
    add_by_reason<connection_refusal>(refused, &worker_stats::connections_refused,
                                      std::array<std::string_view, 3>{"connections", "address", "descriptors"});
    into_.push_back(std::move(refused));
    MetricFamily handshakes = family("modelgate_tls_handshake_failures_total",
                                     "TLS handshakes on the prediction port that failed.", MetricType::Counter);
    add_by_reason<handshake_failure>(handshakes, &worker_stats::tls_failures,
                                     std::array<std::string_view, 4>{"timeout", "closed", "protocol", "certificate"});
    into_.push_back(std::move(handshakes));

    MetricFamily unrouted =
        family("modelgate_unrouted_total",
               "Requests that matched no deployment, no route of one, or no method of that.", MetricType::Counter);
    add_by_reason<unrouted_reason>(
        unrouted, &worker_stats::unrouted,
        std::array<std::string_view, 3>{"deployment_not_found", "route_not_found", "method_not_allowed"});
    into_.push_back(std::move(unrouted));

    MetricFamily queue_refusals = family("modelgate_queue_refusals_total",
                                         "Requests refused because of their deployment's queue.", MetricType::Counter);
    add_by_reason<queue_refusal>(queue_refusals, &worker_stats::queue_refusals,
                                 std::array<std::string_view, 2>{"full", "timeout"});
    into_.push_back(std::move(queue_refusals));

    MetricFamily slow =
        family("modelgate_slow_cut_total",
               "Requests that were cut because bytes of their body came, or of their answer went, too slowly.",
               MetricType::Counter);
    add_by_reason<slowness>(
        slow, &worker_stats::slow_cut,
        std::array<std::string_view, 5>{"body", "answer", "contended_body", "contended_answer", "idle"});
    into_.push_back(std::move(slow));

    MetricFamily auth = family("modelgate_auth_failures_total",
                               "Requests to private endpoints that were refused with 401.", MetricType::Counter);
    add_by_reason<auth_failure>(
        auth, &worker_stats::auth_failures,
        std::array<std::string_view, 5>{"missing", "malformed", "mistyped", "unknown", "expired"});
    into_.push_back(std::move(auth));

    MetricFamily retries =
        family("modelgate_retries_total", "Requests sent again after a failure.", MetricType::Counter);
    add_by_reason<retry_cause>(retries, &worker_stats::retries,
                               std::array<std::string_view, 3>{"connect", "reset_before_sent", "reset_after_sent"});
    into_.push_back(std::move(retries));

    MetricFamily hedges =
        family("modelgate_hedges_total",
               "Requests that were slow enough to be sent to a second replica as well: its answer came "
               "first (won) or not (lost), or they were not sent there.",
               MetricType::Counter);
    add_by_reason<hedge_outcome>(hedges, &worker_stats::hedges,
                                 std::array<std::string_view, 4>{"won", "lost", "limited", "no_idle_replica"},
                                 "outcome");
    into_.push_back(std::move(hedges));
    collect_tunnels();
  }

 private:
  void collect_tunnels() {
    add_sum("modelgate_tunnels_open", "WebSocket connections that are open.", MetricType::Gauge,
            &worker_stats::tunnels_open);
    MetricFamily outcomes = family(
        "modelgate_tunnels_total",
        "Requests for WebSocket that were refused or declined, and tunnels by how they ended.", MetricType::Counter);
    add_by_reason<tunnel_outcome>(outcomes, &worker_stats::tunnels,
                                  std::array<std::string_view, 8>{"refused", "declined", "closed", "client_lost",
                                                                  "replica_lost", "idle", "expired", "drained"},
                                  "outcome");
    into_.push_back(std::move(outcomes));
    MetricFamily bytes =
        family("modelgate_tunnel_bytes_total",
               "Bytes read from clients (upstream) and from replicas (downstream) of tunnels.", MetricType::Counter);
    add_by_reason<tunnel_direction>(bytes, &worker_stats::tunnel_bytes,
                                    std::array<std::string_view, 2>{"upstream", "downstream"}, "direction");
    into_.push_back(std::move(bytes));
  }

  void add_sum(std::string name, std::string help, MetricType type, counter worker_stats::*member, double unit = 1) {
    double sum = 0;
    for (const auto& worker : workers_) sum += static_cast<double>((worker.get()->*member).value());
    MetricFamily made = family(std::move(name), std::move(help), type);
    add_number(made, {}, sum * unit);
    into_.push_back(std::move(made));
  }

  template <class Enum, std::size_t Size>
  void add_by_reason(MetricFamily& into, std::array<counter, Size> worker_stats::*member,
                     const std::array<std::string_view, Size>& words, const char* label = "reason") {
    for (std::size_t i = 0; i < Size; ++i) {
      double sum = 0;
      for (const auto& worker : workers_) sum += static_cast<double>((worker.get()->*member)[i].value());
      add_number(into, {{label, std::string{words[i]}}}, sum);
    }
  }

  const worker_list& workers_;
  std::vector<MetricFamily>& into_;
};

}  // namespace

void append_worker_families(const worker_list& workers, std::vector<MetricFamily>& into) {
  collector{workers, into}.collect();
}

}  // namespace modelgate::metrics
