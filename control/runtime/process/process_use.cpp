#include "control/runtime/process/process_use.hpp"

#include "modelgate/base/small_file.hpp"

#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <string>
#include <system_error>

namespace modelgate::control::runtime::process {
namespace {

constexpr std::size_t text_limit = 16'384;

std::filesystem::path file_of(pid_t pid, const char* name) {
  return std::filesystem::path{"/proc"} / std::to_string(pid) / name;
}

/// The number at the start of a text, after spaces.
std::optional<std::uint64_t> leading_number(std::string_view text) noexcept {
  const auto start = text.find_first_not_of(' ');
  if (start == std::string_view::npos) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data() + start, text.data() + text.size(), number);
  if (problem != std::errc{}) return std::nullopt;
  return number;
}

}  // namespace

std::optional<std::uint64_t> parse_resident_pages(std::string_view statm) noexcept {
  const auto gap = statm.find(' ');
  return gap == std::string_view::npos ? std::nullopt : leading_number(statm.substr(gap));
}

std::optional<std::uint64_t> parse_proportional(std::string_view rollup) noexcept {
  constexpr std::string_view name = "\nPss:";
  const auto line = rollup.find(name);
  if (line == std::string_view::npos) return std::nullopt;
  constexpr std::uint64_t kib = 1'024;
  const auto number = leading_number(rollup.substr(line + name.size()));
  return number ? std::optional{*number * kib} : std::nullopt;
}

std::map<replica_mark, process_use> look_at_processes(const std::set<replica_mark>& marks) {
  std::map<replica_mark, process_use> found;
  if (marks.empty()) return found;
  static const auto page_size = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  replica_mark current = 0;
  for_each_process(
      [&](replica_mark mark) {
        if (!marks.contains(mark)) return false;
        current = mark;
        return true;
      },
      [&](const process_status& process) {
        const auto text = read_small_file(file_of(process.pid, "statm"), text_limit);
        const auto pages = text ? parse_resident_pages(*text) : std::nullopt;
        if (!pages) return;  // it has just ended
        process_use& use = found[current];
        use.resident += *pages * page_size;
        use.processes.push_back(process);
      });
  return found;
}

std::optional<std::uint64_t> proportional_memory(const std::vector<process_status>& processes) {
  std::uint64_t sum = 0;
  for (const process_status& process : processes) {
    const auto text = read_small_file(file_of(process.pid, "smaps_rollup"), text_limit);
    if (!text && text.error() == std::errc::no_such_file_or_directory) continue;  // it has ended
    const auto bytes = text ? parse_proportional(*text) : std::nullopt;
    if (!bytes) return std::nullopt;
    sum += *bytes;
  }
  return sum;
}

}  // namespace modelgate::control::runtime::process
