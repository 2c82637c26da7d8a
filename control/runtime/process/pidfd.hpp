#pragma once

#include "control/runtime/file_handle.hpp"

#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/// Handles of processes. The system calls themselves, because glibc 2.36 declares its functions without C linkage.
namespace modelgate::control::runtime::process {

/// Empty when there is no such process. Readable once the process has ended.
[[nodiscard]] inline file_handle open_pidfd(pid_t pid) noexcept {
  return file_handle{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
}

inline void signal_pidfd(const file_handle& process, int signal) noexcept {
  ::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0);
}

}  // namespace modelgate::control::runtime::process
