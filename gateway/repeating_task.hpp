#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace modelgate {

/// Something that is done again and again on a thread of its own, because it may wait.
///
/// Shape: `start` and `stop` on one thread, `do_soon` on any. Ends by itself with its life.
class repeating_task {
 public:
  /// `action` must not throw.
  repeating_task(std::chrono::milliseconds interval, std::function<void()> action)
      : interval_{interval}, action_{std::move(action)} {}
  ~repeating_task() { stop(); }
  repeating_task(const repeating_task&) = delete;
  repeating_task& operator=(const repeating_task&) = delete;

  /// Does it once, and then at each interval.
  void start();
  /// Before its time; as often as it is asked for while it is being done, it is done once more.
  void do_soon();
  void stop();

 private:
  void run();

  const std::chrono::milliseconds interval_;
  const std::function<void()> action_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_due_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace modelgate
