#pragma once

#include "modelgate/base/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::runtime::external {

/// The URLs in a file of replicas: one a line, "#" starts a comment, empty lines are nothing. The last line must be
/// ended, so that a file which is being written is not taken for a shorter one.
/// Errors: "line 3: ...".
[[nodiscard]] result<std::vector<std::string>, std::string> parse_replica_file(std::string_view text);

/// Reads the whole file. Blocks. Errors: in words; also for what is no regular file and for one larger than 64 KiB.
[[nodiscard]] result<std::string, std::string> read_replica_file(const std::filesystem::path& file);

}  // namespace modelgate::control::runtime::external
