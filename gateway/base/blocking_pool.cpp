#include "modelgate/base/blocking_pool.hpp"

#include "modelgate/base/log.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <exception>

namespace modelgate {
namespace {

constexpr int background_priority = 15;  // nice, as of the other threads that can wait

}  // namespace

blocking_pool::blocking_pool(std::string name, std::size_t threads, std::size_t queue_limit, pool_priority priority)
    : name_{std::move(name)}, queue_limit_{queue_limit}, priority_{priority} {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

blocking_pool::~blocking_pool() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool blocking_pool::try_run(std::function<void()> job) {
  {
    const std::lock_guard lock{mutex_};
    if (stopping_ || queue_.size() >= queue_limit_) return false;
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

void blocking_pool::run() {
  pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
  if (priority_ == pool_priority::background) {
    const auto self = static_cast<id_t>(::gettid());
    const int own = ::getpriority(PRIO_PROCESS, self);
    static_cast<void>(::setpriority(PRIO_PROCESS, self, std::max(own, background_priority)));
  }
  for (;;) {
    std::function<void()> job;
    {
      std::unique_lock lock{mutex_};
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      job = std::move(queue_.front());
      queue_.pop_front();
    }
    try {
      job();
    } catch (const std::exception& problem) {  // the root of this thread: a bug must not end the program unseen
      log::error("blocking_pool", "a job threw: this is a bug", {{"pool", name_}, {"what", problem.what()}});
    }
  }
}

}  // namespace modelgate
