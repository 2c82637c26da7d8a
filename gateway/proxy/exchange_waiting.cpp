// How an exchange waits for its two sides, and for how long.
#include "gateway/proxy/exchange.hpp"

#include <algorithm>
#include <chrono>

namespace modelgate::proxy {
namespace {

using loss = exchange_fsm::loss;

/// At a client that is waited for: how often it is seen whether others wait for the slot.
constexpr std::chrono::milliseconds time_between_looks{250};

}  // namespace

net::task_of<exchange::verdict> exchange::wait(wait_phase phase) {
  due_phase_ = phase;
  steady_time due = steady_time::max();
  switch (phase) {
    case wait_phase::connecting:
      due = std::min(request_.deadline, connect_due_);
      break;
    case wait_phase::before_head:
      due = std::min({request_.deadline, first_byte_due_, hedge_due_, body_due()});
      if (hedge_) due = std::min(due, hedge_->connect_due());
      break;
    case wait_phase::streaming:
      due = std::min(idle_due_, body_due());
      break;
  }
  account_for_kept_bytes();
  const bool for_client = waits_for_client(phase);
  const steady_time since = for_client ? steady_clock::now() : steady_time{};
  worker_.wheel.set(client_.timer, for_client ? std::min(due, since + time_between_looks) : due);
  co_await client_.signal.wait();
  const bool expired = client_.timer.expired;
  worker_.wheel.clear(client_.timer);
  if (worker_.cutting) co_return fsm_.on_request_refused(http::reason::draining);
  if (for_client || expired) {
    const steady_time now = steady_clock::now();
    if (for_client) {
      if (const verdict too_slow = judge_client(now - since)) co_return too_slow;
    }
    if (expired && now >= due) co_return on_expiry(now);
  }
  if (phase != wait_phase::connecting && upload_.source_complete()) co_return watch_client();
  co_return verdict{};
}

/// A client that has sent its whole body cannot be too slow any more.
steady_time exchange::body_due() const noexcept {
  return upload_.source_complete() ? steady_time::max() : rate_.due();
}

/// Whether the next thing that has to happen is the client's to do: send more of its body, or take more of its answer.
bool exchange::waits_for_client(wait_phase phase) const noexcept {
  if (phase == wait_phase::connecting) return false;
  if (reader_waits_since_) return true;
  return !upload_.source_complete() && !upload_abandoned_ && !rate_.is_paused();
}

/// It was waited for; while a slot is held that others want, only for a short time.
exchange::verdict exchange::judge_client(std::chrono::nanoseconds waited) {
  const proxy_settings& rules = worker_.settings;
  const std::uint64_t moved = upload_.payload_bytes() + (download_ ? download_->bytes_sent() : 0);
  const std::uint64_t fresh = moved - client_bytes_seen_;
  client_bytes_seen_ = moved;
  contended_patience_.on_bytes(fresh, rules.contended_min_rate);
  answer_patience_.on_bytes(fresh, rules.answer_min_rate);
  const bool is_reader = reader_waits_since_.has_value();
  if (is_reader) answer_patience_.on_wait(waited);
  if (slot_ && cluster_.queue().has_waiters()) contended_patience_.on_wait(waited);
  if (contended_patience_.is_over(rules.contended_grace)) {
    return cut_for_slowness(is_reader ? metrics::slowness::contended_answer : metrics::slowness::contended_body);
  }
  if (answer_patience_.is_over(rules.stream_idle)) return cut_for_slowness(metrics::slowness::answer);
  return {};
}

exchange::verdict exchange::cut_for_slowness(metrics::slowness why) {
  count_slowness(why);
  was_contended_ = why == metrics::slowness::contended_body;
  return fsm_.on_request_refused(http::reason::request_timeout);
}

void exchange::count_slowness(metrics::slowness why) noexcept {
  worker_.stats.slow_cut[static_cast<std::size_t>(why)].add();
}

exchange::verdict exchange::on_expiry(steady_time now) {
  if (due_phase_ == wait_phase::connecting) {
    connecting_ += now - *dispatched_at_;
    if (now >= request_.deadline) return fsm_.on_timeout();
    worker_.stats.upstream_connect_failures.add();
    return lose_upstream(loss::connect_timeout);
  }
  // Where the time is over, whoever has not done his part is told so: the client before the model.
  const bool body_is_late = due_phase_ == wait_phase::before_head && waits_for_client(due_phase_);
  if (now >= body_due()) return cut_for_slowness(metrics::slowness::body);
  if (body_is_late && now >= request_.deadline) return fsm_.on_request_refused(http::reason::request_timeout);
  const bool may_be_answered =
      due_phase_ == wait_phase::before_head && now < request_.deadline && now < first_byte_due_;
  if (may_be_answered) {
    if (hedge_ && now >= hedge_->connect_due()) return lose_hedge();
    if (now >= hedge_due_) start_hedge(now);
    return {};
  }
  if (slot_ && took_too_long(now)) slot_.fail(upstream::ejection_cause::timeout, now);
  if (due_phase_ == wait_phase::streaming) count_slowness(metrics::slowness::idle);
  return fsm_.on_timeout();
}

void exchange::start_watching_client() {
  watching_client_ = !client_.input.space().empty();
  if (watching_client_)
    client_.stream.expect_input();
  else if (client_.stream.has_ended())
    client_.signal.notify();  // that was told before: nothing else would come
}

/// A client that has sent its whole request and closes has gone: the replica need not work on. What it sends meanwhile
/// is the next request: it is read, as far as there is room, because its departure stands behind it.
exchange::verdict exchange::watch_client() {
  const bool end_is_departure = worker_.settings.cancel_on_half_close;
  while (watching_client_ && client_.stream.maybe_readable()) {
    const std::span<char> room = client_.input.space();
    if (room.empty()) {
      watching_client_ = false;
      break;
    }
    const net::io_result read = client_.stream.read_some(room);
    switch (read.status) {
      case net::io_status::ok:
        client_.input.commit(read.bytes);
        break;
      case net::io_status::would_block:
        return {};
      case net::io_status::end:
        if (end_is_departure) return fsm_.on_client_gone();
        watching_client_ = false;
        break;
      case net::io_status::failed:
        return fsm_.on_client_gone();
    }
  }
  if (watching_client_) return {};
  // The loop tells of the end also to who reads no further.
  const bool has_gone = client_.stream.is_broken() || (client_.stream.has_ended() && end_is_departure);
  return has_gone ? fsm_.on_client_gone() : verdict{};
}

}  // namespace modelgate::proxy
