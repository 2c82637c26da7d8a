#include "gateway/upstream/dispatch_queue.hpp"


#include <algorithm>
#include <cassert>
#include <utility>

namespace modelgate::upstream {

dispatch_queue::~dispatch_queue() {
  assert(waiters_.empty() && "every exchange leaves before its deployment ends");
}

void dispatch_queue::update(std::span<const endpoint_ptr> endpoints, bool serving, steady_time now) {
  outliers_.update(endpoints, now);
  std::unique_lock lock{mutex_};
  endpoints_.assign(endpoints.begin(), endpoints.end());
  if (serving) {
    dispatch_locked(now, nullptr);
  } else {
    while (!waiters_.empty()) {
      waiting_request& first = waiters_.front();
      take_out(first);
      first.state_ = waiting_request::state::refused;
      notices_.emplace_back(&first);
    }
  }
  send_notices(std::move(lock));
}

dispatch_queue::joined dispatch_queue::join(const waiting_request_ptr& request, std::size_t most, steady_time now) {
  std::unique_lock lock{mutex_};
  if (waiters_.size() >= most) {
    look_at_replicas(now);
    if (waiters_.size() >= most + withheld_slots()) return joined::full;
  }
  waiters_.push_back(*request);
  request->state_ = waiting_request::state::waiting;
  waiting_.fetch_add(1, std::memory_order_seq_cst);
  dispatch_locked(now, request.get());
  const bool still_waits = request->state_ == waiting_request::state::waiting;
  send_notices(std::move(lock));
  return still_waits ? joined::waits : joined::may_be_sent;
}

dispatch_queue::answer dispatch_queue::look(waiting_request& request, endpoint_ptr& replica) {
  const std::lock_guard lock{mutex_};
  return look_locked(request, replica);
}

dispatch_queue::answer dispatch_queue::leave(waiting_request& request, endpoint_ptr& replica) {
  request.signal_ = nullptr;  // on its worker: a notice that is under way finds nobody
  const std::lock_guard lock{mutex_};
  const answer last = look_locked(request, replica);
  if (last == answer::wait && request.state_ == waiting_request::state::waiting) {
    take_out(request);
    request.state_ = waiting_request::state::left;
  }
  return last;
}

dispatch_queue::answer dispatch_queue::look_locked(waiting_request& request, endpoint_ptr& replica) {
  switch (request.state_) {
    case waiting_request::state::waiting:
    case waiting_request::state::left:
      return answer::wait;
    case waiting_request::state::sent:
      replica = std::move(request.replica_);
      request.state_ = waiting_request::state::left;
      return answer::sent;
    case waiting_request::state::refused:
      return answer::refused;
  }
  return answer::wait;
}

void dispatch_queue::dispatch(steady_time now) {
  std::unique_lock lock{mutex_};
  dispatch_locked(now, nullptr);
  send_notices(std::move(lock));
}

std::chrono::nanoseconds dispatch_queue::expected_wait(steady_time now) {
  const std::lock_guard lock{mutex_};
  look_at_replicas(now);
  return schedule_.expected_wait(waiters_.size());
}

void dispatch_queue::look_at_replicas(steady_time now) {
  views_.clear();
  for (const endpoint_ptr& each : endpoints_) views_.push_back(each->view(now));
  schedule_.look_at(views_);
}

std::size_t dispatch_queue::withheld_slots() const noexcept {
  std::size_t count = 0;
  for (const replica_view& each : views_) count += each.withheld;
  return count;
}

void dispatch_queue::dispatch_locked(steady_time now, const waiting_request* asking) {
  leaves_idle_.store(false, std::memory_order_relaxed);
  bool look_again = !waiters_.empty();
  while (look_again) {
    look_again = false;
    look_at_replicas(now);
    for (auto each = waiters_.begin(); each != waiters_.end() && schedule_.has_free_slots();) {
      waiting_request& request = *each++;
      const auto except = std::find_if(endpoints_.begin(), endpoints_.end(), [&](const endpoint_ptr& candidate) {
        return candidate.get() == request.except_;
      });
      const auto place =
          schedule_.next(except == endpoints_.end() ? dispatch_schedule::nobody
                                                    : static_cast<std::size_t>(except - endpoints_.begin()));
      if (!place || !place->now) continue;
      const endpoint_ptr& replica = endpoints_[place->replica];
      const bool trial = views_[place->replica].trial;
      if (!replica->try_take(now, trial)) {
        look_again = true;  // a request on the short way was faster
        break;
      }
      take_out(request);
      request.replica_ = replica;
      request.trial_ = trial;
      request.state_ = waiting_request::state::sent;
      if (&request != asking) notices_.emplace_back(&request);
    }
  }
  const bool time_helps = !waiters_.empty() && (schedule_.has_free_slots() || withheld_slots() > 0);
  leaves_idle_.store(time_helps, std::memory_order_relaxed);
}

void dispatch_queue::take_out(waiting_request& request) {
  waiters_.erase(waiters_.iterator_to(request));
  waiting_.fetch_sub(1, std::memory_order_seq_cst);
}

void dispatch_queue::send_notices(std::unique_lock<std::mutex> lock) {
  if (notices_.empty()) return;
  std::vector<waiting_request_ptr> notices;
  notices.swap(notices_);
  lock.unlock();
  for (waiting_request_ptr& each : notices) {
    net::event_loop& loop = each->loop_;
    loop.post([told = std::move(each)] {
      if (told->signal_ != nullptr) told->signal_->notify();
    });
  }
}

}  // namespace modelgate::upstream
