// Feedback: understood before it is forwarded, counted once it was accepted.
#include "gateway/proxy/feedback.hpp"
#include "gateway/proxy/memory_share.hpp"
#include "gateway/server/explanation.hpp"
#include "gateway/server/session.hpp"

#include <utility>

namespace modelgate::server {

namespace {

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

net::task_of<session::next_step> session::forward_feedback(request& req, proxy::exchange_request& out,
                                                           deployment_state_ptr state) {
  if (req.framing.body.kind == http::body_kind::sized
      && req.framing.body.size > worker_.context().settings.feedback_bytes) {
    co_return co_await reply(req, http::reason::body_too_large, too_large, std::move(state));
  }
  proxy::memory_share memory{worker_.context()};
  std::string payload;
  const held_body held = co_await hold_body(req, out,
                                            {.most = worker_.context().settings.feedback_bytes,
                                             .too_large = too_large,
                                             .payload = &payload,
                                             .memory = &memory});
  if (held.why) co_return co_await reply_to_held(req, held, std::move(state));
  const bool is_chunked = req.framing.body.kind == http::body_kind::chunked;
  const auto said = proxy::read_feedback(is_chunked ? payload : buffers_->input.view().substr(0, held.bytes));
  next_step step = next_step::close;
  if (said) {
    req.feedback = &*said;
    step = co_await forward(req, out, std::move(state));
  } else {
    buffers_->input.consume(held.bytes);
    request answered = req;
    answered.framing.body = {};
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
  stats.of_worker(worker_.index())
      .feedback.record(static_cast<std::size_t>(model), said.has_reward, said.reward, said.rows);
}

}  // namespace modelgate::server
