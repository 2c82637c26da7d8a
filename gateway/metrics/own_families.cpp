#include "gateway/metrics/own_families.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace modelgate::metrics {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

double value_of(const counter& each) noexcept {
  return static_cast<double>(each.value());
}

}  // namespace

own_families::own_families()
    : latency_{family("modelgate_request_seconds",
                      "From a prediction's head to the last byte of its answer, or to its end without one.",
                      MetricType::Histogram)},
      first_byte_{family("modelgate_time_to_first_byte_seconds",
                         "From a prediction's head to the head of its answer, a refusal's too; where there was one.",
                         MetricType::Histogram)},
      overhead_{family("modelgate_overhead_seconds",
                       "What the gateway took of a prediction's time, however it ended: neither its time in the queue "
                       "nor the replicas'.",
                       MetricType::Histogram)},
      in_flight_{family("modelgate_deployment_requests_in_flight",
                        "Requests being answered, those in the queue included.", MetricType::Gauge)},
      request_bytes_{family("modelgate_deployment_request_body_bytes_total", "Payload bytes forwarded to replicas.",
                            MetricType::Counter)},
      response_bytes_{family("modelgate_deployment_response_body_bytes_total", "Payload bytes forwarded to clients.",
                             MetricType::Counter)},
      failed_{family("modelgate_failed_predictions_total",
                     "Predictions answered 5xx, by whether their deployment was meant to serve them.",
                     MetricType::Counter)},
      limited_{family("modelgate_rate_limited_total", "Requests answered 429 because of a limit on traffic.",
                      MetricType::Counter)},
      authenticated_{family("modelgate_authenticated_requests_total",
                            "Requests of private deployments that a client's token, password or certificate let in.",
                            MetricType::Counter)} {}

void own_families::add(const deployment_stats& stats, const std::string& name, exemplar_table& exemplars) {
  answer_histogram::totals latency;
  answer_histogram::totals first_byte;
  overhead_histogram::totals overhead;
  double in_flight = 0;
  double request_bytes = 0;
  double response_bytes = 0;
  double failed = 0;
  double failed_stopped = 0;
  double authenticated = 0;
  for (std::size_t worker = 0; worker < stats.workers(); ++worker) {
    const worker_deployment_stats& counted = stats.of_worker(worker);
    latency.add(counted.latency.read());
    first_byte.add(counted.first_byte.read());
    overhead.add(counted.overhead.read());
    in_flight += value_of(counted.traffic.in_flight);
    request_bytes += value_of(counted.traffic.request_body_bytes);
    response_bytes += value_of(counted.traffic.response_body_bytes);
    failed += value_of(counted.failed);
    failed_stopped += value_of(counted.failed_stopped);
    authenticated += value_of(counted.authenticated);
  }
  const label_list labels{{"deployment_name", name}};
  if (stats.has_loaded() || latency.count() > 0) {
    add_histogram(latency_, labels, latency, exemplars);
    add_histogram(first_byte_, labels, first_byte, exemplars);
    add_histogram(overhead_, labels, overhead, exemplars);
  }
  add_number(in_flight_, labels, in_flight);
  add_number(request_bytes_, labels, request_bytes);
  add_number(response_bytes_, labels, response_bytes);
  add_number(failed_, {{"deployment_name", name}, {"cause", "fault"}}, failed);
  add_number(failed_, {{"deployment_name", name}, {"cause", "stopped"}}, failed_stopped);
  if (authenticated > 0) add_number(authenticated_, labels, authenticated);
  add_limited(stats, name);
}

void own_families::add_limited(const deployment_stats& stats, const std::string& name) {
  static constexpr std::array<std::string_view, limit_scopes> scopes{"client", "deployment", "group"};
  static constexpr std::array<std::string_view, limit_kinds> kinds{"rate", "concurrency"};
  for (std::size_t scope = 0; scope < limit_scopes; ++scope) {
    for (std::size_t kind = 0; kind < limit_kinds; ++kind) {
      double sum = 0;
      for (std::size_t worker = 0; worker < stats.workers(); ++worker) {
        sum += value_of(stats.of_worker(worker).limited[scope][kind]);
      }
      if (sum == 0 && !stats.is_limited()) continue;
      add_number(limited_,
                 {{"deployment_name", name}, {"limit", std::string{scopes[scope]}}, {"kind", std::string{kinds[kind]}}},
                 sum);
    }
  }
}

void own_families::move_to(std::vector<MetricFamily>& into) {
  for (MetricFamily* each :
       {&latency_, &first_byte_, &overhead_, &in_flight_, &request_bytes_, &response_bytes_, &failed_}) {
    into.push_back(std::move(*each));
  }
  if (!limited_.metric.empty()) into.push_back(std::move(limited_));
  if (!authenticated_.metric.empty()) into.push_back(std::move(authenticated_));
}

}  // namespace modelgate::metrics
