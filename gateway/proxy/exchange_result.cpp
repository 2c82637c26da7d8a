// How an exchange tells of its end.
#include "gateway/proxy/exchange.hpp"

namespace modelgate::proxy {

exchange_result exchange::result_of(const decision& end) const {
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
  if (dispatched_at_) result.upstream_latency = head_at_.value_or(steady_clock::now()) - *dispatched_at_;
  if (ended_at_ && fsm_.retries() == 0 && !was_taken_over_)
    result.upstream_time = (waited_for_rest_ ? *ended_at_ : *head_at_) - *dispatched_at_;
  result.model = model_;
  result.body_untouched = !dispatched_at_;
  result.retry_after = retry_after_;
  result.queued = queued_;
  result.connecting = connecting_;
  if (dispatched_at_) {
    upstream_trail& trail = result.trail;
    trail.replica = tried_;
    trail.dispatched = *dispatched_at_;
    trail.sent = sent_at_;
    trail.head = head_at_;
    trail.ended = ended_at_ ? *ended_at_ : steady_clock::now();
    trail.status = status_;
    trail.retries = fsm_.retries();
    trail.connected = !reused_;
    trail.request_bytes = upload_.payload_bytes();
    trail.response_bytes = download_ ? download_->payload_bytes() : 0;
  }
  return result;
}

}  // namespace modelgate::proxy
