#pragma once

#include "control/runtime/process/control_group.hpp"
#include "control/runtime/replica_life.hpp"

#include "modelgate/base/result.hpp"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace modelgate::control::runtime::process {

/// All that a later process of modelgate must know of a replica.
struct replica_record : replica_life {
  std::string cookie;                 ///< unique for each instance
  pid_t pid = 0;                      ///< 0: nothing was started yet, or it has ended
  std::uint64_t start_time = 0;       ///< clock ticks since boot
  std::string boot_id;                ///< of the boot that `pid` and `start_time` belong to
  std::string socket;                 ///< the path that it was offered; empty: it would be too long
  std::string image_copy;             ///< name of the folder that it runs from
  std::optional<group_record> group;  ///< the control group that it runs in
};

[[nodiscard]] std::string to_json(const replica_record& record);
/// Errors: errc::invalid_argument when the text is not a record.
[[nodiscard]] result<replica_record> parse_replica_record(std::string_view json);

}  // namespace modelgate::control::runtime::process
