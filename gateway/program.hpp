#pragma once

#include "modelgate/config/settings.hpp"

#include <chrono>
#include <csignal>

namespace modelgate {

/// SIGTERM and SIGINT, taken by one thread only: the others inherit the mask.
///
/// Shape: made before the first thread.
class termination_signals {
 public:
  termination_signals();
  void wait() const;
  /// The next one ends the process at once.
  void let_through() const;

 private:
  sigset_t set_;
};

/// Serves until a termination signal comes, then drains.
/// Errors: set-up that is impossible, such as a port in use, throws std::exception with one clear line.
void run_program(config::settings settings, const termination_signals& signals, bool with_demo);

}  // namespace modelgate
