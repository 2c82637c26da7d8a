#include "gateway/server/session.hpp"

#include "gateway/filter/request_timeout.hpp"
#include "gateway/proxy/forwarding.hpp"
#include "gateway/server/explanation.hpp"
#include "gateway/server/request_labels.hpp"
#include "gateway/server/session_marks.hpp"

#include "modelgate/net/tls_channel.hpp"

#include <algorithm>
#include <array>

namespace modelgate::server {
namespace {

constexpr unsigned requests_per_turn = 64;
constexpr std::chrono::seconds retry_after_stopped{30};
constexpr std::chrono::seconds retry_after_not_ready{2};

constexpr std::string_view passthrough_methods = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";
constexpr std::string_view options_of_passthrough = "Allow: DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT\r\n";
constexpr std::string_view cors_preflight =
    "Access-Control-Allow-Origin: *\r\n"
    "Access-Control-Allow-Headers: Accept, Accept-Encoding, Authorization, Content-Length, Content-Type, "
    "X-CSRF-Token\r\n"
    "Access-Control-Allow-Methods: GET,OPTIONS,POST\r\n";

}  // namespace

session::session(worker& owner, net::socket_handle socket, std::string peer, config::inside_caller_ptr inside)
    : worker_{owner},
      stream_{new net::byte_stream{owner.loop(), std::move(socket)}},
      peer_{std::move(peer)},
      inside_{std::move(inside)} {
  stream_->set_owner(&signal_);
  stream_->gather_sends();
}

session::~session() {
  stream_->close();
  if (buffers_) worker_.give_buffers(std::move(buffers_));
}

void session::on_drain() {
  drain_due_ = steady_clock::now() + worker_.settings().drain_idle;
  signal_.notify();
}

void session::cut() {
  if (!exchanging_) stream_->abort();
  signal_.notify();
}

void session::close() {
  stream_->close();
  signal_.notify();
}

net::task session::run() {
  next_step step = next_step::keep;
  unsigned requests = 0;
  if (worker_.tls() && !inside_) {
    const bool secure = co_await shake_hands(worker_.tls());
    if (!secure) step = next_step::close;
  }
  while (step == next_step::keep) {
    http::head_extent extent;
    const bool has_head = co_await read_head(extent);
    if (!has_head) break;
    step = co_await serve(extent);
    first_request_ = false;
    // Pipelined requests that we answer ourselves never have to wait.
    if (++requests % requests_per_turn == 0) co_await worker_.loop().yield_turn();
  }
  if (step == next_step::linger) co_await linger();
  if (stream_->is_open() && (stream_->tls() != nullptr || stream_->has_unsent())) co_await finish_sending();
  stream_->close();
}

net::task_of<bool> session::read_head(http::head_extent& extent) {
  const steady_time now = steady_clock::now();
  steady_time due = now + (first_request_ ? worker_.settings().head : worker_.settings().keep_alive);
  bool begun = false;
  std::optional<half_head_mark> half;
  steady_time begun_at{};
  head_time_ = {};
  for (;;) {
    // An empty line before a request is nothing yet: the connection stays idle.
    if (buffers_ && buffers_->input.view() == "\r\n") buffers_->input.clear();
    if (buffers_ && !buffers_->input.empty()) {
      const auto found = http::find_head(buffers_->input.view(), buffers_->head_bytes);
      if (!found) {
        const next_step step = co_await refuse_head(found.error());
        if (step == next_step::linger) co_await linger();
        co_return false;
      }
      if (*found) {
        extent = **found;
        if (begun) head_time_ = steady_clock::now() - begun_at;
        co_return true;
      }
      if (!begun) {
        begun_at = steady_clock::now();
        due = begun_at + worker_.settings().head;
      }
      begun = true;
    }
    if (!buffers_) buffers_ = worker_.take_buffers();
    const net::io_result read = stream_->read_some(buffers_->input.space());
    if (read.status == net::io_status::ok) {
      buffers_->input.commit(read.bytes);
      continue;
    }
    if (read.status != net::io_status::would_block) co_return false;
    if (!begun) worker_.give_buffers(std::move(buffers_));
    if (begun && !half) {
      if (!worker_.context().has_memory_for_half_a_head()) {
        const next_step step = co_await refuse_head(
            {http::reason::overloaded, explain(http::reason::overloaded), http::fault::overloaded});
        if (step == next_step::linger) co_await linger();
        co_return false;
      }
      half.emplace(worker_.context().half_heads);
    }
    const bool expired = co_await wait_until(begun ? due : std::min(due, drain_due_));
    if (!expired) continue;
    if (!begun && worker_.context().draining) co_await linger();
    if (begun) {
      const next_step step = co_await refuse_head(
          {http::reason::request_timeout, "the request head did not come in time", http::fault::timeout});
      if (step == next_step::linger) co_await linger();
    }
    co_return false;
  }
}

boost::system::result<void, http::refusal> session::understand(std::string_view head_bytes, request& req) {
  http::request_head& head = worker_.context().request_head;
  if (auto parsed = http::parse_request_head(head_bytes, worker_.settings().proxy.head_limits, head); !parsed) {
    return parsed.error();
  }
  req.verb = head.verb;
  req.minor_version = head.minor_version;
  const auto framing = http::frame_request(head);
  if (!framing) return framing.error();
  req.framing = *framing;
  const auto target = http::normalise_target(req.framing.origin_form, buffers_->target);
  if (!target) return target.error();
  req.target = *target;
  filter::identify(head, worker_.ids(), buffers_->ids);
  buffers_->trace = filter::trace(head, worker_.ids(), worker_.settings().traces);
  req.trace = buffers_->trace.kept();
  return {};
}

/// From here to the first wait the head's views and the worker's table stay as they are.
net::task_of<session::next_step> session::serve(http::head_extent extent) {
  request req;
  req.started = steady_clock::now();
  const recorded_request recorded{*this, req};
  buffers_->limit_fields.clear();
  const std::string_view head_bytes = buffers_->input.view().substr(extent.skipped, extent.size);
  req.head = head_bytes;
  const auto understood = understand(head_bytes, req);
  if (!understood) co_return co_await refuse(understood.error());
  buffers_->input.consume(extent.skipped + extent.size);
  if (const net::tls_channel* tls = stream_->tls(); tls != nullptr && !tls->is_for(req.framing.host)) {
    co_return co_await reply(req, http::reason::misdirected, explain(http::reason::misdirected));
  }

  const routing::split_path path = routing::split_request_path(req.target.path);
  switch (path.kind) {
    case routing::path_kind::ping:
      co_return co_await answer(req, "pong");
    case routing::path_kind::unknown:
      worker_.context().stats.unrouted[static_cast<std::size_t>(metrics::unrouted_reason::route_not_found)].add();
      co_return co_await reply(
          req, http::reason::route_not_found,
          "nothing is served at this path; predictions are at /deployment/<id>/api/v1.0/predictions");
    case routing::path_kind::deployment:
      break;
  }
  co_return co_await serve_deployment(req, path.deployment);
}

net::task_of<session::next_step> session::serve_deployment(request& req, routing::deployment_path path) {
  metrics::worker_stats& stats = worker_.context().stats;
  req.route = worker_.table().routes.find(path.id);
  if (req.route == routing::route_table::none) {
    stats.unrouted[static_cast<std::size_t>(metrics::unrouted_reason::deployment_not_found)].add();
    co_return co_await reply(req, http::reason::deployment_not_found, "there is no deployment with this id");
  }
  const routing::route& route = worker_.table().routes.at(req.route);
  const config::deployment_config& deployment = route.deployment();
  req.match = routing::match_route(deployment.serving.protocol, path.rest);
  if (!req.match.found) {
    stats.unrouted[static_cast<std::size_t>(metrics::unrouted_reason::route_not_found)].add();
    co_return co_await reply(
        req, http::reason::route_not_found,
        "this deployment serves nothing at this path; predictions are at /deployment/<id>/api/v1.0/predictions");
  }
  const bool is_seldon = deployment.serving.protocol == config::upstream_protocol::seldon;
  const bool cors = is_seldon && worker_.settings().proxy.cors;
  if (cors && req.verb == http::method::options) co_return co_await answer(req, {}, cors_preflight);
  req.cors = cors;
  deployment_state_ptr state = worker_.state_of(req.route);
  trail_->deployment = state;
  const bool never_forwarded = is_seldon && req.verb == http::method::options;
  if (never_forwarded || !routing::method_is_allowed(req.match, req.verb)) {
    stats.unrouted[static_cast<std::size_t>(metrics::unrouted_reason::method_not_allowed)].add();
    co_return co_await reply(req, http::reason::method_not_allowed, "this method is not served at this path", {},
                             req.match.allow.empty() ? passthrough_methods : req.match.allow);
  }
  if (req.framing.body.kind == http::body_kind::sized && req.framing.body.size > deployment.serving.max_body_bytes) {
    co_return co_await reply(req, http::reason::body_too_large, explain(http::reason::body_too_large), state);
  }
  if (deployment.access == config::access_type::clients) {
    const auto why = authenticate(route, req);
    if (req.check) co_return co_await check_password(req, std::move(state));
    if (why) {
      co_return co_await reply(req, *why,
                               *why == http::reason::auth_required
                                   ? "this endpoint is private: send a client name and token (curl -u <name>:<token>)"
                                   : "the client name or token is wrong or has expired",
                               state);
    }
    state->entry->stats->of_worker(worker_.index()).authenticated.add();
  }
  if (req.match.kind == routing::route_kind::live) co_return co_await answer(req, {});
  if (proxy::hops_left(worker_.context().request_head) == 0U)
    co_return co_await answer(req, {}, options_of_passthrough);
  if (deployment.state == config::deployment_state::stopped) {
    co_return co_await reply(req, http::reason::deployment_stopped,
                             "503 Service Temporarily Unavailable: this deployment does not run; its status says "
                             "whether it was stopped, or may "
                             "not run for now",
                             state, {}, retry_after_stopped);
  }
  if (state->cluster.empty()) {
    record_unsent(req, *state);
    co_return co_await reply(req, http::reason::no_ready_replica, explain(http::reason::no_ready_replica), state, {},
                             retry_after_not_ready);
  }
  if (req.match.kind == routing::route_kind::ready) co_return co_await answer(req, {});
  if (!worker_.has_memory_for_a_request()) {
    co_return co_await reply(req, http::reason::overloaded, explain(http::reason::overloaded), state, {},
                             retry_after_not_ready);
  }
  const auto asked = filter::requested_timeout(worker_.context().request_head);
  if (!asked) co_return co_await reply(req, asked.error().why, asked.error().detail, state);
  tunnel_admission::place place;
  if (deployment.serving.allow_upgrade)
    req.upgrade = http::asks_for_websocket(worker_.context().request_head, req.framing);
  if (req.upgrade) {
    if (!worker_.context().draining) place = worker_.tunnels().try_enter();
    if (!place) co_return co_await refuse_tunnel(req, std::move(state));
  }
  // The last that may refuse: what is refused costs nobody anything of his limits.
  filter::admission admitted;
  if (state->entry->limits != nullptr) {
    if (const auto limit = find_limit(admitted, req, *state)) {
      const auto why =
          limit->what == metrics::limit_kind::rate ? http::reason::rate_limited : http::reason::concurrency_limited;
      co_return co_await reply(req, why, explain(limit->whose, limit->what), state, {}, limit->retry_after);
    }
  }
  write_upstream_head(req, deployment);

  proxy::exchange_request out;
  out.body = req.framing.body;
  out.to_head = req.verb == http::method::head;
  out.client_keeps = req.framing.keep_alive;
  out.client_minor_version = req.minor_version;
  out.expects_continue = req.framing.expects_continue;
  out.upgrade = req.upgrade;
  out.max_body_bytes = deployment.serving.max_body_bytes;
  out.deadline = req.started + std::min<std::chrono::nanoseconds>(deployment.serving.timeout, *asked);
  out.client_sets_deadline = *asked < deployment.serving.timeout;
  out.max_queue = deployment.serving.max_queue;
  out.queue_timeout = deployment.serving.queue_timeout;
  if (deployment.serving.idempotent && !req.upgrade) {
    out.retry_budget = state->retry_budget.get();
    if (deployment.serving.hedge) out.hedging = &state->hedging;
  }
  out.traffic = &state->entry->stats->of_worker(worker_.index()).traffic;
  out.is_prediction = counted_service_of(req.match.kind, req.verb) == metrics::service::predictions;
  out.seldon_protocol = is_seldon;
  out.request_id = buffers_->ids.request_id;
  out.puid = buffers_->ids.puid;
  out.limit_fields = buffers_->limit_fields;
  if (req.match.kind == routing::route_kind::feedback) co_return co_await forward_feedback(req, out, std::move(state));
  if (must_wait_for_body(req, *state)) co_return co_await forward_held(req, out, std::move(state));
  co_return co_await forward(req, out, std::move(state));
}

/// What is left to answer of a request once an exchange had it.
session::request session::after(const request& req, const proxy::exchange_result& result) {
  request ended = req;
  if (!result.body_untouched) {
    ended.framing.keep_alive = result.keep_client;
    ended.framing.body = {};
  }
  return ended;
}

net::task_of<session::next_step> session::forward(const request& req, const proxy::exchange_request& out,
                                                  deployment_state_ptr state) {
  metrics::worker_stats& stats = worker_.context().stats;
  proxy::exchange_result result;
  {
    metrics::counter* const of_client = trail_->tally == nullptr ? nullptr : &trail_->tally->in_flight;
    std::optional<in_flight_mark> mark{std::in_place, stats.requests_in_flight, out.traffic->in_flight, of_client};
    proxy::exchange exchange{
        worker_.context(), {*stream_, signal_, timer_, buffers_->input}, buffers_->exchange, state->cluster, out};
    exchanging_ = true;
    result = co_await exchange.run();
    trail_->take(result);
    if (result.how == proxy::exchange_result::ending::switched) {
      mark.reset();
      record_upstream(req, *state, result);
      record(req, *state, result.status);
      const proxy::tunnel::outcome ended = co_await exchange.run_tunnel();
      trail_->upstream.ended = steady_clock::now();
      if (ended != proxy::tunnel::outcome::closed) stream_->abort();
      co_return next_step::close;
    }
    exchanging_ = false;
  }

  if (out.upgrade) stats.tunnels[static_cast<std::size_t>(metrics::tunnel_outcome::declined)].add();
  record_upstream(req, *state, result);
  switch (result.how) {
    case proxy::exchange_result::ending::switched:  // has ended above
      break;
    case proxy::exchange_result::ending::answered:
      record(req, *state, result.status, trail_->upstream.ended);
      remember(req, *state, result);
      if (result.keep_client) co_return next_step::keep;
      co_return next_step::linger;
    case proxy::exchange_result::ending::declined:
      remember(req, *state, result);
      co_return co_await accept_feedback(after(req, result), std::move(state));
    case proxy::exchange_result::ending::refused: {
      const request ended = after(req, result);
      const auto retry_after =
          result.why == http::reason::no_ready_replica ? retry_after_not_ready : result.retry_after;
      std::string detail{explain(result)};
      if (result.why == http::reason::upstream_timeout)
        append_timing(detail, result, steady_clock::now() - req.started);
      co_return co_await reply(ended, result.why, detail, std::move(state), {}, retry_after);
    }
    case proxy::exchange_result::ending::cut:
      trail_->why = result.why;
      record(req, *state, result.status);
      stream_->abort();  // a reset: an answer whose end is the close must not look complete
      co_return next_step::close;
    case proxy::exchange_result::ending::left:
      trail_->why = http::reason::client_closed;
      record(req, *state, result.status);
      stream_->abort();
      co_return next_step::close;
  }
  co_return next_step::close;
}

std::optional<filter::limit_refusal> session::find_limit(filter::admission& admitted, const request& req,
                                                         const deployment_state& state) {
  const auto refused =
      admitted.enter(state.entry->limits, req.client, worker_.index(), req.started, buffers_->limit_fields);
  if (refused) {
    const auto whose = static_cast<std::size_t>(refused->whose);
    const auto what = static_cast<std::size_t>(refused->what);
    state.entry->stats->of_worker(worker_.index()).limited[whose][what].add();
  }
  return refused;
}

}  // namespace modelgate::server
