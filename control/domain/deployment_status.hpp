#pragma once

#include "modelgate/base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::domain {

enum class deployment_phase { deploying, deployed, stopping, stopped, failed };
enum class replica_phase { starting, ready, unready, draining, stopping, exited };

[[nodiscard]] std::string_view to_string(deployment_phase phase) noexcept;  ///< "Deploying", ...
[[nodiscard]] std::string_view to_string(replica_phase phase) noexcept;     ///< "Starting", ...
/// Errors: absent when no phase has that name.
[[nodiscard]] std::optional<deployment_phase> deployment_phase_from(std::string_view text) noexcept;

/// What a replica takes of its machine, all of its processes together, when it was looked at last.
///
/// Units: seconds and cores of processor time, bytes. The two counters go on over its restarts and never go down.
struct replica_usage {
  steady_time at;                           ///< of the look
  double cpu_seconds = 0;                   ///< since this modelgate looks after it
  std::optional<double> cpu_cores;          ///< on average between the last two looks
  std::optional<double> throttled_seconds;  ///< that it had to wait because of its limit; where the kernel counts that
  std::uint64_t memory_bytes = 0;           ///< without what the kernel can take back at once, where it tells
  std::optional<std::uint64_t> memory_limit;  ///< of its instance type, as it was started

  friend bool operator==(const replica_usage&, const replica_usage&) = default;
};

/// What kept a replica from coming up, or ended it, the last time.
enum class failure_cause {
  none,  ///< nothing has, or it has been well for a while since
  image,
  model,
  program,
};

struct replica_failure {
  failure_cause cause = failure_cause::none;
  std::optional<int> exit_code = {};  ///< of the program; with a signal's number 128 more than it. Absent: not known

  friend bool operator==(const replica_failure&, const replica_failure&) = default;
};

struct replica_status {
  std::string name;
  std::uint64_t revision = 0;
  replica_phase phase = replica_phase::starting;
  std::string reason;
  system_time since;
  std::string limits;     ///< "enforced", "advisory", or "none" of a replica that somebody else runs
  std::string limits_by;  ///< "cgroup2", "cgroup1", "polling" (memory only) or "none"
  std::uint32_t restarts = 0;
  std::optional<replica_usage> usage = {};  ///< absent: nobody knows
  replica_failure failure = {};
};

/// Of a deployment of which nothing runs: one that is wanted, and one that is not.
inline constexpr std::string_view not_available_yet = "Deployment is being deployed and not available now";
inline constexpr std::string_view has_stopped = "deployment has stopped";

/// What really runs, as people are shown it.
struct deployment_status {
  deployment_phase phase = deployment_phase::deploying;
  std::string message;
  bool refused = false;  ///< failed, as what it is set to does not let it run: nothing was tried
  std::uint32_t available_replicas = 0;
  std::vector<replica_status> replicas;
};

}  // namespace modelgate::control::domain
