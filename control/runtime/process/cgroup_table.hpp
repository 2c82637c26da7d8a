#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

/// What the system says of control groups: where they are mounted, and which of them this process is in.
///
/// Source: cgroups(7), proc(5).
namespace modelgate::control::runtime::process {

/// This process's own groups, as folders.
struct cgroup_table {
  std::optional<std::filesystem::path> unified;                           ///< of cgroup v2
  std::map<std::string, std::filesystem::path, std::less<>> controllers;  ///< of cgroup v1, by name: "memory"

  friend bool operator==(const cgroup_table&, const cgroup_table&) = default;
};

/// From the texts of /proc/self/mountinfo and /proc/self/cgroup. Lines that make no sense are passed over.
[[nodiscard]] cgroup_table parse_cgroup_table(std::string_view mounts, std::string_view membership);
/// Of this process; empty where the system has none.
[[nodiscard]] cgroup_table read_cgroup_table();

/// The number in the line "<key> <number>" of one of the kernel's files. Absent: it has none.
[[nodiscard]] std::optional<std::uint64_t> parse_group_number(std::string_view text, std::string_view key) noexcept;

/// How many processes the kernel has ended in a group for its memory: the line "oom_kill 1" of `memory.events` (v2) or
/// `memory.oom_control` (v1). Absent: it does not say.
[[nodiscard]] std::optional<std::uint64_t> parse_oom_kills(std::string_view text) noexcept;

}  // namespace modelgate::control::runtime::process
