#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

/// What the logs of one deployment may take of the disk together.
///
/// Each running replica writes to a `log` that is never removed; the budget is what all of these may become, and the rest
/// is for rotated files, previous instances and replicas that are gone, of which the oldest go first.
///
/// Units: bytes.
namespace modelgate::control::runtime {

struct kept_file {
  std::filesystem::path file;
  std::uint64_t bytes = 0;
  std::filesystem::file_time_type written;  ///< last
  bool in_use = false;                      ///< a running replica writes to it
};

/// How large the `log` of each of so many running replicas may become. Half of the budget is for these.
[[nodiscard]] std::size_t rotation_size(std::size_t log_bytes, std::size_t budget, std::size_t running) noexcept;

/// Which files have to go, so that the others and all that running replicas may still write fit.
[[nodiscard]] std::vector<std::filesystem::path> over_budget(std::vector<kept_file> files, std::size_t budget,
                                                             std::size_t log_bytes);

/// The files of a log in a replica's folder.
[[nodiscard]] std::vector<kept_file> list_log_files(const std::filesystem::path& folder, bool running);

}  // namespace modelgate::control::runtime
