// Feedback: understood before it is forwarded, counted once it was accepted.
#include "gateway/proxy/feedback.hpp"
#include "gateway/proxy/rate_floor.hpp"
#include "gateway/server/explanation.hpp"
#include "gateway/server/session.hpp"

#include "modelgate/http/body_decoder.hpp"

#include <algorithm>
#include <utility>

namespace modelgate::server {

/// Memory that counts as in use for as long as this lives.
struct session::memory_share {
  explicit memory_share(proxy::worker_context& of) noexcept : context{of} {}
  ~memory_share() { context.memory_in_use -= bytes; }
  memory_share(const memory_share&) = delete;
  memory_share& operator=(const memory_share&) = delete;

  void grow_to(std::size_t size) noexcept {
    if (size <= bytes) return;
    context.memory_in_use += size - bytes;
    bytes = size;
  }

  proxy::worker_context& context;
  std::size_t bytes = 0;
};

namespace {

constexpr std::size_t bytes_per_turn = 65'536;
constexpr std::string_view too_large = "feedback is larger than limits.feedback_bytes";

/// Whether an answer of the model means that the feedback was taken. A model that knows no feedback has none to refuse;
/// one that failed will be asked again.
bool is_accepted(unsigned status) noexcept {
  constexpr unsigned not_found = 404;
  constexpr unsigned method_not_allowed = 405;
  constexpr unsigned not_implemented = 501;
  return status < 400 || status == not_found || status == method_not_allowed || status == not_implemented;
}

}  // namespace

/// Reads until the input holds the whole body of the request under way, as it came. Errors: why that cannot be; a client
/// that went is told as one that has closed.
net::task_of<session::held_body> session::hold_body(const request& req, steady_time deadline, std::string& payload,
                                                    memory_share& memory) {
  const proxy::worker_context& context = worker_.context();
  const std::size_t most = context.settings.feedback_bytes;
  const bool is_chunked = req.framing.body.kind == http::body_kind::chunked;
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
      if (decoder.announced() > most) co_return held_body{0, http::reason::body_too_large, std::string{too_large}};
      if (is_chunked) {
        payload.append(step.payload);
        memory.grow_to(payload.capacity());
      }
      if (turn < bytes_per_turn) continue;
      turn = 0;
      co_await net::yield_turn();
    }
    if (context.cutting) co_return held_body{0, http::reason::draining, std::string{explain(http::reason::draining)}};
    if (decoder.finished()) co_return held_body{seen, std::nullopt, {}};
    if (seen >= most) co_return held_body{0, http::reason::body_too_large, std::string{too_large}};
    // Also when there is room: the connection may have become wide by the feedback before.
    if (seen > buffers_->head_bytes || buffers_->input.space().empty()) {
      if (!worker_.has_memory_for_a_request())
        co_return held_body{0, http::reason::overloaded, std::string{explain(http::reason::overloaded)}};
      const std::size_t capacity = buffers_->input.capacity();
      if (buffers_->input.space().empty()) worker_.resize_input(*buffers_, std::min(2 * capacity, capacity + most));
    }
    const net::io_result read = stream_->read_some(buffers_->input.space());
    if (read.status == net::io_status::ok) {
      buffers_->input.commit(read.bytes);
    } else if (read.status == net::io_status::would_block) {
      const bool expired = co_await wait_until(std::min(deadline, rate.due()));
      if (!expired) continue;
      if (steady_clock::now() < deadline)
        co_return held_body{0, http::reason::request_timeout, "the body did not come in time"};
      held_body late{0, http::reason::upstream_timeout, std::string{explain(http::reason::upstream_timeout)}};
      append_timing(late.detail, {}, steady_clock::now() - req.started);
      co_return late;
    } else {
      co_return held_body{0, http::reason::client_closed, {}};
    }
  }
}

net::task_of<session::next_step> session::forward_feedback(request& req, proxy::exchange_request& out,
                                                           deployment_state_ptr state) {
  if (req.framing.body.kind == http::body_kind::sized
      && req.framing.body.size > worker_.context().settings.feedback_bytes) {
    co_return co_await reply(req, http::reason::body_too_large, too_large, std::move(state));
  }
  if (std::exchange(out.expects_continue, false) && buffers_->input.empty()) {
    const bool written = co_await write_all("HTTP/1.1 100 Continue\r\n\r\n");
    if (!written) co_return next_step::close;
  }
  memory_share memory{worker_.context()};
  std::string payload;
  exchanging_ = true;  // a worker that ends has it answered
  const held_body held = co_await hold_body(req, out.deadline, payload, memory);
  exchanging_ = false;
  request answered = req;
  answered.framing.body = {};
  if (held.why == http::reason::client_closed) {
    record(req, *state, http::status_of(*held.why));
    stream_->abort();
    co_return next_step::close;
  }
  if (held.why) {
    answered.framing.keep_alive = false;  // the rest of the body is on its way
    co_return co_await reply(answered, *held.why, held.detail, std::move(state));
  }
  const bool is_chunked = req.framing.body.kind == http::body_kind::chunked;
  const auto said = proxy::read_feedback(is_chunked ? payload : buffers_->input.view().substr(0, held.bytes));
  next_step step = next_step::close;
  if (said) {
    req.feedback = &*said;
    step = co_await forward(req, out, std::move(state));
  } else {
    buffers_->input.consume(held.bytes);
    step = co_await reply(answered, http::reason::bad_request, said.error(), std::move(state));
  }
  if (buffers_) worker_.restore_input(*buffers_);
  co_return step;
}

/// What an answer that went to its client tells of later ones: whose it was, for the feedback on it; and the feedback.
void session::remember(const request& req, const deployment_state& state, const proxy::exchange_result& result) {
  metrics::deployment_stats& stats = *state.entry->stats;
  if (req.match.kind == routing::route_kind::predictions && result.status < 400) {
    stats.answers().remember(buffers_->ids.puid, result.model);
    return;
  }
  if (req.feedback == nullptr || !is_accepted(result.status)) return;
  const proxy::feedback& said = *req.feedback;
  int model = stats.answers().find(said.puid.empty() ? std::string_view{buffers_->ids.puid} : said.puid);
  if (model < 0 && !said.image.empty()) model = stats.find_model(said.image);
  if (model < 0) model = result.model;
  metrics::worker_deployment_stats& counted = stats.of_worker(worker_.index());
  const auto index = static_cast<std::size_t>(model);
  if (!counted.feedback.record(index, said.has_reward, said.reward, said.rows)) counted.feedback_dropped.add();
}

}  // namespace modelgate::server
