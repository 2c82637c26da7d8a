#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// How replicas end, in words.
namespace modelgate::control::runtime {

/// "OOMKilled: it needed more than the 512 MiB of memory that its instance type has". `used` is what was seen of it,
/// where anybody has looked. Units: bytes.
[[nodiscard]] std::string describe_out_of_memory(std::int64_t limit, std::optional<std::uint64_t> used);

/// "exited with code 3; last log line: Out of cheese"
[[nodiscard]] std::string with_last_line(std::string reason, std::string_view last_line);

/// Cuts a line to what a message can carry: at most 500 bytes of whole, valid UTF-8, control characters and broken
/// bytes as '?'.
[[nodiscard]] std::string presentable(std::string_view line);

}  // namespace modelgate::control::runtime
