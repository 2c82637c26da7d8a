// Feedback: understood before it is forwarded, counted once it was accepted.
#include "gateway/proxy/feedback.hpp"
#include "gateway/proxy/memory_share.hpp"
#include "gateway/server/explanation.hpp"
#include "gateway/server/request_labels.hpp"
#include "gateway/server/session.hpp"

#include <utility>

namespace modelgate::server {

namespace {

constexpr std::string_view too_large = "feedback is larger than limits.feedback_bytes";

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
    out.route_may_be_missing = true;
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
  const metrics::answerer asked{result.model, trail_->upstream.replica->endpoint->number()};
  const bool is_prediction = counted_service_of(req.match.kind, req.verb) == metrics::service::predictions;
  if (is_prediction && result.status < 400) {
    stats.answers().remember(buffers_->ids.puid, asked);
    return;
  }
  // A model that knows no feedback has none to refuse; one that failed will be asked again.
  const bool accepted = result.how == proxy::exchange_result::ending::declined || result.status < 400;
  if (req.feedback == nullptr || !accepted) return;
  const proxy::feedback& said = *req.feedback;
  std::optional<metrics::answerer> whose;
  if (!said.puid.empty()) whose = stats.answers().find(said.puid);
  if (!whose) whose = stats.answers().find(buffers_->ids.puid);
  if (!whose && !said.image.empty()) {
    if (const int model = stats.find_model(said.image); model >= 0)
      whose = metrics::answerer{static_cast<metrics::model_index>(model), 0};
  }
  if (!whose) whose = asked;
  stats.of_worker(worker_.index()).feedback.record(whose->model, said.has_reward, said.reward, said.rows);
  if (trail_->tally != nullptr) trail_->tally->fed_back(said.reward);
  for (const upstream::endpoint_ptr& each : state.entry->endpoints) {
    if (each->number() == whose->replica) each->tally(worker_.index()).fed_back(said.reward);
  }
}

/// The model has no route for feedback. That it was counted is all that there is to it, and the answer is that of an
/// orchestrator which has nobody to tell.
net::task_of<session::next_step> session::accept_feedback(const request& req, deployment_state_ptr state) {
  const bool keep = may_keep(req);
  http::local_answer out;
  out.content_type = "application/json";
  out.body = "{}";
  out.request_id = buffers_->ids.request_id;
  out.puid = buffers_->ids.puid;
  out.extra_fields = buffers_->limit_fields;
  out.keep_alive = keep;
  out.cors = req.cors;
  note_reply(200, std::nullopt);
  buffers_->reply.clear();
  http::append_local_answer(buffers_->reply, out, worker_.context().date);
  record(req, *state, 200);
  co_return co_await send_reply(req, keep);
}

}  // namespace modelgate::server
