#pragma once

#include <string>
#include <string_view>

namespace modelgate::control::runtime {

/// Whether a name can be a folder's, and a part of a container's name: `[a-z0-9][a-z0-9-]{0,199}`.
[[nodiscard]] bool is_replica_name(std::string_view text) noexcept;

/// At most 13 letters and digits that stand for it where paths must be short: a socket's.
[[nodiscard]] std::string short_name(std::string_view replica);

}  // namespace modelgate::control::runtime
