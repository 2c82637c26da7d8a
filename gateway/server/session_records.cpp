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

void session::record(const request& req, const deployment_state& state, unsigned status, steady_time ended) {
  const std::optional<metrics::service> service = counted_service_of(req.match.kind, req.verb);
  if (!service) return;
  const std::chrono::nanoseconds latency = ended - req.started;
  metrics::worker_deployment_stats& counted = state.entry->stats->of_worker(worker_.index());
  counted.server.record({*service, label_of(req.verb), static_cast<std::uint16_t>(status)}, latency, req.trace);
  if (*service != metrics::service::predictions) return;
  if (trail_->tally != nullptr) trail_->tally->answered(status, latency);
  counted.latency.record(latency, req.trace);
  counted.overhead.record(latency - req.held - trail_->queued - trail_->replica_time, req.trace);
  if (trail_->upstream.head)
    counted.first_byte.record(*trail_->upstream.head - req.started, req.trace);
  else if (trail_->answered_here)
    counted.first_byte.record(latency, req.trace);
  if (status < 500) return;
  (trail_->why == http::reason::deployment_stopped ? counted.failed_stopped : counted.failed).add();
}

}  // namespace modelgate::server
