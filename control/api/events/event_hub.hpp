#pragma once

#include "control/api/events/event_log.hpp"

#include "modelgate/base/clock.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

namespace modelgate::control::events {

struct event_settings {
  std::chrono::milliseconds heartbeat{15'000};  ///< of silence, until a listener is sent a comment
  std::size_t backlog_bytes = 16'777'216;       ///< of changes that are kept for listeners who lag or come back
  std::size_t listeners = 64;
  std::size_t listeners_per_user = 16;
};

struct event_counters {
  std::size_t listeners = 0;
  std::uint64_t refused = 0;  ///< over a limit
  std::uint64_t lost = 0;     ///< ended because they were too slow
};

class event_hub;

/// The place of one listener in the hub.
///
/// Shape: any-thread; the hub outlives it. While it stands, the hub looks at what there is.
class listener {
 public:
  listener(event_hub& hub, std::string user, std::uint64_t fresh_at);
  ~listener();
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  /// Rung by the hub's thread whenever there is something new, until this object goes.
  void set_bell(std::function<void()> ring);
  /// Absent: nothing has been looked at since this listener came.
  [[nodiscard]] std::optional<log_view> since(log_position from) const;
  [[nodiscard]] event_hub& hub() const noexcept { return hub_; }

 private:
  friend class event_hub;

  event_hub& hub_;
  const std::string user_;
  const std::uint64_t fresh_at_;  ///< the first look that shows what was there when it came
  std::function<void()> ring_;    ///< guarded by the hub
};

/// Finds out what has changed, for everybody who listens.
///
/// Level-triggered: whoever changes something only says that something may have changed. The hub then looks at
/// everything and compares it with what it saw before, so no use case can forget to tell, and a burst is one look. While
/// nobody listens it does not look; the first one who comes back finds what has changed meanwhile.
///
/// Shape:  one thread of its own, of low priority; else any-thread. Nothing is read or written as JSON under its lock.
///         A look is at most every 100 ms and takes at most a fifth of the time.
/// Errors: a look that fails is repeated; listeners wait meanwhile.
class event_hub {
 public:
  /// Everything that can be watched, on the hub's thread; `store_changed` as of `service::watch_service`. Errors:
  /// absent when it cannot be had now.
  using look_function = std::function<std::optional<std::vector<watched_object>>(bool store_changed)>;

  event_hub(look_function look, std::function<event_settings()> settings);
  /// Like `stop`.
  ~event_hub();
  event_hub(const event_hub&) = delete;
  event_hub& operator=(const event_hub&) = delete;

  /// Begins, also again after `stop`.
  void start();
  /// Ends the looks, and so every stream.
  void stop();

  /// Something may have changed. Returns at once.
  void wake();
  /// The same, in the store.
  void store_changed();

  enum class refusal { too_many, too_many_of_user, stopped };
  /// Errors: null, and why.
  [[nodiscard]] std::unique_ptr<listener> join(const std::string& user, refusal& why);

  [[nodiscard]] bool is_stopped() const noexcept { return stopped_; }
  /// Of this process's log.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] event_settings settings() const { return settings_(); }

  void count_lost() noexcept { ++lost_; }
  [[nodiscard]] event_counters counters() const;

 private:
  friend class listener;

  void run();
  /// Errors: false when it failed.
  bool look();
  void leave(listener& of);

  const look_function look_;
  const std::function<event_settings()> settings_;
  const std::string name_;
  std::atomic<bool> store_changed_{true};
  std::atomic<bool> stopped_{true};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> lost_{0};

  mutable std::mutex mutex_;
  std::condition_variable woken_;
  bool wake_ = false;
  std::uint64_t begun_looks_ = 0;
  std::uint64_t done_looks_ = 0;  ///< the number of the last one that succeeded
  event_log log_;
  std::unordered_set<listener*> listeners_;
  std::map<std::string, std::size_t> listeners_of_user_;
  std::thread thread_;
};

}  // namespace modelgate::control::events
