#include "control/runtime/log_budget.hpp"

#include "control/runtime/log_line.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace modelgate::control::runtime {
namespace {

constexpr std::size_t least_rotation = 2 * longest_log_line;  // a record is longer than its line

}  // namespace

std::size_t rotation_size(std::size_t log_bytes, std::size_t budget, std::size_t running) noexcept {
  const std::size_t share = budget / 2 / std::max<std::size_t>(running, 1);
  return std::max(std::min(log_bytes, share), std::min(log_bytes, least_rotation));
}

std::vector<std::filesystem::path> over_budget(std::vector<kept_file> files, std::size_t budget,
                                               std::size_t log_bytes) {
  const auto running = static_cast<std::size_t>(
      std::count_if(files.begin(), files.end(), [](const kept_file& each) { return each.in_use; }));
  const std::uint64_t reserved = running * std::uint64_t{rotation_size(log_bytes, budget, running)};
  const std::uint64_t rest = budget > reserved ? budget - reserved : 0;
  std::erase_if(files, [](const kept_file& each) { return each.in_use; });
  std::sort(files.begin(), files.end(), [](const kept_file& a, const kept_file& b) {
    return std::pair{b.written, b.file} < std::pair{a.written, a.file};
  });
  std::vector<std::filesystem::path> going;
  std::uint64_t kept = 0;
  for (const kept_file& each : files) {
    kept += each.bytes;
    if (kept > rest) going.push_back(each.file);
  }
  return going;
}

std::vector<kept_file> list_log_files(const std::filesystem::path& folder, bool running) {
  std::vector<kept_file> files;
  for (const char* name : {"log", "log.1", "previous", "previous.1"}) {
    std::error_code problem;
    kept_file found{folder / name, std::filesystem::file_size(folder / name, problem), {}, false};
    if (problem) {
      // One that has just been moved away is about to be there again.
      if (!running || std::string_view{name} != "log") continue;
      found.bytes = 0;
    }
    found.written = std::filesystem::last_write_time(found.file, problem);
    found.in_use = running && std::string_view{name} == "log";
    files.push_back(std::move(found));
  }
  return files;
}

}  // namespace modelgate::control::runtime
