#pragma once

#include "control/runtime/file_handle.hpp"

#include <chrono>
#include <csignal>

namespace modelgate {

/// SIGTERM and SIGINT, which end the program, SIGHUP, for which it reads its settings again, and SIGUSR2, which upgrades
/// it; taken by one thread only: the others inherit the mask. A terminal that hangs up ends the program as SIGTERM does,
/// unless it was started to ignore that (nohup).
///
/// Shape: made before the first thread.
class program_signals {
 public:
  struct received {
    int number = 0;
    bool is_own = false;  ///< this process sent it to itself
  };

  program_signals();
  [[nodiscard]] received wait() const;
  /// Whether another one that ends the program came meanwhile.
  [[nodiscard]] bool wait_for_end(std::chrono::milliseconds patience) const;
  /// Readable while one that ends the program has not been taken.
  [[nodiscard]] int end_descriptor() const noexcept { return end_descriptor_.get(); }

 private:
  sigset_t ending_;
  sigset_t all_;
  bool hang_up_ends_ = true;
  control::runtime::file_handle end_descriptor_;
};

}  // namespace modelgate
