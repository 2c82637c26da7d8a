#include "gateway/proxy/exchange.hpp"

#include "gateway/proxy/forwarding.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace modelgate::proxy {
namespace {

using loss = exchange_fsm::loss;
using relay_status = body_relay::status;

}  // namespace

exchange::exchange(worker_context& worker, client_side client, exchange_buffers& buffers, upstream::cluster& cluster,
                   const exchange_request& request)
    : worker_{worker},
      client_{client},
      buffers_{buffers},
      cluster_{cluster},
      request_{request},
      fsm_{request.retry_budget != nullptr},
      copy_{buffers.upload_copy, worker.settings.retry_body_bytes},
      upload_{buffers.kept_upload, request.body, coding_of(request.body.kind), request.max_body_bytes},
      client_keeps_{request.client_keeps} {
  buffers_.response_head.clear();
  buffers_.partial_head.clear();
  if (request_.retry_budget == nullptr) return;
  upload_.copy_to(copy_);
  const bool is_too_large =
      request_.body.kind == http::body_kind::sized && request_.body.size > worker_.settings.retry_body_bytes;
  if (is_too_large) copy_.give_up();
}

exchange::~exchange() {
  worker_.wheel.clear(client_.timer);
  tunnel_.reset();
  drop_upstream(false);
  worker_.memory_in_use -= kept_bytes_;
}

net::task_of<exchange_result> exchange::run() {
  // Requests of one turn are sent in a row. Here, as from here on it matters whether a replica was reached.
  co_await worker_.loop.at_end_of_turn();
  for (;;) {
    steady_time now = steady_clock::now();
    upstream::cluster::choice choice = cluster_.pick(failed_ ? failed_->endpoint.get() : nullptr, now);
    if (!choice.taken && !choice.must_wait && same_replica_will_do_) {
      failed_ = nullptr;
      choice = cluster_.pick(nullptr, now);
    }
    slot_ = std::move(choice.taken);
    if (choice.must_wait) {
      const verdict ended = co_await wait_for_slot();
      if (ended) co_return result_of(*ended);
      now = steady_clock::now();
    }
    if (!slot_) co_return result_of(fsm_.on_no_replica());
    if (retrying_) {
      worker_.stats.retries[static_cast<std::size_t>(*retrying_)].add();
      retrying_.reset();
    }
    const verdict ended = co_await attempt(now);
    if (!ended && tunnel_) {
      tally_try(status_, *head_at_);
      exchange_result switched = result_of({});
      switched.how = exchange_result::ending::switched;
      switched.status = status_;
      co_return switched;
    }
    if (!ended) {
      if (!ended_at_) finish_upstream();
      exchange_result answered = result_of({});
      answered.how = declined_ ? exchange_result::ending::declined : exchange_result::ending::answered;
      answered.status = status_;
      co_return answered;
    }
    end_try(*ended);
    if (ended->what != exchange_fsm::action::retry) {
      drop_upstream(ended->what == exchange_fsm::action::leave);
      co_return result_of(*ended);
    }
    failed_ = slot_.member();
    same_replica_will_do_ = ended->same_replica_will_do;
    drop_upstream(false);
  }
}

/// One try on one replica, or on two when it is hedged; no verdict means that the response is complete.
net::task_of<exchange::verdict> exchange::attempt(steady_time start) {
  if (start >= request_.deadline) co_return fsm_.on_timeout();
  if (ended_at_) begin_second_try();
  dispatched_at_ = start;
  model_ = slot_->model();
  tried_ = slot_.member();
  verdict ended = co_await connect();
  if (ended) co_return ended;
  const steady_time connected_at = reused_ ? start : steady_clock::now();
  connecting_ += connected_at - start;
  if (connected_at >= request_.deadline) co_return fsm_.on_timeout();

  write_upstream_head(buffers_.upstream_head, *slot_, connected_at, is_second_try_);
  if (fsm_.request_bytes_sent())
    upload_.start_over(buffers_.upstream_head, copy_);
  else
    upload_.set_head(buffers_.upstream_head);
  upload_abandoned_ = false;
  first_byte_due_ = steady_time::max();
  if (request_.body.kind != http::body_kind::none) {
    rate_ = rate_floor{connected_at, worker_.settings.body_grace, worker_.settings.body_min_rate};
    if (request_.expects_continue && client_.input.empty()) send_continue();
  }
  for (;;) {
    if (!upload_.sent_all() && !upload_abandoned_) {
      ended = step_upload();
      if (ended) co_return ended;
    }
    if (upstream_)
      ended = step_response();
    else if (download_)
      ended = judge_download(download_->hand_over_rest(client_.stream));
    if (ended || complete_) co_return ended;
    if (hedge_) ended = step_hedge();
    if (ended || complete_) co_return ended;
    if (std::exchange(wants_turn_, false)) {
      co_await worker_.loop.yield_turn();
      continue;
    }
    const wait_phase phase = download_ ? wait_phase::streaming : wait_phase::before_head;
    if (download_) waited_for_rest_ = true;
    ended = co_await wait(phase);
    if (ended) co_return ended;
  }
}

void exchange::write_upstream_head(std::string& out, const upstream::endpoint& to, steady_time now,
                                   bool is_second) const {
  out.assign(buffers_.head_line).append("Host: ").append(to.authority()).append("\r\n");
  append_request_timeout(out, request_.deadline - now);
  out.append(buffers_.head_fields);
  if (is_second) tell_second_try(out);
}

exchange::opened exchange::open_connection(const upstream::slot& to, steady_time now) {
  // A second try must not fail for the reason that a kept connection was too old.
  if (fsm_.retries() == 0) {
    if (net::stream_ptr kept = upstream::cluster::take_connection(to, now)) {
      worker_.stats.upstream_reuses.add();
      kept->set_owner(&client_.signal);
      return {std::move(kept), true};
    }
  }
  worker_.stats.upstream_connects.add();
  std::unique_ptr<net::tls_target> secure;
  if (const std::string& name = to->config().tls_server_name; !name.empty()) {
    secure = std::make_unique<net::tls_target>(net::tls_target{worker_.upstream_tls, name});
  }
  auto started = net::byte_stream::start_connect(worker_.loop, to->config().address, client_.signal, std::move(secure));
  if (started) return {std::move(*started), false};
  worker_.stats.upstream_connect_failures.add();
  return {};
}

net::task_of<exchange::verdict> exchange::connect() {
  opened made = open_connection(slot_, *dispatched_at_);
  upstream_ = std::move(made.stream);
  reused_ = made.reused;
  if (reused_) co_return verdict{};
  if (!upstream_) co_return lose_upstream(loss::connect_failed);
  connect_due_ = *dispatched_at_ + worker_.settings.connect;
  for (;;) {
    const auto state = upstream_->connected();
    if (state == net::byte_stream::connect_state::done) co_return verdict{};
    if (state == net::byte_stream::connect_state::failed) {
      if (upstream_->tls() != nullptr) worker_.stats.upstream_tls_failures.add();
      worker_.stats.upstream_connect_failures.add();
      co_return lose_upstream(loss::connect_failed);
    }
    const verdict ended = co_await wait(wait_phase::connecting);
    if (ended) co_return ended;
  }
}

/// When all of the request was the replica's: a client that is slow to send it says nothing of the model.
steady_time exchange::service_start() const noexcept {
  return sent_at_ ? std::max(*sent_at_, *dispatched_at_) : *dispatched_at_;
}

/// How long the answer has waited for its client to take it.
std::chrono::nanoseconds exchange::time_of_reader(steady_time now) const noexcept {
  return reader_waited_ + (reader_waits_since_ ? now - *reader_waits_since_ : std::chrono::nanoseconds{0});
}

/// Whether the replica is to blame for the silence: it has the whole request, and its time was cut short by neither the
/// client nor the queue nor a replica before it.
bool exchange::took_too_long(steady_time now) const noexcept {
  if (due_phase_ != wait_phase::before_head || !upload_.source_complete()) return false;
  if (now >= first_byte_due_) return true;
  return !request_.client_sets_deadline && failed_ == nullptr && now - *dispatched_at_ >= queued_;
}

/// What slow peers make us keep is counted when we wait: before that it is gone again in most cases. Where memory runs
/// out, the copies for a second try go first.
void exchange::account_for_kept_bytes() noexcept {
  std::size_t kept = buffers_.kept_upload.size() + buffers_.kept_download.size() + buffers_.response_head.size()
                     + buffers_.partial_head.size() + copy_.size();
  if (hedge_) kept += hedge_->kept_bytes();
  worker_.memory_in_use += kept - kept_bytes_;
  kept_bytes_ = kept;
  if (copy_.size() == 0 || hedge_ || worker_.has_memory()) return;
  worker_.memory_in_use -= copy_.size();
  kept_bytes_ -= copy_.size();
  copy_.give_up();
  fsm_.on_copy_given_up();
}

exchange::verdict exchange::step_upload() {
  const std::uint64_t before = upload_.payload_bytes();
  const relay_status status =
      upload_.pump(client_.input, client_.stream, *upstream_, worker_.body_room(cluster_.queue().has_waiters()));
  count_request_bytes(upload_.payload_bytes() - before);
  rate_.on_bytes(upload_.payload_bytes() - before);
  if (upload_.bytes_sent() > 0) fsm_.on_request_bytes_sent();
  if (!copy_.is_whole()) fsm_.on_copy_given_up();
  switch (status) {
    case relay_status::wants_input:
      rate_.on_resumed(steady_clock::now());
      return {};
    case relay_status::wants_output:
      rate_.on_paused(steady_clock::now());
      return {};
    case relay_status::wants_turn:
      wants_turn_ = true;
      return {};
    case relay_status::finished:
      sent_at_ = steady_clock::now();
      first_byte_due_ = *sent_at_ + worker_.settings.first_byte;
      start_watching_client();
      plan_hedge();
      return {};
    case relay_status::source_ended:
    case relay_status::source_failed:
      return fsm_.on_client_gone();
    case relay_status::malformed:
      return fsm_.on_request_refused(http::reason::bad_request);
    case relay_status::too_large:
      return fsm_.on_request_refused(http::reason::body_too_large);
    case relay_status::sink_failed:
      if (upload_.bytes_sent() == 0) return lose_upstream(loss::closed);
      upload_abandoned_ = true;  // the replica reads no more, but it may have answered already
      return {};
  }
  return {};
}

void exchange::finish_upstream() {
  const steady_time now = steady_clock::now();
  ended_at_ = now;
  tally_try(status_, now);
  // What fails fast says nothing of how fast the model is.
  if (status_ < 500) slot_.record(now - service_start() - time_of_reader(now), now);
  exchange_fsm::ending end;
  end.request_sent_whole = upload_.sent_all();
  end.upstream_keeps = upstream_keeps_;
  end.upstream_surplus = surplus_ || (download_ && download_->surplus());
  end.response_delimited = true;
  if (exchange_fsm::may_keep_upstream(end)) {
    upstream::cluster::keep_connection(slot_, std::move(upstream_), now);
    upstream_ = nullptr;
  }
  drop_upstream(false);
}

net::task_of<tunnel::outcome> exchange::run_tunnel() {
  const tunnel::outcome ended = co_await tunnel_->run();
  tunnel_.reset();
  drop_upstream(ended != tunnel::outcome::closed);
  co_return ended;
}

void exchange::drop_upstream(bool client_gone) {
  end_hedge();
  if (upstream_) {
    if (client_gone)
      upstream_->abort();
    else
      upstream_->close();
    upstream_ = nullptr;
  }
  slot_ = {};
}

}  // namespace modelgate::proxy
