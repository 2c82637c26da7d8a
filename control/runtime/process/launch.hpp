#pragma once

#include "control/runtime/file_handle.hpp"
#include "control/runtime/process/process_table.hpp"
#include "control/runtime/process/replica_mark.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/base/result.hpp"

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace modelgate::control::runtime::process {

struct user_identity {
  uid_t user = 0;
  gid_t group = 0;
};

/// Everything that a child needs, ready before it is forked.
struct launch_order {
  std::vector<std::string> command;
  std::vector<std::string> environment;  ///< "NAME=value"
  std::string search_path;               ///< where the first word of the command is looked for
  std::filesystem::path working_folder;
  std::filesystem::path output;       ///< a FIFO
  std::filesystem::path errors;       ///< a FIFO
  std::optional<user_identity> user;  ///< absent: as modelgate
  int guard = -1;                     ///< a Landlock rule set; -1: none
  replica_mark mark = 0;
};

/// A child that was forked but has not run a single instruction of the program yet.
///
/// It waits for `release`, so its pid is written down before it can do anything. When modelgate dies first, the child's
/// end of the gate closes and it ends too.
///
/// Shape: used by one thread. Destroyed before `release`: the child ends, and waits to be reaped.
class gated_child {
 public:
  /// Forks. The child is the leader of a session and a process group of its own.
  /// Errors: a sentence.
  [[nodiscard]] static result<gated_child, std::string> fork(const launch_order& order);

  [[nodiscard]] const process_status& process() const noexcept { return process_; }
  /// Readable when the process has ended. Belongs to the caller from here on.
  [[nodiscard]] file_handle take_pidfd() noexcept { return std::move(pidfd_); }

  /// Lets the child, made from `order`, go on until the program runs.
  /// Errors: which step failed, and why; the child has ended then, or was ended, and waits to be reaped.
  [[nodiscard]] result<void, std::string> release(const launch_order& order, std::chrono::milliseconds patience);

  /// Lets the child end instead.
  void abandon() noexcept { gate_.reset(); }

 private:
  gated_child() = default;

  process_status process_;
  file_handle pidfd_;
  file_handle gate_;
};

}  // namespace modelgate::control::runtime::process
