#include "control/reconcile/replica_starter.hpp"

#include "modelgate/base/log.hpp"

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace modelgate::control::reconcile {

void replica_starter::start() {
  {
    const std::lock_guard lock{mutex_};
    closed_ = false;
  }
  thread_ = std::thread{[this] {
    ::pthread_setname_np(::pthread_self(), "starter");
    run();
  }};
}

void replica_starter::close() {
  {
    const std::lock_guard lock{mutex_};
    closed_ = true;
    wanted_.clear();
  }
  changed_.notify_all();
}

void replica_starter::stop() {
  close();
  if (thread_.joinable()) thread_.join();
}

void replica_starter::want(std::vector<runtime::replica_spec> all) {
  {
    const std::lock_guard lock{mutex_};
    if (closed_) return;
    std::erase_if(all, [&](const auto& each) { return unseen_.contains(each.name); });
    wanted_.assign(std::make_move_iterator(all.begin()), std::make_move_iterator(all.end()));
  }
  changed_.notify_all();
}

void replica_starter::begin_observation() {
  const std::lock_guard lock{mutex_};
  unseen_.clear();
  if (under_way_) unseen_.emplace(under_way_->name, under_way_->deployment);
}

bool replica_starter::may_be_unseen(std::string_view replica) const {
  const std::lock_guard lock{mutex_};
  return unseen_.contains(replica);
}

bool replica_starter::may_be_unseen_of(std::string_view deployment) const {
  const std::lock_guard lock{mutex_};
  return std::any_of(unseen_.begin(), unseen_.end(), [&](const auto& each) { return each.second == deployment; });
}

void replica_starter::run() {
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] { return closed_ || !wanted_.empty(); });
    if (closed_) return;
    under_way_ = std::move(wanted_.front());
    wanted_.pop_front();
    unseen_.emplace(under_way_->name, under_way_->deployment);
    const runtime::replica_spec spec = *under_way_;
    lock.unlock();
    log::debug("reconciler", "start " + spec.name);
    try {
      if (const auto started = driver_.start(spec); !started) {
        log::warning("reconciler", "a replica could not be started",
                     {{"replica", spec.name}, {"why", started.error()}});
      }
    } catch (const std::exception& problem) {  // the root of this thread: others are to be started
      log::error("reconciler", "a start threw: this is a bug", {{"replica", spec.name}, {"what", problem.what()}});
    }
    lock.lock();
    under_way_.reset();
  }
}

}  // namespace modelgate::control::reconcile
