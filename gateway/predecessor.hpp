#pragma once

#include "gateway/handover.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <thread>

namespace modelgate {

/// The running program as the new one sees it, which it started to take over.
///
/// Shape: made and used by the main thread; one more thread while it watches.
class predecessor {
 public:
  /// `channel` is the descriptor that this process was given at its start.
  explicit predecessor(int channel);
  ~predecessor();
  predecessor(const predecessor&) = delete;
  predecessor& operator=(const predecessor&) = delete;

  /// Says that this process can begin, and waits until the store and the replicas are its own. Errors: throws
  /// std::runtime_error when that does not come.
  void take_over(steady_time deadline);
  /// What came; listeners that are taken out of it are the taker's.
  [[nodiscard]] handover_offer& offer() noexcept { return offer_; }

  /// Says that this process serves what the running one does, and waits until it is in charge. It is, too, when the
  /// running one has ended: nobody else is. Errors: throws std::runtime_error when the deadline passed.
  void take_charge(steady_time deadline);
  /// This process will not come up. Nothing once it is in charge.
  void tell_failure(const std::string& why) const;

  /// Calls `on_gone`, on a thread of its own, when the running one has ended.
  void watch(std::function<void()> on_gone);
  /// `on_gone` is not called any more.
  void stop_watching();
  /// Readable from its end on.
  [[nodiscard]] int descriptor() const noexcept { return channel_.descriptor(); }

 private:
  handover_channel channel_;
  handover_offer offer_;
  bool in_charge_ = false;
  std::thread watcher_;
};

}  // namespace modelgate
