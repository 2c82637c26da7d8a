#pragma once

#include "control/runtime/runtime_driver.hpp"
#include "control/runtime/warm_up.hpp"

#include "modelgate/base/clock.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace modelgate::control::runtime {

/// What is kept of a replica, whichever way it is run, over its restarts and modelgate's.
struct replica_life {
  replica_spec spec;
  domain::replica_phase phase = domain::replica_phase::starting;
  std::string reason;
  std::string last_end;  ///< how the last instance that failed ended; empty when it has been well since
  system_time since;
  system_time unready_since;
  std::uint32_t restarts = 0;
  std::uint32_t failures = 0;
  std::uint16_t port = 0;          ///< on 127.0.0.1; 0: none yet
  bool listens_on_socket = false;  ///< and not at its port
  std::string health_path;
  std::optional<warm_up_request> warm_up;  ///< still to be answered before it is ready

  /// It is to be started as this, anew or again; answers whether again.
  bool begin(const replica_spec& wanted, system_time now);
  /// Moves to a phase, or only to another reason for the one that it is in. An end (`by_its_end`) soon after it was ready
  /// is one more of those before: it has not come up yet, and the progress deadline goes on.
  enum class change { none, reason, phase };
  change enter(domain::replica_phase next, std::string why, system_time now, bool by_its_end,
               std::chrono::milliseconds time_of_being_well);
};

/// As its driver observes it; the driver says where it is and how it is held to its limits. `comes_up`: an instance is
/// under way that is not ready, and `last_line` is what it has logged last; empty where that says nothing.
[[nodiscard]] observed_replica observe_life(const replica_life& life, bool comes_up, std::string_view last_line);

}  // namespace modelgate::control::runtime
