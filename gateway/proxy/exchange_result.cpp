// How an exchange tells of its end.
#include "gateway/proxy/exchange.hpp"

#include <utility>

namespace modelgate::proxy {

exchange_result exchange::result_of(const decision& end) {
  exchange_result result;
  result.why = end.why;
  result.status = http::status_of(end.why);
  switch (end.what) {
    case exchange_fsm::action::retry:
    case exchange_fsm::action::take_over:
    case exchange_fsm::action::reply:
      result.how = exchange_result::ending::refused;
      break;
    case exchange_fsm::action::cut:
      result.how = exchange_result::ending::cut;
      break;
    case exchange_fsm::action::leave:
      result.how = exchange_result::ending::left;
      break;
  }
  exchange_fsm::ending whole;
  // A request without a body is read to its end even when nothing of it was sent.
  whole.request_sent_whole = upload_.sent_all() || request_.body.kind == http::body_kind::none;
  whole.client_keeps = client_keeps_;
  whole.response_delimited = response_delimited_;
  result.keep_client = exchange_fsm::may_keep_client(whole);
  result.model = model_;
  result.body_untouched = !dispatched_at_;
  result.was_contended = was_contended_;
  result.retry_after = retry_after_;
  result.queued = queued_;
  result.connecting = connecting_;
  if (dispatched_at_) {
    describe_try(result.trail);
    result.upstream_latency = head_at_.value_or(result.trail.ended) - *dispatched_at_;
    const bool came_at_once = complete_ && !waited_for_rest_;
    result.replica_time = replica_time_ + ((came_at_once ? *head_at_ : result.trail.ended) - *dispatched_at_);
    result.other_try = std::move(other_try_);
  }
  return result;
}

/// The one that goes on, or was the last.
void exchange::describe_try(upstream_trail& trail) const {
  trail.replica = tried_;
  trail.dispatched = *dispatched_at_;
  trail.sent = sent_at_;
  trail.head = head_at_;
  trail.ended = ended_at_ ? *ended_at_ : steady_clock::now();
  trail.status = status_;
  trail.retries = fsm_.retries();
  trail.connected = !reused_;
  trail.is_second = is_second_try_;
  trail.request_bytes = upload_.payload_bytes();
  trail.response_bytes = download_ ? download_->payload_bytes() : 0;
}

/// No answer came of it, or not all of one.
void exchange::end_try(const decision& how) {
  if (!dispatched_at_ || ended_at_) return;
  ended_at_ = steady_clock::now();
  lost_ = how.why;
  tally_try(http::status_of(how.why), *ended_at_);
}

void exchange::tally_try(unsigned status, steady_time now) noexcept {
  if (slot_ && request_.is_prediction) slot_.count_try(status, head_at_.value_or(now) - *dispatched_at_);
}

}  // namespace modelgate::proxy
