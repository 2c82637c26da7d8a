#pragma once

#include "modelgate/base/result.hpp"

#include <cstddef>
#include <filesystem>
#include <string>

namespace modelgate {

/// A file of at most `most` bytes, whole; also one whose size the system does not know, as in /proc.
/// Errors: what the system says; errc::body_too_large over the limit.
[[nodiscard]] result<std::string> read_small_file(const std::filesystem::path& file, std::size_t most);

}  // namespace modelgate
