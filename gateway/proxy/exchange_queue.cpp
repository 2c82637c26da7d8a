// How an exchange waits for a replica.
#include "gateway/proxy/exchange.hpp"

#include "modelgate/net/timer_wheel.hpp"

#include <algorithm>
#include <utility>

namespace modelgate::proxy {
namespace {

using answer = upstream::dispatch_queue::answer;

/// A request's place in the queue: whatever happens, it is left, and a slot that came too late is handed on.
class queue_place {
 public:
  queue_place(upstream::cluster& cluster, upstream::waiting_request_ptr request)
      : cluster_{cluster}, request_{std::move(request)} {}
  ~queue_place() {
    upstream::endpoint_ptr replica;
    if (cluster_.queue().leave(*request_, replica) == answer::sent) {
      const upstream::slot handed_on = cluster_.adopt(std::move(replica), request_->is_trial());
    }
  }
  queue_place(const queue_place&) = delete;
  queue_place& operator=(const queue_place&) = delete;

  [[nodiscard]] upstream::dispatch_queue::joined join(std::size_t most, steady_time now) {
    return cluster_.queue().join(request_, most, now);
  }
  [[nodiscard]] answer look(upstream::slot& into) {
    upstream::endpoint_ptr replica;
    const answer found = cluster_.queue().look(*request_, replica);
    if (found == answer::sent) into = cluster_.adopt(std::move(replica), request_->is_trial());
    return found;
  }

 private:
  upstream::cluster& cluster_;
  upstream::waiting_request_ptr request_;
};

std::chrono::seconds whole_seconds(std::chrono::nanoseconds wait) {
  return std::max(std::chrono::seconds{1}, std::chrono::ceil<std::chrono::seconds>(wait));
}

}  // namespace

/// No verdict: a slot has been taken. The request's body stays where it is until then.
net::task_of<exchange::verdict> exchange::wait_for_slot() {
  using upstream::dispatch_queue;
  const steady_time since = steady_clock::now();
  const std::chrono::nanoseconds queued_before = queued_;
  dispatch_queue& queue = cluster_.queue();
  const upstream::endpoint* except = failed_ ? failed_->endpoint.get() : nullptr;
  queue_place place{cluster_, new upstream::waiting_request{worker_.loop, client_.signal, except}};
  const auto refuse = [&](http::reason why, metrics::queue_refusal counted) {
    worker_.stats.queue_refusals[static_cast<std::size_t>(counted)].add();
    retry_after_ = whole_seconds(queue.expected_wait(steady_clock::now()));
    return verdict{fsm_.on_request_refused(why)};
  };
  if (place.join(request_.max_queue, since) == dispatch_queue::joined::full) {
    co_return refuse(http::reason::queue_full, metrics::queue_refusal::full);
  }
  worker_.stats.queued.add();
  const steady_time queue_due = since + request_.queue_timeout;
  start_watching_client();
  for (;;) {
    const steady_time now = steady_clock::now();
    queued_ = queued_before + (now - since);
    if (now >= request_.deadline) co_return fsm_.on_timeout();
    const answer found = place.look(slot_);
    if (found == answer::sent) break;
    if (found == answer::refused) co_return fsm_.on_no_replica();
    if (now >= queue_due) co_return refuse(http::reason::queue_timeout, metrics::queue_refusal::timeout);

    worker_.wheel.set(client_.timer, std::min({request_.deadline, queue_due, now + net::timer_wheel::tick}));
    co_await client_.signal.wait();
    worker_.wheel.clear(client_.timer);
    if (worker_.cutting) co_return fsm_.on_request_refused(http::reason::draining);
    if (const verdict gone = watch_client()) co_return gone;
    if (!watching_client_ && client_.stream.peer_has_closed() && worker_.settings.cancel_on_half_close) {
      co_return fsm_.on_client_gone();
    }
    if (queue.wants_another_look()) queue.dispatch(steady_clock::now());
  }
  watching_client_ = false;
  worker_.stats.queue_wait_microseconds.add(static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(queued_ - queued_before).count()));
  co_return verdict{};
}

}  // namespace modelgate::proxy
