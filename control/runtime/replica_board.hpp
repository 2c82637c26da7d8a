#pragma once

#include "control/runtime/log_file_reader.hpp"
#include "control/runtime/runtime_driver.hpp"

#include "modelgate/base/clock.hpp"

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace modelgate::control::runtime {

/// What other threads see of a driver's replicas, and whether the driver still looks after them.
///
/// Shape: any-thread; the replicas are written by the driver's thread.
class replica_board {
 public:
  void show(observed_replica now, log_end end);
  void forget(const std::string& name);
  /// Without a word to anybody: what there is, is about to be shown again.
  void clear();
  [[nodiscard]] std::vector<observed_replica> observe() const;
  /// Of a replica that is not there: that it has been reached.
  [[nodiscard]] log_end end_of_log(const std::string& name) const;
  [[nodiscard]] bool is_running(const std::string& name) const;
  void set_listener(std::function<void()> listener);

  // Who looks after the replicas: this process, or the one before or after an upgrade.
  void let_go();
  void take_back();
  void begin_trial();
  void confirm();
  [[nodiscard]] bool may_start() const;

  /// Nothing is started any more. Whether the replicas are another process's to end.
  [[nodiscard]] bool begin_end();
  void hurry();
  /// Whether waiting any longer is in vain: nothing can be ended now.
  void set_stuck(bool stuck);

  /// Until all have exited; answers whether they have. The grace may be cut short by `hurry`.
  bool wait_for_grace(steady_time deadline);
  /// These two do not wait while it is stuck.
  bool wait_until_exited(steady_time deadline);
  bool wait_until_gone(steady_time deadline);

 private:
  [[nodiscard]] bool all_exited() const;
  bool wait(steady_time deadline, const std::function<bool()>& is_over, const std::function<bool()>& is_done);

  struct shown_replica {
    observed_replica seen;
    log_end end;
  };

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, shown_replica, std::less<>> shown_;
  std::function<void()> listener_;
  bool hurried_ = false;
  bool stuck_ = false;
  bool ending_ = false;
  bool let_go_ = false;    ///< another process looks after the replicas
  bool on_trial_ = false;  ///< it may have to again
};

}  // namespace modelgate::control::runtime
