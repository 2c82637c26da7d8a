#pragma once

#include "modelgate/config/settings.hpp"

#include <cstdint>

namespace modelgate::control::runtime {

struct readiness_rules {
  std::uint64_t rise = 1;  ///< good probes in a row that make ready
  std::uint64_t fall = 3;  ///< bad ones that make unready, so that one slow answer under load takes no capacity away
};

[[nodiscard]] inline readiness_rules rules_of(const config::health_settings& settings) noexcept {
  return {settings.probe_rise, settings.probe_fall};
}

/// Whether a replica may be sent requests, judged by its probes.
///
/// Shape: one per instance; no clock, no I/O.
class readiness {
 public:
  explicit readiness(bool ready = false, readiness_rules rules = {}) noexcept : rules_{rules}, ready_{ready} {}

  /// Takes one probe's outcome; whether the answer of `ready()` changed.
  bool on_probe(bool healthy) noexcept {
    if (healthy == ready_) {
      against_ = 0;
      return false;
    }
    if (++against_ < (ready_ ? rules_.fall : rules_.rise)) return false;
    against_ = 0;
    ready_ = healthy;
    return true;
  }

  [[nodiscard]] bool ready() const noexcept { return ready_; }

 private:
  readiness_rules rules_;
  bool ready_;
  std::uint64_t against_ = 0;  ///< probes in a row that say the opposite
};

}  // namespace modelgate::control::runtime
