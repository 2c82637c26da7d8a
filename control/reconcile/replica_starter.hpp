#pragma once

#include "control/runtime/runtime_driver.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace modelgate::control::reconcile {

/// Starts replicas, one after the other, on a thread of its own: an image may have to be copied, a model fetched, two hundred
/// processes made. What is published meanwhile, a token that was revoked above all, waits for none of it, nor does the end.
///
/// Shape:  the calls are the reconciler's, but for `close`, which is any-thread.
/// Errors: what cannot be started is said in the log; whoever still wants it asks again.
class replica_starter {
 public:
  explicit replica_starter(runtime::runtime_driver& driver) : driver_{driver} {}
  /// Like `stop`.
  ~replica_starter() { stop(); }
  replica_starter(const replica_starter&) = delete;
  replica_starter& operator=(const replica_starter&) = delete;

  void start();
  /// Begins no other, now and later, until `start`. Does not wait.
  void close();
  /// Closes, and returns when the one that is under way has been started.
  void stop();

  /// Before the driver is observed: what is under way now or begun later may be missing in what is seen.
  void begin_observation();
  /// What is to be started from now on, in this order, and nothing of what was: the last plan holds. What may be missing in
  /// what it was made of is not begun once more.
  void want(std::vector<runtime::replica_spec> all);
  /// Whether this replica, or one of this deployment's, may be missing in what was seen last.
  [[nodiscard]] bool may_be_unseen(std::string_view replica) const;
  [[nodiscard]] bool may_be_unseen_of(std::string_view deployment) const;

 private:
  void run();

  runtime::runtime_driver& driver_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<runtime::replica_spec> wanted_;
  std::optional<runtime::replica_spec> under_way_;
  std::map<std::string, std::string, std::less<>> unseen_;  ///< replica -> deployment
  bool closed_ = true;
  std::thread thread_;
};

}  // namespace modelgate::control::reconcile
