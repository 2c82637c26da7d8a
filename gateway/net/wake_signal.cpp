#include "modelgate/net/wake_signal.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <cassert>
#include <utility>

namespace modelgate::net {

task wake_signal::wait() {
  if (!notified_) {
    // Not a coroutine: it only keeps the handler that resumes one.
    auto keep_handler = [this](handler resumes) {
      assert(!waiter_ && "one coroutine waits at a time");
      waiter_.emplace(std::move(resumes));
    };
    token completion;
    co_await boost::asio::async_initiate<token, void()>(keep_handler, completion);
  }
  notified_ = false;
}

void wake_signal::notify() {
  notified_ = true;
  if (!waiter_) return;
  handler resumes = std::move(*waiter_);
  waiter_.reset();
  std::move(resumes)();
}

}  // namespace modelgate::net
