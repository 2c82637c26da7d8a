#pragma once

#include "gateway/metrics/families.hpp"

#include "modelgate/config/settings.hpp"
#include "modelgate/metrics/deployment_stats.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace modelgate::metrics {

/// Seldon's request histograms, and by the settings the same counts under its older names and as its summaries.
///
/// Source: Seldon's executor 1.18 and its engine 1.1; the engine's server histogram knows no deployments.
class seldon_families {
 public:
  explicit seldon_families(const config::metrics_settings& shown);

  /// `name`: the label of that deployment. Series for 200, 400 and 500 are there before the first answer.
  void add(const deployment_stats& stats, const std::string& name, exemplar_table& exemplars);
  /// All of them; it is used up by that.
  void move_to(std::vector<prometheus::MetricFamily>& into);

 private:
  using summed_series = std::map<series_key, latency_totals>;
  /// What the labels of a client series say, but for those that all of a deployment's have. Several keys may say the same: a
  /// path that was called is the word of a service as well, and its service may have changed with the protocol.
  struct client_labels {
    std::string service;
    method_label method = method_label::post;
    std::uint16_t status = 200;
    model_index model = 0;

    friend auto operator<=>(const client_labels&, const client_labels&) = default;
  };
  using client_series = std::map<client_labels, latency_totals>;

  void sum(const deployment_stats& stats, summed_series& server, summed_series& client);
  void add_server(const series_key& key, const latency_totals& totals, label_list labels, exemplar_table& exemplars);
  void add_client(const client_labels& of, const latency_totals& totals, label_list labels, exemplar_table& exemplars);
  void add_engine_client(const client_labels& of, const latency_totals& totals, const label_list& labels,
                         exemplar_table& exemplars);
  [[nodiscard]] std::string service_of(const series_key& key, const deployment_stats& stats) const;

  config::metrics_settings shown_;
  prometheus::MetricFamily server_;
  prometheus::MetricFamily client_;
  prometheus::MetricFamily server_summary_;
  prometheus::MetricFamily client_summary_;
  prometheus::MetricFamily engine_client_;
  prometheus::MetricFamily folded_;
  summed_series engine_server_;  ///< over all deployments
  std::vector<series_list::reading> scratch_;
};

}  // namespace modelgate::metrics
