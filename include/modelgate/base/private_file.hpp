#pragma once

#include "modelgate/base/result.hpp"

#include <filesystem>
#include <string_view>

namespace modelgate {

/// Puts `text` into a file that only its owner may read (mode 0600), replacing one that is there.
///
/// Written beside and renamed, so nobody ever reads half of it and a crash leaves the old one; on the disk before it answers.
/// Errors: what the file system says; the file is then as it was.
[[nodiscard]] error_code write_private_file(const std::filesystem::path& file, std::string_view text);

}  // namespace modelgate
