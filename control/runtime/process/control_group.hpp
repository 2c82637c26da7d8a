#pragma once

#include "control/domain/resources.hpp"
#include "control/runtime/usage_meter.hpp"

#include "modelgate/base/result.hpp"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::runtime::process {

/// What holds replicas to the limits of their instance types.
enum class limit_method : std::uint8_t {
  cgroup2,
  cgroup1,
  polling,  ///< memory only: its processes are looked at now and then
  none,
};
[[nodiscard]] std::string_view to_string(limit_method method) noexcept;  ///< "cgroup2", ...

/// How the folder begins that all groups of one data folder's replicas are in.
inline constexpr std::string_view group_folder_prefix = "modelgate-";

/// Of one replica's instance. A bound of 0 is none.
///
/// Units: thousandths of a core, bytes, processes and threads.
struct group_limits {
  std::int64_t cpu_milli = 0;
  std::int64_t memory_bytes = 0;
  std::uint64_t pids = 0;
};

/// The folders of control groups below which each replica gets one of its own name.
struct group_ground {
  limit_method method = limit_method::none;  ///< cgroup2 or cgroup1
  /// Of v2 one; of v1 one for each controller, that of memory first.
  std::vector<std::filesystem::path> folders;
};

/// What a later modelgate must know of a replica's group.
struct group_record {
  limit_method method = limit_method::none;
  std::vector<std::filesystem::path> folders;
  std::uint64_t oom_kills = 0;  ///< that the kernel counted before the instance began

  friend bool operator==(const group_record&, const group_record&) = default;
};

/// One replica's control group: its processes get no more memory, processor time and processes than it says, and the
/// kernel ends one that needs more memory.
///
/// Shape:  a value; the group stays when it goes.
/// Source: Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/ of the kernel.
class control_group {
 public:
  /// Makes the group and sets its limits. Errors: a sentence; what was made is removed again.
  [[nodiscard]] static result<control_group, std::string> make(const group_ground& ground, std::string_view name,
                                                               const group_limits& limits);
  /// One that an earlier modelgate made. Absent: it is not there any more.
  [[nodiscard]] static std::optional<control_group> reopen(const group_record& record);

  /// Puts a process into it, which must not run yet, and with it all that it will start. Errors: a sentence.
  [[nodiscard]] result<void, std::string> add(pid_t pid) const;
  /// What all processes that ever were in it have taken, as far as the kernel counts it here.
  [[nodiscard]] usage_sample usage() const;
  /// Whether the kernel has ended a process of it for its memory.
  [[nodiscard]] bool ran_out_of_memory() const;
  /// Ends whatever is still in it, and removes it. False: something has not ended yet.
  [[nodiscard]] bool remove() const;

  [[nodiscard]] const group_record& record() const noexcept { return record_; }

 private:
  explicit control_group(group_record record) : record_{std::move(record)} {}
  [[nodiscard]] std::optional<std::uint64_t> oom_kills() const;
  [[nodiscard]] std::optional<std::string> text_of(const char* file) const;

  group_record record_;
};

/// Writes one of the kernel's files. Errors: what the system says.
[[nodiscard]] result<void> write_group_file(const std::filesystem::path& file, std::string_view text);

}  // namespace modelgate::control::runtime::process
