#include "gateway/proxy/exchange_fsm.hpp"

namespace modelgate::proxy {
namespace {

http::reason reason_of(exchange_fsm::loss how) noexcept {
  switch (how) {
    case exchange_fsm::loss::connect_failed:
    case exchange_fsm::loss::connect_timeout:
      return http::reason::upstream_connect;
    case exchange_fsm::loss::closed:
    case exchange_fsm::loss::kept_closed:
      return http::reason::upstream_reset;
    case exchange_fsm::loss::invalid:
      return http::reason::upstream_invalid;
  }
  return http::reason::upstream_reset;
}

}  // namespace

exchange_fsm::decision exchange_fsm::on_no_replica() const noexcept {
  return {action::reply, failed_before_ ? last_failure_ : http::reason::no_ready_replica};
}

exchange_fsm::decision exchange_fsm::on_upstream_lost(loss how) noexcept {
  const http::reason why = reason_of(how);
  if (response_head_sent_) return {action::cut, why};
  if (hedge_under_way_) {
    first_lost_ = true;
    return {action::take_over, why};
  }
  const bool may_go_out_again = !request_bytes_sent_ || (idempotent_ && has_copy_);
  if (how == loss::invalid || retries_ >= most_retries || !may_go_out_again) return {action::reply, why};
  ++retries_;
  failed_before_ = true;
  last_failure_ = why;
  return {action::retry, why, how == loss::kept_closed, request_bytes_sent_};
}

exchange_fsm::decision exchange_fsm::on_timeout() const noexcept {
  return {response_head_sent_ ? action::cut : action::reply, http::reason::upstream_timeout};
}

exchange_fsm::decision exchange_fsm::on_request_refused(http::reason why) const noexcept {
  return {response_head_sent_ ? action::cut : action::reply, why};
}

bool exchange_fsm::may_keep_upstream(const ending& end) noexcept {
  return end.request_sent_whole && end.upstream_keeps && !end.upstream_surplus && end.response_delimited;
}

bool exchange_fsm::may_keep_client(const ending& end) noexcept {
  return end.request_sent_whole && end.client_keeps && end.response_delimited;
}

}  // namespace modelgate::proxy
