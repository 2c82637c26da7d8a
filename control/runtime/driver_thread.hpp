#pragma once

#include "modelgate/base/result.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <shared_mutex>
#include <string>
#include <thread>

namespace modelgate::control::runtime {

/// The thread that does all of a driver's work, with its event loop.
///
/// Shape: any-thread, but for `begin` and `end`, which are the driver's owner's.
class driver_thread {
 public:
  using outcome = result<void, std::string>;

  [[nodiscard]] boost::asio::io_context& loop() noexcept { return loop_; }

  void begin(std::string name);
  /// What is under way on it is left so; afterwards `run` fails.
  void end();
  [[nodiscard]] bool has_begun() const noexcept { return thread_.joinable(); }

  /// Runs a function there and waits for it. Errors: its own; that thread does not run.
  outcome run(std::function<outcome()> function);
  /// The same for what cannot fail; where the thread has ended there is nothing to be done either.
  void run_if_there(const std::function<void()>& function);
  /// Runs a coroutine there. An exception is a bug, said in the log with `what` was being done.
  void spawn(boost::asio::awaitable<void> work, std::string what);

 private:
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{loop_.get_executor()};
  std::shared_mutex running_mutex_;
  bool running_ = false;
  std::thread thread_;
};

/// For those that have only the loop.
void spawn_on(boost::asio::io_context& loop, boost::asio::awaitable<void> work, std::string what);

}  // namespace modelgate::control::runtime
