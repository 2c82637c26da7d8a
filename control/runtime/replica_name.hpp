#pragma once

#include <string_view>

namespace modelgate::control::runtime {

/// Whether a name can be a folder's, and a part of a container's name: `[a-z0-9][a-z0-9-]{0,199}`.
[[nodiscard]] bool is_replica_name(std::string_view text) noexcept;

}  // namespace modelgate::control::runtime
