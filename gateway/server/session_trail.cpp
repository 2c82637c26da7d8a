// What is written down of a request that has ended.
#include "gateway/server/request_trail.hpp"
#include "gateway/server/session.hpp"
#include "gateway/telemetry/request_record.hpp"

#include <algorithm>

namespace modelgate::server {
namespace {

using std::chrono::nanoseconds;

nanoseconds between(steady_time from, steady_time to) noexcept {
  return std::max(nanoseconds{0}, nanoseconds{to - from});
}

void add_upstream(telemetry::request_record& record, const proxy::upstream_trail& upstream, steady_time started) {
  if (!upstream.replica) return;
  const config::endpoint_config& replica = upstream.replica->endpoint->config();
  record.dispatched = true;
  record.connected = upstream.connected;
  record.replica.assign(replica.replica);
  record.authority.assign(upstream.replica->endpoint->authority());
  record.revision = replica.revision;
  record.upstream_status = static_cast<std::uint16_t>(upstream.status);
  record.retries = static_cast<std::uint16_t>(upstream.retries);
  record.second_try = upstream.is_second;
  record.given_up = upstream.given_up;
  record.bytes_in = upstream.request_bytes;
  record.dispatch = between(started, upstream.dispatched);
  if (upstream.sent) record.sending = between(upstream.dispatched, *upstream.sent);
  if (upstream.head) record.first_byte = between(upstream.dispatched, *upstream.head);
  record.upstream = between(upstream.dispatched, upstream.ended);
}

}  // namespace

session::recorded_request::recorded_request(session& owner, const request& req) noexcept : owner_{owner}, req_{req} {
  owner_.trail_ = &trail_;
  owner_.buffers_->trace = {};
}

session::recorded_request::~recorded_request() {
  owner_.trail_ = nullptr;
  owner_.write_down(req_, trail_);
}

void session::tell_caller(const request& req, const request_trail& trail) const {
  const proxy::upstream_trail& upstream = trail.upstream;
  const auto why = trail.status == 0 ? std::optional{http::reason::client_closed} : trail.why;
  config::call_trail told;
  told.status = trail.status;
  told.by_gateway = trail.answered_here;
  if (why) told.reason = http::word(*why);
  told.queue = trail.queued;
  told.connect = trail.connecting;
  if (upstream.replica) {
    told.replica = upstream.replica->endpoint->config().replica;
    // A new connection is opened after the dispatch.
    if (upstream.head)
      told.first_byte = std::max(nanoseconds{0}, between(upstream.dispatched, *upstream.head) - trail.connecting);
  }
  told.total = between(req.started, steady_clock::now());
  inside_->ended(std::move(told));
}

void session::write_down(const request& req, const request_trail& trail) noexcept {
  if (inside_) tell_caller(req, trail);
  const record_rules& rules = worker_.settings().records;
  if (!rules.logs && !rules.exports) return;
  const bool answered_by_replica = trail.upstream.replica && !trail.answered_here;
  const steady_time ended = answered_by_replica ? trail.upstream.ended : steady_clock::now();
  const nanoseconds total = between(req.started, ended);
  const bool failed = trail.status == 0 || trail.status >= 500 || trail.why;
  const bool slow = rules.slow.count() > 0 && total + head_time_ >= rules.slow;
  const bool logs = rules.logs && (failed || slow || rules.logged.draws(worker_.ids().next()));
  const bool exports = rules.exports && buffers_->trace.sampled;
  if (!logs && !exports) return;
  telemetry::record_queue& queue = worker_.records();
  telemetry::request_record* record = queue.push();
  if (record == nullptr) return queue.count_dropped(logs, exports);

  record->to_log = logs;
  record->to_trace = exports;
  record->understood = !req.target.path.empty();
  record->secure = stream_->tls() != nullptr;
  record->minor_version = static_cast<std::uint8_t>(req.minor_version);
  record->verb = req.verb;
  record->why = trail.why;
  record->status = static_cast<std::uint16_t>(trail.status);
  if (trail.status == 0) {
    record->why = http::reason::client_closed;
    record->status = static_cast<std::uint16_t>(http::status_of(http::reason::client_closed));
  }
  record->total = total;
  record->head = head_time_;
  record->started = worker_.context().wall_time(req.started).time_since_epoch();
  record->held = req.held;
  record->queued = trail.queued;
  record->connecting = trail.connecting;
  record->request_id.assign(buffers_->ids.request_id);
  record->client.assign(trail.client == nullptr ? trail.person : std::string_view{trail.client->name});
  record->peer.assign(peer_);
  record->path.assign(req.target.path);
  if (trail.deployment) record->deployment.assign(trail.deployment->id);
  add_upstream(*record, trail.upstream, req.started);
  if (trail.answered_here) {
    const std::size_t head = buffers_->reply.find("\r\n\r\n");
    if (head != std::string::npos) record->bytes_out = buffers_->reply.size() - head - 4;
  } else {
    record->bytes_out = trail.upstream.response_bytes;
  }
  const filter::request_trace& trace = buffers_->trace;
  record->trace = trace.id;
  record->parent = trace.parent;
  record->upstream_span = trail.upstream.is_second ? second_try_of(trace.upstream) : trace.upstream;
  if (!exports) return queue.publish();
  const span_id span = worker_.ids().next() | 1;
  const nanoseconds started = record->started;
  record->span = span;
  queue.publish();
  if (trail.other_try) write_down_try(req, trail, span, started);
}

void session::write_down_try(const request& req, const request_trail& trail, span_id parent,
                             nanoseconds started) noexcept {
  telemetry::record_queue& queue = worker_.records();
  telemetry::request_record* record = queue.push();
  if (record == nullptr) return queue.count_dropped(false, true);
  const proxy::upstream_trail& tried = *trail.other_try;
  const filter::request_trace& trace = buffers_->trace;
  record->only_try = true;
  record->to_trace = true;
  record->understood = true;
  record->verb = req.verb;
  record->why = tried.lost;
  record->started = started;
  record->trace = trace.id;
  record->span = parent;
  record->upstream_span = tried.is_second ? second_try_of(trace.upstream) : trace.upstream;
  if (trail.deployment) record->deployment.assign(trail.deployment->id);
  add_upstream(*record, tried, req.started);
  record->connected = false;  // how long that took is known of both together
  queue.publish();
}

}  // namespace modelgate::server
