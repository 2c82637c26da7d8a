#pragma once

#include "modelgate/base/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace modelgate::control::runtime {

/// Writes a file of mode 0600 so that a reader, and a later process after a crash of this one, sees either the old text
/// or the new one. Errors: what the system says; the old text then still stands.
[[nodiscard]] result<void> replace_file_text(const std::filesystem::path& file, std::string_view text);

}  // namespace modelgate::control::runtime
