#pragma once

#include <cassert>
#include <coroutine>
#include <utility>

namespace modelgate::net {

/// Wakes the one coroutine that waits for any of several things: a socket is ready, a deadline has passed, the worker
/// drains.
///
/// A notification that comes while nobody waits is kept, so nothing is missed between looking and waiting.
///
/// Shape: one per session, worker-local. `notify` resumes the coroutine before it returns, so it is called from the
/// event loop only.
class wake_signal {
 public:
  class waiter {
   public:
    explicit waiter(wake_signal& of) noexcept : of_{of} {}
    [[nodiscard]] bool await_ready() const noexcept { return of_.notified_; }
    void await_suspend(std::coroutine_handle<> frame) noexcept {
      assert(!of_.waiting_ && "one coroutine waits at a time");
      of_.waiting_ = frame;
    }
    void await_resume() const noexcept { of_.notified_ = false; }

   private:
    wake_signal& of_;
  };

  wake_signal() = default;
  wake_signal(const wake_signal&) = delete;
  wake_signal& operator=(const wake_signal&) = delete;

  [[nodiscard]] waiter wait() noexcept { return waiter{*this}; }
  void notify() {
    notified_ = true;
    if (waiting_) std::exchange(waiting_, nullptr).resume();
  }

 private:
  std::coroutine_handle<> waiting_;
  bool notified_ = false;
};

}  // namespace modelgate::net
