#pragma once

#include "control/domain/deployment_status.hpp"
#include "control/runtime/process/control_group.hpp"
#include "control/runtime/runtime_driver.hpp"
#include "control/runtime/warm_up.hpp"

#include "modelgate/base/result.hpp"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace modelgate::control::runtime::process {

/// All that a later process of modelgate must know of a replica, as it stands in the replica's folder.
///
/// It is written before anything is started, so nothing that runs is ever unknown.
struct replica_record {
  replica_spec spec;
  domain::replica_phase phase = domain::replica_phase::starting;
  std::string reason;
  std::string last_end;  ///< how the last instance that failed ended; empty when it has been well since
  system_time since;
  system_time unready_since;
  std::uint32_t restarts = 0;
  std::uint32_t failures = 0;
  std::string cookie;            ///< unique for each instance
  pid_t pid = 0;                 ///< 0: nothing was started yet, or it has ended
  std::uint64_t start_time = 0;  ///< clock ticks since boot
  std::string boot_id;           ///< of the boot that `pid` and `start_time` belong to
  std::uint16_t port = 0;
  std::string socket;  ///< the path that it was offered; empty: it would be too long
  bool listens_on_socket = false;
  std::string health_path;
  std::string image_copy;                  ///< name of the folder that it runs from
  std::optional<warm_up_request> warm_up;  ///< still to be answered before it is ready
  std::optional<group_record> group;       ///< the control group that it runs in
};

/// Times are kept to the millisecond.
[[nodiscard]] std::string to_json(const replica_record& record);
/// Errors: errc::invalid_argument when the text is not a record.
[[nodiscard]] result<replica_record> parse_replica_record(std::string_view json);

/// Errors: what the system says.
[[nodiscard]] result<void> save_record(const std::filesystem::path& folder, const replica_record& record);
[[nodiscard]] result<replica_record> load_record(const std::filesystem::path& folder);
void delete_record(const std::filesystem::path& folder);

}  // namespace modelgate::control::runtime::process
