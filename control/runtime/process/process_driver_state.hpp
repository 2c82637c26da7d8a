#pragma once

#include "control/runtime/kept_logs.hpp"
#include "control/runtime/model_store.hpp"
#include "control/runtime/process/data_layout.hpp"
#include "control/runtime/process/image_catalogue.hpp"
#include "control/runtime/process/image_copies.hpp"
#include "control/runtime/process/limit_keeper.hpp"
#include "control/runtime/process/process_driver.hpp"
#include "control/runtime/process/process_replica.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <utility>

namespace modelgate::control::runtime::process {

inline constexpr std::chrono::milliseconds patience_with_killed_replicas{5'000};

/// What a driver consists of: its thread with the replicas on it, and what other threads see of them.
struct process_driver::state {
  state(const config::settings& settings, int held_lock);

  using outcome = result<void, std::string>;

  /// Runs a function on the driver's thread and waits for it. Errors: that thread has ended.
  outcome run(std::function<outcome()> function);

  void show(const process_replica& replica);
  void forget(const std::string& name);
  std::shared_ptr<process_replica> find(const std::string& name) const;
  struct unprepared {
    std::string why;
    domain::failure_cause cause = domain::failure_cause::program;

    unprepared() = default;  // result<..., unprepared> asks for it
    /// Whatever says only why is neither about the image nor about the model.
    unprepared(std::string sentence, domain::failure_cause of = domain::failure_cause::program)
        : why{std::move(sentence)}, cause{of} {}
  };
  result<launch_ground, unprepared> prepare(const replica_spec& spec);
  outcome launch(const replica_spec& spec, result<launch_ground, unprepared> ground);
  void apply(const std::string& name, void (process_replica::*operation)());
  void apply_to_all(void (process_replica::*operation)());
  void load();
  void end_all(steady_time deadline);
  bool all_ended() const;
  void bound_logs_of(const std::string& deployment);
  void look_at_logs_later();
  void look_at_memory_later();
  void look_at_all_memory();
  void look_at_usage_later(std::chrono::milliseconds pause);
  void look_at_all_usage();
  bool wait_until_ended(steady_time deadline, bool may_be_hurried);

  config::settings settings;  ///< what may change: on the driver's thread, while its owner waits
  data_layout layout;
  image_catalogue catalogue;

  // The driver's thread only.
  boost::asio::io_context loop{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{loop.get_executor()};
  boost::asio::steady_timer memory_timer{loop};
  boost::asio::steady_timer usage_timer{loop};
  boost::asio::steady_timer log_timer{loop};
  limit_keeper limits;
  replica_context context;
  std::map<std::string, std::shared_ptr<process_replica>, std::less<>> replicas;

  /// Held over a whole start, on the threads of callers: one image is copied at a time, and one name started once.
  std::mutex starting;
  image_copies copies;
  model_store* models = nullptr;  ///< null: nothing is fetched

  // What other threads see, and whether they may still ask the driver's thread for something.
  mutable std::mutex shown_mutex;
  std::condition_variable shown_changed;
  bool hurried = false;
  struct shown_replica {
    observed_replica seen;
    log_end end;
    std::string image_copy;
  };
  std::map<std::string, shown_replica, std::less<>> shown;
  std::function<void()> listener;
  bool stopping = false;
  bool let_go = false;    ///< another process looks after the replicas
  bool on_trial = false;  ///< it may have to again

  std::shared_mutex running_mutex;
  bool running = false;
  std::thread thread;
};

}  // namespace modelgate::control::runtime::process
