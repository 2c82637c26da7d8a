#pragma once

#include "control/runtime/container/container_driver.hpp"
#include "control/runtime/container/engine_api.hpp"
#include "control/runtime/container/image_book.hpp"
#include "control/runtime/driver_thread.hpp"
#include "control/runtime/replica_board.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace modelgate::control::runtime::container {

/// What a driver consists of: its thread with the replicas on it, and what other threads see of them.
struct container_driver::state {
  state(const config::settings& given, config::runtime_kind kind, std::string instance, find_pull_secret find_secret);

  using outcome = driver_thread::outcome;

  void begin();
  void end_all(steady_time deadline);

  // The driver's thread only, up to `replicas`.
  void load();
  void let_go_of_all();
  void on_changed(const container_replica& replica);
  void forget_removed();
  [[nodiscard]] std::shared_ptr<container_replica> find(const std::string& name) const;
  void apply(const std::string& name, void (container_replica::*operation)());  // these two on any thread
  void apply_to_all(void (container_replica::*operation)());
  [[nodiscard]] std::string pinned_image(const std::string& deployment, std::uint64_t revision) const;
  boost::asio::awaitable<void> watch();
  boost::asio::awaitable<void> look();
  boost::asio::awaitable<engine_result<void>> greet();
  boost::asio::awaitable<void> follow_events();
  void compare(const std::vector<container_entry>& list, steady_time asked_at);
  boost::asio::awaitable<void> remove_stray(std::string id, std::string name);
  void note_trouble(const std::string& sentence);
  void look_at_logs_later();
  void look_at_usage_later();
  void bound_logs_of(const std::string& deployment);

  const config::runtime_kind kind;
  const std::string display;
  config::settings settings;  ///< what may change: on the driver's thread, while its owner waits
  const std::filesystem::path folder;
  const std::string instance;

  driver_thread thread;
  replica_board board;
  boost::asio::steady_timer watch_timer{thread.loop()};
  boost::asio::steady_timer event_timer{thread.loop()};
  boost::asio::steady_timer log_timer{thread.loop()};
  boost::asio::steady_timer usage_timer{thread.loop()};
  boost::asio::steady_timer forget_timer{thread.loop()};
  engine_api engine;
  std::shared_ptr<engine_connection> events;
  bool greeted = false;
  int refusals = 0;     ///< to list its containers, in a row
  bool woken = false;   ///< a look is to follow the one that goes on
  bool let_go = false;  ///< what the engine has is no business of this process
  image_book images;
  model_fetches fetches{thread.loop(), fetching};
  container_context context;
  std::map<std::string, std::shared_ptr<container_replica>, std::less<>> replicas;

  mutable std::mutex engine_mutex;  ///< for these two, which other threads read
  limit_report limits;
  std::string trouble;  ///< why the engine does not answer; empty: it does

  blocking_pool fetching;  ///< goes first: its jobs use the rest
};

}  // namespace modelgate::control::runtime::container
