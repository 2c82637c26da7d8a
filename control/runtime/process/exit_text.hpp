#pragma once

#include <signal.h>

#include <string>

namespace modelgate::control::runtime::process {

/// How a child ended, in words: "exited with code 3", "was ended by signal 9 (Killed)".
/// `info` is what waitid gave.
[[nodiscard]] std::string describe_exit(const siginfo_t& info);

}  // namespace modelgate::control::runtime::process
