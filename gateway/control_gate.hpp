#pragma once

#include "modelgate/base/clock.hpp"

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace modelgate {

/// Keeps requests out of control while the store and the replicas are another process's.
///
/// Shape: any-thread.
class control_gate {
 public:
  /// Whether one may go in; whoever does goes out with `leave`.
  [[nodiscard]] bool enter() {
    const std::lock_guard lock{mutex_};
    if (is_closed_) return false;
    ++inside_;
    return true;
  }
  void leave() {
    const std::lock_guard lock{mutex_};
    if (--inside_ == 0) left_.notify_all();
  }

  /// Lets nobody in any more, and waits until all are out. Errors: false when the deadline passed first; it is closed
  /// all the same.
  [[nodiscard]] bool close(steady_time deadline) {
    std::unique_lock lock{mutex_};
    is_closed_ = true;
    return left_.wait_until(lock, deadline, [this] { return inside_ == 0; });
  }
  void open() {
    const std::lock_guard lock{mutex_};
    is_closed_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable left_;
  bool is_closed_ = false;
  std::size_t inside_ = 0;
};

}  // namespace modelgate
