#pragma once

#include "control/runtime/process/replica_mark.hpp"

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// What /proc says of processes.
///
/// A pid alone names nobody: it is used again. A process is known by its pid and the time it started at.
namespace modelgate::control::runtime::process {

struct process_status {
  pid_t pid = 0;
  pid_t group = 0;
  std::uint64_t start_time = 0;  ///< clock ticks since boot
  /// Processor time in clock ticks: its own, and that of its children, and theirs, that have ended and were waited for.
  std::uint64_t own_ticks = 0;
  std::uint64_t waited_ticks = 0;
  bool ended = false;  ///< all of its threads; a zombie whose other threads go on has not
};

/// Absent when there is no such process.
[[nodiscard]] std::optional<process_status> status_of_process(pid_t pid);

/// The text of /proc/<pid>/stat taken apart; the name in it may hold any character.
[[nodiscard]] std::optional<process_status> parse_process_status(std::string_view stat);

using mark_test = std::function<bool(replica_mark)>;

/// Whether a process carries a mark that is asked for, or was started with its cookie in the environment.
[[nodiscard]] bool is_marked(pid_t pid, const mark_test& is_asked_for);

/// Calls `found`, at once, for each process that has not ended and whose mark, or that of the cookie in the environment
/// it was started with, is asked for. One that goes on as a child of its own while it is looked for is found too.
///
/// Unless modelgate is root it sees the environments of its own user's processes only; the marks of all.
void for_each_process(const mark_test& is_asked_for, const std::function<void(const process_status&)>& found);

/// Sends a signal to exactly this process; nothing when it has ended and its pid is another's.
void signal_process(const process_status& process, int signal) noexcept;

/// Differs after every start of the machine, which makes all remembered pids void.
[[nodiscard]] std::string boot_id();

}  // namespace modelgate::control::runtime::process
