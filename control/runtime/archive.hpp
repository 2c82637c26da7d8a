#pragma once

#include "modelgate/base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace modelgate::control::runtime {

/// What may come out of somebody's archive or folder.
struct unpack_limits {
  std::uint64_t bytes = 4'294'967'296;
  std::uint64_t entries = 100'000;
};

/// Unpacks a tar (plain, gzip, bzip2, xz, zstd) or zip archive into an empty folder; a file that is no archive is copied there under `name`.
/// Files and folders only, and links that stay within: nothing is written outside, whatever the archive says.
/// Blocks its thread. Errors: a sentence; what was unpacked until then stays in the folder.
[[nodiscard]] result<void, std::string> unpack(const std::filesystem::path& archive, const std::filesystem::path& into,
                                               const std::string& name, const unpack_limits& limits);

/// Copies a folder into an empty one, by the same rules.
[[nodiscard]] result<void, std::string> copy_folder(const std::filesystem::path& from,
                                                    const std::filesystem::path& into, const unpack_limits& limits);

}  // namespace modelgate::control::runtime
