#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// A replica's cookie as a number, which stands where no process can wipe it out: in the hard limit RLIMIT_LOCKS.
///
/// Whatever a replica starts inherits the limit, through double forks, new sessions and emptied environments; everybody
/// can read it in /proc; and it can be lowered by a program that means to, but raised by none without privileges.
///
/// Shape:  one per instance of a replica; those of one data folder share their upper half.
/// Source: getrlimit(2); the limit of file locks has had no effect since Linux 2.4.25.
namespace modelgate::control::runtime::process {

using replica_mark = std::uint64_t;

/// `cookie` is "<data folder's instance>.<what is the replica's own>".
[[nodiscard]] replica_mark mark_of(std::string_view cookie) noexcept;

/// Whether it is the mark of any replica of any data folder, and not just a limit.
[[nodiscard]] bool is_any_mark(replica_mark mark) noexcept;

[[nodiscard]] bool is_of_same_data_folder(replica_mark a, replica_mark b) noexcept;

/// For the child, before it becomes the program. Nothing where the limit is lower already.
void take_mark(replica_mark mark) noexcept;

/// Whether this process could give any mark to a child of its own.
[[nodiscard]] bool can_give_marks() noexcept;

/// What the text of /proc/<pid>/limits says. Absent: the process has no such limit.
[[nodiscard]] std::optional<replica_mark> parse_mark(std::string_view limits) noexcept;

}  // namespace modelgate::control::runtime::process
