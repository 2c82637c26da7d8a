// Bodies that are waited for before their request is forwarded.
#include "gateway/proxy/memory_share.hpp"
#include "gateway/proxy/rate_floor.hpp"
#include "gateway/server/explanation.hpp"
#include "gateway/server/session.hpp"

#include "modelgate/http/body_decoder.hpp"

#include <algorithm>
#include <utility>

namespace modelgate::server {
namespace {

constexpr std::size_t bytes_per_turn = 65'536;

}  // namespace

net::task_of<session::held_body> session::hold_body(request& req, proxy::exchange_request& out, hold_order order) {
  if (std::exchange(out.expects_continue, false) && buffers_->input.empty()) {
    const bool written = co_await write_all("HTTP/1.1 100 Continue\r\n\r\n");
    if (!written) co_return held_body{0, http::reason::client_closed, {}};
  }
  const steady_time began = steady_clock::now();
  exchanging_ = true;  // a worker that ends has it answered
  held_body held = co_await read_body(req, out.deadline, order);
  exchanging_ = false;
  req.held = steady_clock::now() - began;
  co_return held;
}

net::task_of<session::held_body> session::read_body(const request& req, steady_time deadline, hold_order order) {
  const proxy::worker_context& context = worker_.context();
  const bool must_be_whole = !order.too_large.empty();
  http::body_decoder decoder{req.framing.body};
  proxy::rate_floor rate{steady_clock::now(), context.settings.body_grace, context.settings.body_min_rate};
  std::size_t seen = 0;
  std::size_t turn = 0;
  for (;;) {
    while (seen < buffers_->input.view().size() && !decoder.finished()) {
      const http::body_decoder::step step = decoder.next(buffers_->input.view().substr(seen));
      if (decoder.failed()) co_return held_body{0, http::reason::bad_request, "the chunked coding is broken"};
      seen += step.consumed;
      turn += step.consumed;
      rate.on_bytes(step.consumed);
      if (must_be_whole && decoder.announced() > order.most)
        co_return held_body{0, http::reason::body_too_large, std::string{order.too_large}};
      if (order.payload != nullptr && req.framing.body.kind == http::body_kind::chunked) {
        order.payload->append(step.payload);
        order.memory->grow_to(order.payload->capacity());
      }
      if (turn < bytes_per_turn) continue;
      turn = 0;
      co_await worker_.loop().yield_turn();
    }
    if (context.cutting) co_return held_body{0, http::reason::draining, std::string{explain(http::reason::draining)}};
    if (decoder.finished()) co_return held_body{seen, std::nullopt, {}};
    if (seen >= order.most) {
      if (!must_be_whole) co_return held_body{seen, std::nullopt, {}};
      co_return held_body{0, http::reason::body_too_large, std::string{order.too_large}};
    }
    // Also when there is room: the connection may have become wide by the request before.
    if (seen > buffers_->head_bytes || buffers_->input.space().empty()) {
      if (!worker_.has_memory_for_a_request())
        co_return held_body{0, http::reason::overloaded, std::string{explain(http::reason::overloaded)}};
      const std::size_t capacity = buffers_->input.capacity();
      if (buffers_->input.space().empty())
        worker_.resize_input(*buffers_, std::min(2 * capacity, capacity + order.most));
    }
    const net::io_result read = stream_->read_some(buffers_->input.space());
    if (read.status == net::io_status::ok) {
      buffers_->input.commit(read.bytes);
    } else if (read.status == net::io_status::would_block) {
      const bool expired = co_await wait_until(std::min(deadline, rate.due()));
      if (!expired) continue;
      if (steady_clock::now() < deadline) {
        context.stats.slow_cut[static_cast<std::size_t>(metrics::slowness::body)].add();
        co_return held_body{0, http::reason::request_timeout, "the body did not come in time"};
      }
      held_body late{0, http::reason::upstream_timeout, std::string{explain(http::reason::upstream_timeout)}};
      append_timing(late.detail, {}, steady_clock::now() - req.started);
      co_return late;
    } else {
      co_return held_body{0, http::reason::client_closed, {}};
    }
  }
}

net::task_of<session::next_step> session::reply_to_held(const request& req, const held_body& held,
                                                        deployment_state_ptr state) {
  if (held.why == http::reason::client_closed) {
    record(req, *state, http::status_of(*held.why));
    stream_->abort();
    co_return next_step::close;
  }
  request answered = req;
  answered.framing.body = {};
  answered.framing.keep_alive = false;  // the rest of the body is on its way
  co_return co_await reply(answered, *held.why, held.detail, std::move(state));
}

/// Whether the rest of the body is to come before a replica's slot is taken: a client that sends slowly would keep it
/// from those who have sent all. While most slots are free nobody is kept, and a replica may answer before the end.
bool session::must_wait_for_body(const request& req, const deployment_state& state) const {
  const std::size_t most = worker_.context().settings.held_body_bytes;
  const http::body_framing& body = req.framing.body;
  if (most == 0 || req.upgrade || body.kind == http::body_kind::none) return false;
  if (body.kind == http::body_kind::sized && (body.size > most || body.size <= buffers_->input.view().size()))
    return false;
  return !state.cluster.is_half_free(req.started);
}

net::task_of<session::next_step> session::forward_held(request& req, proxy::exchange_request& out,
                                                       deployment_state_ptr state) {
  const held_body held =
      co_await hold_body(req, out, {.most = worker_.context().settings.held_body_bytes, .too_large = {}});
  if (held.why) co_return co_await reply_to_held(req, held, std::move(state));
  const next_step step = co_await forward(req, out, std::move(state));
  if (buffers_) worker_.restore_input(*buffers_);
  co_return step;
}

}  // namespace modelgate::server
