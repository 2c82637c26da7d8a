#pragma once

#include "modelgate/base/result.hpp"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What /proc says of processes.
///
/// A pid alone names nobody: it is used again. A process is known by its pid and the time it started at.
namespace modelgate::control::runtime::process {

struct process_status {
  pid_t pid = 0;
  pid_t group = 0;
  std::uint64_t start_time = 0;  ///< clock ticks since boot
  bool zombie = false;
};

/// Absent when there is no such process.
[[nodiscard]] std::optional<process_status> status_of_process(pid_t pid);

/// The text of /proc/<pid>/stat taken apart; the name in it may hold any character.
[[nodiscard]] std::optional<process_status> parse_process_status(std::string_view stat);

struct marked_process {
  process_status status;
  std::string cookie;
};

/// Every living process, zombies left out, whose environment at its start held a cookie that begins with `prefix`.
/// Only those of this user are seen unless modelgate is root.
[[nodiscard]] std::vector<marked_process> find_marked_processes(std::string_view prefix);

/// Sends a signal to exactly this process; nothing when it has ended and its pid is another's.
void signal_process(const process_status& process, int signal) noexcept;

/// Differs after every start of the machine, which makes all remembered pids void.
[[nodiscard]] std::string boot_id();

}  // namespace modelgate::control::runtime::process
