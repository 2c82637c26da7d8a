#pragma once

#include "gateway/reload.hpp"

#include "modelgate/config/settings.hpp"

#include <chrono>
#include <csignal>

namespace modelgate {

/// SIGTERM and SIGINT, which end the program, and SIGHUP, for which it reads its settings again; taken by one thread
/// only: the others inherit the mask. A terminal that hangs up ends the program as SIGTERM does, unless it was started
/// to ignore that (nohup).
///
/// Shape: made before the first thread.
class program_signals {
 public:
  program_signals();
  /// Which one came.
  [[nodiscard]] int wait() const;
  /// Whether one that ends the program came meanwhile.
  [[nodiscard]] bool wait_for_end(std::chrono::milliseconds patience) const;

 private:
  sigset_t ending_;
  sigset_t all_;
  bool hang_up_ends_ = true;
};

/// Serves until a signal ends it, then drains; another one ends the drain. `read` is for when SIGHUP comes.
/// Errors: set-up that is impossible, such as a port in use, throws std::exception with one clear line.
void run_program(config::settings settings, settings_reader read, const program_signals& signals, bool with_demo);

}  // namespace modelgate
