#pragma once

/// A replica's processes cannot shed their mark: a system call that would change RLIMIT_LOCKS answers that it did, and
/// does nothing. The limit has no effect, so nothing is lost by that; the filter is inherited and cannot be removed.
///
/// Source: seccomp(2), prctl(2).
namespace modelgate::control::runtime::process {

/// For the child, after no_new_privs and before it becomes the program. Where the kernel has no filters, a program that
/// means to can lower the limit.
void keep_mark() noexcept;

}  // namespace modelgate::control::runtime::process
