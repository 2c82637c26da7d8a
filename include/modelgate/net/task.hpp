#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

namespace modelgate::net {

/// Memory of coroutine frames: given back frames of a size are kept for the next of that size.
///
/// Shape: a few lists for each thread, each bounded; any thread may give back what another took.
void* take_frame(std::size_t size);
void give_frame(void* frame, std::size_t size) noexcept;

template <class Value>
class task_of;

namespace task_detail {

struct promise_base {
  static void* operator new(std::size_t size) { return take_frame(size); }
  static void operator delete(void* frame, std::size_t size) noexcept { give_frame(frame, size); }

  struct resume_caller {
    static bool await_ready() noexcept { return false; }
    template <class Promise>
    static std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) noexcept {
      const std::coroutine_handle<> caller = ended.promise().caller;
      return caller ? caller : std::noop_coroutine();
    }
    static void await_resume() noexcept {}
  };
  static std::suspend_always initial_suspend() noexcept { return {}; }
  static resume_caller final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { failure = std::current_exception(); }

  std::coroutine_handle<> caller;  ///< none while it has not had to wait
  std::exception_ptr failure;
};

template <class Value>
struct promise : promise_base {
  task_of<Value> get_return_object() noexcept;
  template <class From>
  void return_value(From&& from) {
    value.emplace(std::forward<From>(from));
  }
  Value take() { return std::move(*value); }

  std::optional<Value> value;
};

template <>
struct promise<void> : promise_base {
  task_of<void> get_return_object() noexcept;
  static void return_void() noexcept {}
  static void take() noexcept {}
};

}  // namespace task_detail

/// What a coroutine of a worker returns: it begins when it is awaited, and its caller goes on when it has ended.
///
/// It runs as a plain call until it first has to wait; most never do. Asio's awaitable goes through its queue of frames
/// for each call, ten of them for a request: a tenth of what the program itself does for it.
///
/// Shape:  worker-local; owns the frame. Awaited once.
/// Errors: what the coroutine throws comes out where it is awaited.
template <class Value>
class [[nodiscard]] task_of {
 public:
  using promise_type = task_detail::promise<Value>;
  using handle = std::coroutine_handle<promise_type>;

  explicit task_of(handle frame) noexcept : frame_{frame} {}
  ~task_of() {
    if (frame_) frame_.destroy();
  }
  task_of(task_of&& other) noexcept : frame_{std::exchange(other.frame_, nullptr)} {}
  task_of& operator=(task_of&&) = delete;

  bool await_ready() {
    frame_.resume();
    return frame_.done();
  }
  void await_suspend(std::coroutine_handle<> caller) noexcept { frame_.promise().caller = caller; }
  Value await_resume() {
    if (frame_.promise().failure) std::rethrow_exception(frame_.promise().failure);
    return frame_.promise().take();
  }

 private:
  handle frame_;
};

using task = task_of<void>;

namespace task_detail {

template <class Value>
task_of<Value> promise<Value>::get_return_object() noexcept {
  return task_of<Value>{std::coroutine_handle<promise>::from_promise(*this)};
}

inline task_of<void> promise<void>::get_return_object() noexcept {
  return task_of<void>{std::coroutine_handle<promise>::from_promise(*this)};
}

}  // namespace task_detail

/// Runs `work` until it first has to wait, and then whenever it is woken. `on_end` gets what it threw; it may end what
/// `work` ran on. A task that is never woken again is never freed.
void start(task work, std::function<void(std::exception_ptr)> on_end);

}  // namespace modelgate::net
