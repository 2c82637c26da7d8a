#pragma once

#include "control/runtime/container/container_driver.hpp"
#include "control/runtime/container/engine_api.hpp"
#include "control/runtime/container/image_book.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

namespace modelgate::control::runtime::container {

/// What a driver consists of: its thread with the replicas on it, and what other threads see of them.
struct container_driver::state {
  state(const config::settings& given, config::runtime_kind kind, std::string instance, find_pull_secret find_secret);

  using outcome = result<void, std::string>;

  /// Runs a function on the driver's thread and waits for it. Errors: that thread has ended.
  outcome run(std::function<outcome()> function);
  void begin();
  void end_thread();

  // The driver's thread only, up to `replicas`.
  void load();
  void let_go_of_all();
  void on_changed(const container_replica& replica);
  void forget_removed();
  [[nodiscard]] std::shared_ptr<container_replica> find(const std::string& name) const;
  void apply(const std::string& name, void (container_replica::*operation)());
  void apply_to_all(void (container_replica::*operation)());
  [[nodiscard]] std::string pinned_image(const std::string& deployment, std::uint64_t revision) const;
  boost::asio::awaitable<void> watch();
  boost::asio::awaitable<void> look();
  boost::asio::awaitable<void> follow_events();
  void compare(const std::vector<container_entry>& list, steady_time asked_at);
  boost::asio::awaitable<void> remove_stray(std::string id, std::string name);
  void note_trouble(const std::string& sentence);
  void look_at_logs_later();
  void look_at_usage_later();
  void bound_logs_of(const std::string& deployment);
  void spawn(boost::asio::awaitable<void> work);

  [[nodiscard]] bool all_ended() const;  ///< with the mutex held
  bool wait_until_ended(steady_time deadline, bool may_be_hurried);
  void end_all(steady_time deadline);

  const config::runtime_kind kind;
  const std::string display;
  config::settings settings;  ///< what may change: on the driver's thread, while its owner waits
  const std::filesystem::path folder;
  const std::string instance;

  boost::asio::io_context loop{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{loop.get_executor()};
  boost::asio::steady_timer watch_timer{loop};
  boost::asio::steady_timer event_timer{loop};
  boost::asio::steady_timer log_timer{loop};
  boost::asio::steady_timer usage_timer{loop};
  boost::asio::steady_timer forget_timer{loop};
  engine_api engine;
  std::shared_ptr<engine_connection> events;
  bool greeted = false;
  bool woken = false;  ///< a look is to follow the one that goes on
  image_book images;
  container_context context;
  std::map<std::string, std::shared_ptr<container_replica>, std::less<>> replicas;

  // What other threads see, and whether they may still ask the driver's thread for something.
  mutable std::mutex shown_mutex;
  std::condition_variable shown_changed;
  struct shown_replica {
    observed_replica seen;
    log_end end;
  };
  std::map<std::string, shown_replica, std::less<>> shown;
  std::function<void()> listener;
  limit_report limits;
  std::string trouble;  ///< why the engine does not answer; empty: it does
  bool hurried = false;
  bool stopping = false;
  bool let_go = false;    ///< another process looks after the replicas
  bool on_trial = false;  ///< it may have to again

  std::shared_mutex running_mutex;
  bool running = false;
  std::thread thread;

  blocking_pool fetching;  ///< goes first: its jobs use the rest
};

}  // namespace modelgate::control::runtime::container
