#pragma once

#include "control/runtime/process/process_table.hpp"
#include "control/runtime/process/replica_mark.hpp"

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

/// What replicas take, for where no control group counts it.
///
/// Units:  bytes.
/// Source: proc(5).
namespace modelgate::control::runtime::process {

struct process_use {
  std::uint64_t resident = 0;  ///< summed over its processes: memory that several of them share counts several times
  std::vector<process_status> processes;  ///< those that run
};

/// Of the replicas with these marks, whatever they have started included, in one look at the table of processes.
[[nodiscard]] std::map<replica_mark, process_use> look_at_processes(const std::set<replica_mark>& marks);

/// With shared memory counted once. Slower, as the kernel walks over all pages; absent where it does not say.
[[nodiscard]] std::optional<std::uint64_t> proportional_memory(const std::vector<process_status>& processes);

/// The resident pages in the text of /proc/<pid>/statm.
[[nodiscard]] std::optional<std::uint64_t> parse_resident_pages(std::string_view statm) noexcept;
/// The line "Pss:  123 kB" in the text of /proc/<pid>/smaps_rollup, in bytes.
[[nodiscard]] std::optional<std::uint64_t> parse_proportional(std::string_view rollup) noexcept;

}  // namespace modelgate::control::runtime::process
