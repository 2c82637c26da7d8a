#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>

namespace modelgate::net {

using worker_executor = boost::asio::io_context::executor_type;
using task = boost::asio::awaitable<void, worker_executor>;
template <class Value>
using task_of = boost::asio::awaitable<Value, worker_executor>;

/// Wakes the one coroutine that waits for any of several things: a socket is ready, a deadline has passed, the worker
/// drains.
///
/// A notification that comes while nobody waits is kept, so nothing is missed between looking and waiting.
///
/// Shape: one per session, worker-local. `notify` resumes the coroutine before it returns, so it is called from the
/// event loop only.
class wake_signal {
 public:
  wake_signal() = default;
  wake_signal(const wake_signal&) = delete;
  wake_signal& operator=(const wake_signal&) = delete;

  [[nodiscard]] task wait();
  void notify();

 private:
  using token = boost::asio::use_awaitable_t<worker_executor>;
  using handler = boost::asio::async_result<token, void()>::handler_type;

  std::optional<handler> waiter_;
  bool notified_ = false;
};

}  // namespace modelgate::net
