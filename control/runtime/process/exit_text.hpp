#pragma once

#include <signal.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace modelgate::control::runtime::process {

/// How a child ended, in words: "exited with code 3", "was ended by signal 9 (Killed)".
/// `info` is what waitid gave.
[[nodiscard]] std::string describe_exit(const siginfo_t& info);

/// "OOMKilled: it needed more than the 512 MiB of memory that its instance type has". `used` is what was seen of it,
/// where anybody has looked. Units: bytes.
[[nodiscard]] std::string describe_out_of_memory(std::int64_t limit, std::optional<std::uint64_t> used);

/// "exited with code 3; last log line: Out of cheese"
[[nodiscard]] std::string with_last_line(std::string reason, std::string_view last_line);

}  // namespace modelgate::control::runtime::process
