#include "control/runtime/driver_thread.hpp"

#include "modelgate/base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <pthread.h>

#include <exception>
#include <future>
#include <mutex>
#include <utility>

namespace modelgate::control::runtime {

void driver_thread::begin(std::string name) {
  const std::unique_lock lock{running_mutex_};
  running_ = true;
  thread_ = std::thread{[this, name = std::move(name)] {
    ::pthread_setname_np(::pthread_self(), name.c_str());
    loop_.run();
  }};
}

void driver_thread::end() {
  {
    const std::unique_lock lock{running_mutex_};
    running_ = false;
  }
  loop_.stop();
  thread_.join();
}

driver_thread::outcome driver_thread::run(std::function<outcome()> function) {
  const std::shared_lock lock{running_mutex_};  // the thread does not end while anybody waits for it
  if (!running_) return std::string{"modelgate is stopping"};
  std::packaged_task<outcome()> task{std::move(function)};
  auto answer = task.get_future();
  boost::asio::dispatch(loop_, std::move(task));
  return answer.get();
}

void driver_thread::run_if_there(const std::function<void()>& function) {
  static_cast<void>(run([&]() -> outcome {
    function();
    return {};
  }));
}

void driver_thread::spawn(boost::asio::awaitable<void> work, std::string what) {
  spawn_on(loop_, std::move(work), std::move(what));
}

void spawn_on(boost::asio::io_context& loop, boost::asio::awaitable<void> work, std::string what) {
  auto on_end = [what = std::move(what)](const std::exception_ptr& problem) {
    if (!problem) return;
    try {
      std::rethrow_exception(problem);
    } catch (const std::exception& thrown) {
      log::error("runtime", "work of a driver failed: this is a bug", {{"doing", what}, {"what", thrown.what()}});
    }
  };
  boost::asio::co_spawn(loop, std::move(work), std::move(on_end));
}

}  // namespace modelgate::control::runtime
