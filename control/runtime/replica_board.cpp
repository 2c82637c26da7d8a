#include "control/runtime/replica_board.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <tuple>
#include <utility>

namespace modelgate::control::runtime {
namespace {

bool is_same(const observed_replica& a, const observed_replica& b) {
  const auto parts = [](const observed_replica& replica) {
    return std::tie(replica.phase, replica.reason, replica.since, replica.unready_since, replica.address,
                    replica.revision, replica.model_image, replica.restarts, replica.failures, replica.inherited,
                    replica.answers, replica.limits_by);
  };
  return parts(a) == parts(b);
}

}  // namespace

void replica_board::show(observed_replica now, log_end end) {
  std::function<void()> notify;
  {
    const std::lock_guard lock{mutex_};
    auto& entry = shown_[now.name];
    const bool differs = !entry.end || !is_same(entry.seen, now);
    entry = {std::move(now), std::move(end)};
    if (differs) notify = listener_;
  }
  changed_.notify_all();
  if (notify) notify();
}

void replica_board::forget(const std::string& name) {
  std::function<void()> notify;
  {
    const std::lock_guard lock{mutex_};
    if (shown_.erase(name) > 0) notify = listener_;
  }
  changed_.notify_all();
  if (notify) notify();
}

void replica_board::clear() {
  const std::lock_guard lock{mutex_};
  shown_.clear();
}

std::vector<observed_replica> replica_board::observe() const {
  const std::lock_guard lock{mutex_};
  std::vector<observed_replica> answer;
  answer.reserve(shown_.size());
  for (const auto& [name, replica] : shown_) answer.push_back(replica.seen);
  return answer;
}

log_end replica_board::end_of_log(const std::string& name) const {
  const std::lock_guard lock{mutex_};
  const auto found = shown_.find(name);
  return found != shown_.end() ? found->second.end : std::make_shared<const std::atomic<bool>>(true);
}

bool replica_board::is_running(const std::string& name) const {
  const std::lock_guard lock{mutex_};
  const auto found = shown_.find(name);
  return found != shown_.end() && found->second.seen.phase != domain::replica_phase::exited;
}

void replica_board::set_listener(std::function<void()> listener) {
  const std::lock_guard lock{mutex_};
  listener_ = std::move(listener);
}

void replica_board::let_go() {
  const std::lock_guard lock{mutex_};
  let_go_ = true;
}

void replica_board::take_back() {
  const std::lock_guard lock{mutex_};
  let_go_ = false;
}

void replica_board::begin_trial() {
  const std::lock_guard lock{mutex_};
  on_trial_ = true;
}

void replica_board::confirm() {
  const std::lock_guard lock{mutex_};
  on_trial_ = false;
}

bool replica_board::may_start() const {
  const std::lock_guard lock{mutex_};
  return !ending_ && !let_go_;
}

bool replica_board::begin_end() {
  const std::lock_guard lock{mutex_};
  ending_ = true;
  return let_go_ || on_trial_;
}

void replica_board::hurry() {
  {
    const std::lock_guard lock{mutex_};
    hurried_ = true;
  }
  changed_.notify_all();
}

void replica_board::set_stuck(bool stuck) {
  {
    const std::lock_guard lock{mutex_};
    stuck_ = stuck;
  }
  changed_.notify_all();
}

bool replica_board::all_exited() const {
  return std::all_of(shown_.begin(), shown_.end(),
                     [](const auto& each) { return each.second.seen.phase == domain::replica_phase::exited; });
}

bool replica_board::wait(steady_time deadline, const std::function<bool()>& is_over,
                         const std::function<bool()>& is_done) {
  std::unique_lock lock{mutex_};
  changed_.wait_until(lock, deadline, [&] { return is_over() || is_done(); });
  return is_done();
}

bool replica_board::wait_for_grace(steady_time deadline) {
  return wait(
      deadline, [this] { return hurried_; }, [this] { return all_exited(); });
}

bool replica_board::wait_until_exited(steady_time deadline) {
  return wait(
      deadline, [this] { return stuck_; }, [this] { return all_exited(); });
}

bool replica_board::wait_until_gone(steady_time deadline) {
  return wait(
      deadline, [this] { return stuck_; }, [this] { return shown_.empty(); });
}

}  // namespace modelgate::control::runtime
