#pragma once

#include "control/runtime/driver_thread.hpp"
#include "control/runtime/model_store.hpp"
#include "control/runtime/process/data_layout.hpp"
#include "control/runtime/process/image_catalogue.hpp"
#include "control/runtime/process/image_copies.hpp"
#include "control/runtime/process/limit_keeper.hpp"
#include "control/runtime/process/process_driver.hpp"
#include "control/runtime/process/process_replica.hpp"
#include "control/runtime/replica_board.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace modelgate::control::runtime::process {

inline constexpr std::chrono::milliseconds patience_with_killed_replicas{5'000};

/// What a driver consists of: its thread with the replicas on it, and what other threads see of them.
struct process_driver::state {
  state(const config::settings& settings, int held_lock);

  using outcome = driver_thread::outcome;

  void show(const process_replica& replica);
  std::shared_ptr<process_replica> find(const std::string& name) const;
  struct unprepared {
    std::string why;
    domain::failure_cause cause = domain::failure_cause::program;
  };
  result<launch_ground, unprepared> prepare(const replica_spec& spec);
  outcome launch(const replica_spec& spec, result<launch_ground, unprepared> ground);
  void apply(const std::string& name, void (process_replica::*operation)());
  void apply_to_all(void (process_replica::*operation)());
  void load();
  void end_all(steady_time deadline);
  void look_at_logs_later();
  void look_at_memory_later();
  void look_at_all_memory();
  void look_at_usage_later(std::chrono::milliseconds pause);
  void look_at_all_usage();

  config::settings settings;  ///< what may change: on the driver's thread, while its owner waits
  data_layout layout;
  image_catalogue catalogue;

  driver_thread thread;
  replica_board board;

  // The driver's thread only.
  boost::asio::steady_timer memory_timer{thread.loop()};
  boost::asio::steady_timer usage_timer{thread.loop()};
  boost::asio::steady_timer log_timer{thread.loop()};
  limit_keeper limits;
  replica_context context;
  std::map<std::string, std::shared_ptr<process_replica>, std::less<>> replicas;

  /// Held over a whole start, on the threads of callers: one image is copied at a time, and one name started once.
  std::mutex starting;
  image_copies copies;
  model_store* models = nullptr;  ///< null: nothing is fetched
};

}  // namespace modelgate::control::runtime::process
