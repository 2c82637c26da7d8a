// How an exchange comes to a second replica: after a failure, or as a hedge.
#include "gateway/proxy/exchange.hpp"

#include <utility>

namespace modelgate::proxy {
namespace {

using loss = exchange_fsm::loss;
using metrics::hedge_outcome;

metrics::retry_cause cause_of(loss how, bool bytes_sent) noexcept {
  if (how == loss::connect_failed || how == loss::connect_timeout) return metrics::retry_cause::connect;
  return bytes_sent ? metrics::retry_cause::reset_after_sent : metrics::retry_cause::reset_before_sent;
}

upstream::ejection_cause ejection_cause_of(loss how) noexcept {
  switch (how) {
    case loss::connect_failed:
    case loss::connect_timeout:
      return upstream::ejection_cause::connect;
    case loss::closed:
    case loss::kept_closed:
      return upstream::ejection_cause::reset;
    case loss::invalid:
      break;
  }
  return upstream::ejection_cause::invalid;
}

}  // namespace

exchange::verdict exchange::lose_upstream(loss how) {
  const bool nothing_came = buffers_.partial_head.empty() && informational_ == 0;
  if (how == loss::closed && reused_ && nothing_came) how = loss::kept_closed;
  if (how == loss::kept_closed) slot_.member()->pool.on_stale(steady_clock::now());
  if (how != loss::invalid && how != loss::kept_closed) doubt(*slot_);
  // A kept connection's end says nothing of the replica, and a status that blames it has been counted.
  if (how != loss::kept_closed && !upstream::blames_replica(status_)) {
    slot_.fail(ejection_cause_of(how), steady_clock::now());
  }
  const decision next = fsm_.on_upstream_lost(how);
  buffers_.partial_head.clear();
  if (next.what == exchange_fsm::action::take_over) {
    lost_ = next.why;
    tally_try(http::status_of(next.why), steady_clock::now());
    upstream_->close();
    upstream_ = nullptr;
    slot_ = {};
    return {};
  }
  if (next.what != exchange_fsm::action::retry) return next;
  if (next.spends_budget) {
    retry_share_ = request_.retry_budget->try_spend(cluster_.in_flight(), worker_.settings.retry_percent);
    if (!retry_share_) {
      worker_.stats.retry_budget_exhausted.add();
      return fsm_.on_budget_exhausted();
    }
  }
  retrying_ = cause_of(how, next.spends_budget);
  return next;
}

/// The one before has ended, and is told beside the one that begins.
void exchange::begin_second_try() {
  other_try_ = std::make_unique<upstream_trail>();
  describe_try(*other_try_);
  other_try_->lost = lost_;
  replica_time_ += *ended_at_ - *dispatched_at_;
  ended_at_.reset();
  sent_at_.reset();
  is_second_try_ = true;
}

void exchange::doubt(upstream::endpoint& replica) noexcept {
  replica.doubt(steady_clock::now() + worker_.settings.replica_doubt);
}

/// The request has been sent whole: from here on its answer may be late.
void exchange::plan_hedge() {
  if (request_.hedging == nullptr || !fsm_.may_hedge()) return;
  request_.hedging->on_request(worker_.settings.hedge_percent);
  if (const auto delay = request_.hedging->delay()) hedge_due_ = service_start() + *delay;
}

void exchange::start_hedge(steady_time now) {
  hedge_due_ = steady_time::max();
  if (!fsm_.may_hedge()) return;
  if (!request_.hedging->can_afford()) return count_hedge(hedge_outcome::limited);
  upstream::slot idle = cluster_.take_idle(slot_.member()->endpoint.get(), now);
  if (!idle) return count_hedge(hedge_outcome::no_idle_replica);
  opened connection = open_connection(idle, now);
  if (!connection.stream) {
    doubt(*idle);
    idle.fail(upstream::ejection_cause::connect, now);
    return count_hedge(hedge_outcome::lost);
  }
  request_.hedging->spend();
  fsm_.on_hedge_sent();
  std::string head;
  write_upstream_head(head, *idle, now, true);
  hedge_.emplace(std::move(idle), std::move(connection.stream), connection.reused, std::move(head), now,
                 now + worker_.settings.connect);
}

exchange::verdict exchange::step_hedge() {
  const hedge::progress progress = hedge_->step(copy_.bytes());
  if (progress == hedge::progress::pending) return {};
  const bool answers = progress != hedge::progress::lost;
  if (answers && fsm_.takes_hedge(progress == hedge::progress::answers_failure)) {
    take_over_hedge();
    return step_response();
  }
  if (!answers) return lose_hedge();
  end_hedge(hedge_->status());
  if (!upstream_) return fsm_.on_upstream_lost(loss::closed);
  return {};
}

exchange::verdict exchange::lose_hedge() {
  const bool was_connected = hedge_->is_connected();
  if (!hedge_->blames_nobody()) {
    doubt(*hedge_->slot());
    hedge_->slot().fail(was_connected ? upstream::ejection_cause::reset : upstream::ejection_cause::connect,
                        steady_clock::now());
  }
  if (!was_connected) worker_.stats.upstream_connect_failures.add();
  end_hedge(http::status_of(http::reason::upstream_reset));
  if (!upstream_) return fsm_.on_upstream_lost(was_connected ? loss::closed : loss::connect_failed);
  return {};
}

/// The hedge becomes this exchange's replica; the one before is cancelled.
void exchange::take_over_hedge() {
  other_try_ = std::make_unique<upstream_trail>();
  describe_try(*other_try_);
  other_try_->given_up = upstream_ != nullptr;
  other_try_->lost = lost_;
  replica_time_ += hedge_->started() - *dispatched_at_;
  if (upstream_) {
    tally_try(given_up, steady_clock::now());
    request_.hedging->record(steady_clock::now() - service_start());
    upstream_->abort();
  }
  upstream_ = hedge_->take_stream();
  slot_ = hedge_->take_slot();
  dispatched_at_ = hedge_->started();
  reused_ = hedge_->is_reused();
  is_second_try_ = true;
  model_ = slot_->model();
  tried_ = slot_.member();
  buffers_.partial_head.assign(hedge_->answer_start());
  hedge_.reset();
  fsm_.on_hedge_ended();
  count_hedge(hedge_outcome::won);
}

/// `status`: what it is counted as.
void exchange::end_hedge(unsigned status) {
  if (!hedge_) return;
  const steady_time now = steady_clock::now();
  if (request_.is_prediction) hedge_->slot().count_try(status, now - hedge_->started());
  other_try_ = std::make_unique<upstream_trail>();
  other_try_->replica = hedge_->slot().member();
  other_try_->dispatched = hedge_->started();
  other_try_->ended = now;
  other_try_->status = hedge_->status();
  other_try_->is_second = true;
  other_try_->given_up = status == given_up;
  if (status != given_up && other_try_->status == 0) other_try_->lost = http::reason::upstream_reset;
  hedge_.reset();
  fsm_.on_hedge_ended();
  count_hedge(hedge_outcome::lost);
}

void exchange::count_hedge(hedge_outcome outcome) noexcept {
  worker_.stats.hedges[static_cast<std::size_t>(outcome)].add();
}

}  // namespace modelgate::proxy
