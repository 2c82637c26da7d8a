#pragma once

#include "control/domain/deployment_status.hpp"
#include "control/runtime/runtime_driver.hpp"
#include "control/runtime/warm_up.hpp"

#include "modelgate/base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::runtime::container {

/// All that a later process of modelgate must know of a replica and the engine does not tell, as it stands in the
/// replica's folder. It is written before anything is asked of the engine.
struct container_record {
  replica_spec spec;
  domain::replica_phase phase = domain::replica_phase::starting;
  std::string reason;
  system_time since;
  system_time unready_since;
  std::uint32_t restarts = 0;
  std::uint32_t failures = 0;
  std::string last_end;    ///< how the last instance that failed ended; empty when it has been well since
  std::string container;   ///< the engine's id; empty: none was made yet, or it is gone
  std::string image_id;    ///< that the revision's replicas run; empty: not known yet
  std::uint16_t port = 0;  ///< on 127.0.0.1; 0: it has not been started yet
  std::string health_path;
  std::map<std::string, std::string> labels;  ///< of the image, those that are modelgate's
  std::optional<warm_up_request> warm_up;     ///< still to be answered before it is ready
};

/// Times are kept to the millisecond.
[[nodiscard]] std::string to_json(const container_record& record);
/// Errors: errc::invalid_argument when the text is not a record.
[[nodiscard]] result<container_record> parse_container_record(std::string_view json);

/// Errors: what the system says.
[[nodiscard]] result<void> save_record(const std::filesystem::path& folder, const container_record& record);
void delete_record(const std::filesystem::path& folder);
/// Of all replicas in the folder; what cannot be read is said in the log and left alone.
[[nodiscard]] std::vector<container_record> load_container_records(const std::filesystem::path& replicas);

}  // namespace modelgate::control::runtime::container
