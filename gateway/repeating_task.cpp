#include "gateway/repeating_task.hpp"

namespace modelgate {

void repeating_task::start() {
  thread_ = std::thread{[this] { run(); }};
}

void repeating_task::do_soon() {
  {
    const std::lock_guard lock{mutex_};
    is_due_ = true;
  }
  changed_.notify_all();
}

void repeating_task::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void repeating_task::run() {
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    is_due_ = false;
    lock.unlock();
    action_();
    lock.lock();
    changed_.wait_for(lock, interval_, [this] { return stopping_ || is_due_; });
  }
}

}  // namespace modelgate
