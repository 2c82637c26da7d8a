#include "gateway/proxy/exchange_fsm.hpp"

namespace modelgate::proxy {
namespace {

http::reason reason_of(exchange_fsm::loss how) noexcept {
  switch (how) {
    case exchange_fsm::loss::connect_failed:
    case exchange_fsm::loss::connect_timeout:
      return http::reason::upstream_connect;
    case exchange_fsm::loss::closed:
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
  if (response_head_sent_) return {action::cut, reason_of(how)};
  // A replica that has seen a byte of the request may have acted on it: only an untouched request goes to another one.
  if (!request_bytes_sent_ && how != loss::invalid && retries_ < most_retries) {
    ++retries_;
    failed_before_ = true;
    last_failure_ = reason_of(how);
    return {action::retry, last_failure_};
  }
  return {action::reply, reason_of(how)};
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
