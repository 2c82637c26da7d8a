#pragma once

#include "control/runtime/replica_life.hpp"

#include "modelgate/base/result.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::runtime::container {

/// All that a later process of modelgate must know of a replica and the engine does not tell.
struct container_record : replica_life {
  std::string container;                      ///< the engine's id; empty: none was made yet, or it is gone
  std::string image_id;                       ///< that the revision's replicas run; empty: not known yet
  std::map<std::string, std::string> labels;  ///< of the image, those that are modelgate's
  bool may_use_socket = false;                ///< this instance was offered one
};

[[nodiscard]] std::string to_json(const container_record& record);
/// Errors: errc::invalid_argument when the text is not a record.
[[nodiscard]] result<container_record> parse_container_record(std::string_view json);

/// Of all replicas in the folder; what cannot be read is said in the log and left alone.
[[nodiscard]] std::vector<container_record> load_container_records(const std::filesystem::path& replicas);

}  // namespace modelgate::control::runtime::container
