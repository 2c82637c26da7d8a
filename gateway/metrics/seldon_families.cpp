#include "gateway/metrics/seldon_families.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace modelgate::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

/// Statuses that a dashboard divides by: without a zero series the first error is invisible to `rate`.
constexpr std::array<std::uint16_t, 3> zero_statuses{200, 400, 500};
/// Likewise what the gateway itself answers where things go wrong, once a deployment has had a replica or a request.
constexpr std::array<std::uint16_t, 4> zero_failures{499, 502, 503, 504};
constexpr std::array<std::uint16_t, 2> zero_refusals{401, 429};  ///< before any call of a model

void add_summary(MetricFamily& into, label_list labels, const latency_totals& totals) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.summary.sample_count = totals.count();
  metric.summary.sample_sum = totals.sum_seconds;
  into.metric.push_back(std::move(metric));
}

/// The engine said nothing of what is not there.
std::string or_else(std::string value, const char* otherwise) {
  return value.empty() ? std::string{otherwise} : std::move(value);
}

std::string in_upper_case(std::string_view text) {
  std::string upper{text};
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return upper;
}

/// Micrometer's word for a class of statuses.
const char* outcome_of(std::uint16_t status) noexcept {
  constexpr std::array words{"UNKNOWN", "INFORMATIONAL", "SUCCESS", "REDIRECTION", "CLIENT_ERROR", "SERVER_ERROR"};
  const std::size_t which = status / 100U;
  return which < words.size() ? words[which] : words[0];
}

/// The engine timed these two only.
bool engine_knows(service what) noexcept {
  return what == service::predictions || what == service::feedback;
}

std::string value_of(const label_list& labels, std::string_view name) {
  const auto found = std::find_if(labels.begin(), labels.end(), [&](const auto& each) { return each.name == name; });
  return found == labels.end() ? std::string{} : found->value;
}

}  // namespace

seldon_families::seldon_families(const config::metrics_settings& shown)
    : shown_{shown},
      server_{family("seldon_api_executor_server_requests_seconds", "A histogram of latencies for executor server",
                     MetricType::Histogram)},
      client_{family("seldon_api_executor_client_requests_seconds",
                     "A histogram of latencies for client calls from executor", MetricType::Histogram)},
      server_summary_{family("seldon_api_executor_server_requests_seconds_summary",
                             "A summary of latencies for executor server", MetricType::Summary)},
      client_summary_{family("seldon_api_executor_client_requests_seconds_summary",
                             "A summary of latencies for client calls from executor", MetricType::Summary)},
      engine_client_{family("seldon_api_engine_client_requests_seconds",
                            "Latencies of calls of models, by the names of Seldon before 1.1.", MetricType::Histogram)},
      folded_{family("modelgate_series_folded_total",
                     "Requests of which a Seldon histogram shows only the hundreds of the status, because their model "
                     "has too many series.",
                     MetricType::Counter)} {}

void seldon_families::sum(const deployment_stats& stats, summed_series& server, summed_series& client) {
  const auto add = [&](const series_list& list, summed_series& sums) {
    scratch_.clear();
    list.read_into(scratch_);
    for (const auto& reading : scratch_) sums[reading.key].add(reading.totals);
  };
  for (std::size_t worker = 0; worker < stats.workers(); ++worker) {
    add(stats.of_worker(worker).server, server);
    add(stats.of_worker(worker).client, client);
  }
}

void seldon_families::add(const deployment_stats& stats, const std::string& name, exemplar_table& exemplars) {
  const std::string version = stats.predictor_version();
  const std::map<model_index, model_labels> models = stats.shown_models();
  summed_series server;
  summed_series client;
  sum(stats, server, client);
  const auto begin_with_zero = [&](std::uint16_t status, bool also_client) {
    series_key key;
    key.status = status;
    server[key];
    if (!also_client) return;
    for (const auto& [model, labels] : models) {
      key.model = model;
      client[key];
    }
  };
  // One that was stopped all along has none, as Seldon has no executor for it: of many they would be most of a scrape.
  const bool may_fail = stats.has_served() || !server.empty();
  if (may_fail || stats.has_loaded()) {
    for (const std::uint16_t status : zero_statuses) begin_with_zero(status, true);
  }
  if (may_fail) {
    for (const std::uint16_t status : zero_failures) begin_with_zero(status, true);
    for (const std::uint16_t status : zero_refusals) begin_with_zero(status, false);
  }
  const label_list common{{"deployment_name", name}, {"predictor_name", "deploy"}, {"predictor_version", version}};
  for (const auto& [key, totals] : server) add_server(key, totals, common, exemplars);
  client_series shown;
  client_series of_engine;
  for (const auto& [key, totals] : client) {
    if (!models.contains(key.model)) continue;  // it has not served for long
    client_labels of{service_of(key, stats), key.method, key.status, key.model};
    shown[of].add(totals);
    if (!shown_.engine_names || !engine_knows(key.what)) continue;
    if (key.path == 0) of.service = client_word(key.what);
    of_engine[std::move(of)].add(totals);
  }
  const auto labels_of = [&](const client_labels& of) {
    const model_labels& model = models.at(of.model);
    label_list labels = common;
    labels.push_back({"service", of.service});
    labels.push_back({"model_name", "model"});
    labels.push_back({"model_image", model.image});
    labels.push_back({"model_version", model.version});
    return labels;
  };
  for (const auto& [of, totals] : shown) add_client(of, totals, labels_of(of), exemplars);
  for (const auto& [of, totals] : of_engine) add_engine_client(of, totals, labels_of(of), exemplars);
  double folded = 0;
  for (std::size_t worker = 0; worker < stats.workers(); ++worker) {
    const worker_deployment_stats& counted = stats.of_worker(worker);
    folded += static_cast<double>(counted.server.folded() + counted.client.folded());
  }
  add_number(folded_, {{"deployment_name", name}}, folded);
}

std::string seldon_families::service_of(const series_key& key, const deployment_stats& stats) const {
  if (key.path != 0) return std::string{stats.paths().at(key.path)};
  const bool is_capital = shown_.client_service == config::client_service_label::capital_predict;
  if (is_capital && key.what == service::predictions) return "/Predict";
  return std::string{client_word(key.what)};
}

void seldon_families::add_server(const series_key& key, const latency_totals& totals, label_list labels,
                                 exemplar_table& exemplars) {
  const std::string status = std::to_string(key.status);
  labels.push_back({"service", std::string{server_word(key.what)}});
  labels.push_back({"method", std::string{word(key.method)}});
  labels.push_back({"code", status});
  labels.push_back({"status", status});
  if (shown_.summaries) add_summary(server_summary_, labels, totals);
  if (shown_.engine_names && engine_knows(key.what)) engine_server_[key].add(totals);
  add_histogram(server_, std::move(labels), totals, exemplars);
}

void seldon_families::add_client(const client_labels& of, const latency_totals& totals, label_list labels,
                                 exemplar_table& exemplars) {
  const std::string status = std::to_string(of.status);
  labels.push_back({"method", std::string{word(of.method)}});
  labels.push_back({"code", status});
  labels.push_back({"status", status});
  if (shown_.summaries) add_summary(client_summary_, labels, totals);
  add_histogram(client_, std::move(labels), totals, exemplars);
}

void seldon_families::add_engine_client(const client_labels& of, const latency_totals& totals, const label_list& labels,
                                        exemplar_table& exemplars) {
  label_list engine{{"method", in_upper_case(word(of.method))},
                    {"uri", of.service},
                    {"status", std::to_string(of.status)},
                    {"clientName", "none"},
                    {"deployment_name", value_of(labels, "deployment_name")},
                    {"model_name", value_of(labels, "model_name")},
                    {"model_image", or_else(value_of(labels, "model_image"), "unknown")},
                    {"model_version", or_else(value_of(labels, "model_version"), "latest")},
                    {"predictor_name", value_of(labels, "predictor_name")},
                    {"predictor_version", or_else(value_of(labels, "predictor_version"), "unknown")}};
  add_histogram(engine_client_, std::move(engine), totals, exemplars);
}

void seldon_families::move_to(std::vector<MetricFamily>& into) {
  into.push_back(std::move(server_));
  into.push_back(std::move(client_));
  into.push_back(std::move(folded_));
  if (shown_.summaries) {
    into.push_back(std::move(server_summary_));
    into.push_back(std::move(client_summary_));
  }
  if (!shown_.engine_names) return;
  MetricFamily server =
      family("seldon_api_engine_server_requests_seconds",
             "Latencies of all deployments' requests, by the names of Seldon before 1.1.", MetricType::Histogram);
  exemplar_table none;
  for (const auto& [key, totals] : engine_server_) {
    add_histogram(server,
                  {{"exception", "None"},
                   {"method", in_upper_case(word(key.method))},
                   {"outcome", outcome_of(key.status)},
                   {"status", std::to_string(key.status)},
                   {"uri", std::string{"/api/v1.0/"}.append(server_word(key.what))}},
                  totals, none);
  }
  into.push_back(std::move(server));
  into.push_back(std::move(engine_client_));
}

}  // namespace modelgate::metrics
