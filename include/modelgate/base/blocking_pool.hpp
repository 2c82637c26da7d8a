#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace modelgate {

/// `background`: whoever else wants the core has it first.
enum class pool_priority { normal, background };

/// Threads for work that blocks: SQLite, files, password hashing. Workers and the control thread never do such work.
///
/// Shape:  any-thread; at most `queue_limit` jobs wait. Destruction runs what was accepted, then joins.
/// Errors: `try_run` answers false when the queue is full: the caller tells its peer to come back.
///         A job must not throw; what escapes is logged and counted as a bug.
class blocking_pool {
 public:
  blocking_pool(std::string name, std::size_t threads, std::size_t queue_limit,
                pool_priority priority = pool_priority::normal);
  ~blocking_pool();
  blocking_pool(const blocking_pool&) = delete;
  blocking_pool& operator=(const blocking_pool&) = delete;

  [[nodiscard]] bool try_run(std::function<void()> job);

 private:
  void run();

  std::string name_;
  std::size_t queue_limit_;
  pool_priority priority_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace modelgate
