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
  /// Whether another one came meanwhile.
  [[nodiscard]] bool wait_for(std::chrono::milliseconds patience) const;

 private:
  sigset_t set_;
};

/// Serves until a termination signal comes, then drains; another one ends the drain.
/// Errors: set-up that is impossible, such as a port in use, throws std::exception with one clear line.
void run_program(config::settings settings, const termination_signals& signals, bool with_demo);

}  // namespace modelgate
