// What is counted of a request that has been answered.
#include "gateway/server/request_labels.hpp"
#include "gateway/server/session.hpp"

namespace modelgate::server {

void session::record_upstream(const request& req, const deployment_state& state, const proxy::exchange_result& result) {
  const std::optional<metrics::service> service = counted_service_of(req.match.kind, req.verb);
  if (!service) return;
  if (!result.upstream_latency) {
    const bool no_replica =
        result.how == proxy::exchange_result::ending::refused && result.why == http::reason::no_ready_replica;
    if (no_replica) record_unsent(req, state);
    return;
  }
  metrics::deployment_stats& stats = *state.entry->stats;
  metrics::series_key key{*service, label_of(req.verb), static_cast<std::uint16_t>(result.status), result.model};
  if (stats.shows_paths() && req.match.upstream_path != metrics::client_word(*service))
    key.path = stats.paths().find_or_add(req.match.upstream_path);
  stats.of_worker(worker_.index()).client.record(key, *result.upstream_latency, req.trace);
}

void session::record_unsent(const request& req, const deployment_state& state) {
  const std::optional<metrics::service> service = counted_service_of(req.match.kind, req.verb);
  if (!service) return;
  const auto status = static_cast<std::uint16_t>(http::status_of(http::reason::no_ready_replica));
  state.entry->stats->of_worker(worker_.index())
      .client.record({*service, label_of(req.verb), status, state.entry->model}, steady_clock::now() - req.started,
                     req.trace);
}

std::chrono::nanoseconds session::record(const request& req, const deployment_state& state, unsigned status,
                                         steady_time ended) {
  const std::chrono::nanoseconds latency = ended - req.started;
  if (const std::optional<metrics::service> service = counted_service_of(req.match.kind, req.verb)) {
    const metrics::series_key key{*service, label_of(req.verb), static_cast<std::uint16_t>(status)};
    state.entry->stats->of_worker(worker_.index()).server.record(key, latency, req.trace);
    if (trail_->tally != nullptr && *service == metrics::service::predictions) trail_->tally->answered(status, latency);
  }
  return latency;
}

void session::record_times(const request& req, const deployment_state& state, const proxy::exchange_result& result,
                           std::chrono::nanoseconds latency) {
  if (counted_service_of(req.match.kind, req.verb) != metrics::service::predictions) return;
  metrics::worker_deployment_stats& counted = state.entry->stats->of_worker(worker_.index());
  counted.latency.record(latency, req.trace);
  if (const auto head_at = trail_->upstream.head) counted.first_byte.record(*head_at - req.started, req.trace);
  if (result.upstream_time)
    counted.overhead.record(latency - req.held - result.queued - *result.upstream_time, req.trace);
}

}  // namespace modelgate::server
