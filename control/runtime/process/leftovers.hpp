#pragma once

#include "control/runtime/process/data_layout.hpp"
#include "control/runtime/process/replica_mark.hpp"
#include "control/runtime/process/replica_record.hpp"

#include <set>
#include <string_view>
#include <vector>

/// What an earlier modelgate of this data folder left behind.
namespace modelgate::control::runtime::process {

/// The records of all replicas. One that cannot be read is removed and said in the log; its processes are unknown then.
[[nodiscard]] std::vector<replica_record> load_records(const data_layout& layout);

/// Ends every process of the data folder that cookies with `prefix` belong to, but for those of `known`.
void end_unknown_processes(std::string_view prefix, const std::set<replica_mark>& known);

}  // namespace modelgate::control::runtime::process
