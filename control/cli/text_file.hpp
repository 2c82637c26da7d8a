#pragma once

#include "control/cli/failure.hpp"

#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <string>

namespace modelgate::control::cli {

/// A file that a command was given, whole; at most 1 MiB. Errors: usage, with the file's name and what is wrong.
[[nodiscard]] outcome<std::string> read_text_file(const std::filesystem::path& file);

inline constexpr std::size_t largest_text = 1U << 20U;

/// The same, where "-" is standard input; at most `most` bytes. Errors: usage, also for what is empty.
[[nodiscard]] outcome<std::string> read_given_text(std::istream& in, const std::string& file,
                                                   std::size_t most = largest_text);

}  // namespace modelgate::control::cli
