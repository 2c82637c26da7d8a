#include "control/runtime/process/process_table.hpp"

#include "control/runtime/file_handle.hpp"
#include "control/runtime/process/pidfd.hpp"
#include "control/runtime/process/replica_environment.hpp"

#include "modelgate/base/small_file.hpp"

#include <sys/types.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <functional>
#include <set>
#include <system_error>
#include <vector>

namespace modelgate::control::runtime::process {
namespace {

constexpr std::size_t stat_limit = 4'096;
constexpr std::size_t environment_limit = 4'194'304;  // the kernel's own limit is lower

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::filesystem::path proc_folder(pid_t pid) {
  return std::filesystem::path{"/proc"} / std::to_string(pid);
}

/// The processes that are not in `seen`, into which they go; the latest ones first.
std::vector<pid_t> list_others(std::set<pid_t>& seen) {
  std::vector<pid_t> others;
  std::error_code problem;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc", problem}) {
    const auto pid = parse_number<pid_t>(entry.path().filename().native());
    if (pid && seen.insert(*pid).second) others.push_back(*pid);
  }
  std::sort(others.begin(), others.end(), std::greater<>{});
  return others;
}

}  // namespace

/// By the limit first: an environment can be overwritten, and goes with the first thread.
bool is_marked(pid_t pid, const mark_test& is_asked_for) {
  if (const auto limits = read_small_file(proc_folder(pid) / "limits", stat_limit)) {
    if (const auto mark = parse_mark(*limits); mark && is_asked_for(*mark)) return true;
  }
  const auto environment = read_small_file(proc_folder(pid) / "environ", environment_limit);
  if (!environment) return false;
  std::string_view rest = *environment;
  while (!rest.empty()) {
    const auto end = rest.find('\0');
    std::string_view entry = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (!entry.starts_with(cookie_variable) || entry.substr(cookie_variable.size(), 1) != "=") continue;
    entry.remove_prefix(cookie_variable.size() + 1);
    if (is_asked_for(mark_of(entry))) return true;
  }
  return false;
}

std::optional<process_status> parse_process_status(std::string_view stat) {
  const auto name_start = stat.find('(');
  const auto name_end = stat.rfind(')');
  if (name_start == std::string_view::npos || name_end == std::string_view::npos || name_start < 2) return std::nullopt;
  process_status status;
  const auto pid = parse_number<pid_t>(stat.substr(0, name_start - 1));
  if (!pid || name_end + 2 > stat.size()) return std::nullopt;
  status.pid = *pid;

  // Source: proc(5). The fields are counted from 1; the name is the second.
  constexpr int state_field = 3;
  constexpr int group_field = 5;
  constexpr int own_fields = 14;     // utime, stime
  constexpr int waited_fields = 16;  // cutime, cstime
  constexpr int threads_field = 20;
  constexpr int start_time_field = 22;
  bool first_thread_ended = false;
  std::string_view rest = stat.substr(name_end + 2);
  for (int field = state_field; field <= start_time_field; ++field) {
    if (rest.empty()) return std::nullopt;
    const auto end = rest.find_first_of(" \n");
    const std::string_view text = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (field == state_field) {
      first_thread_ended = text == "Z" || text == "X";
    } else if (field == group_field) {
      const auto group = parse_number<pid_t>(text);
      if (!group) return std::nullopt;
      status.group = *group;
    } else if (field >= own_fields && field < waited_fields + 2) {
      const auto ticks = parse_number<std::int64_t>(text);
      if (!ticks) return std::nullopt;
      (field < waited_fields ? status.own_ticks : status.waited_ticks) +=
          static_cast<std::uint64_t>(std::max<std::int64_t>(*ticks, 0));
    } else if (field == threads_field) {
      const auto threads = parse_number<int>(text);
      if (!threads) return std::nullopt;
      status.ended = first_thread_ended && *threads <= 1;
    } else if (field == start_time_field) {
      const auto start_time = parse_number<std::uint64_t>(text);
      if (!start_time) return std::nullopt;
      status.start_time = *start_time;
    }
  }
  return status;
}

std::optional<process_status> status_of_process(pid_t pid) {
  if (pid <= 0) return std::nullopt;
  const auto text = read_small_file(proc_folder(pid) / "stat", stat_limit);
  if (!text) return std::nullopt;
  return parse_process_status(*text);
}

void for_each_process(const mark_test& is_asked_for, const std::function<void(const process_status&)>& found) {
  // Between the list and a look at its last entry a process may have forked and ended. Its child has a higher pid, so
  // that it stands in the next list if not in this one: all have been seen only when a list shows nobody else.
  constexpr int lists = 50;  // somebody who forks all the time must not keep us for ever
  std::set<pid_t> seen;
  for (int i = 0; i < lists; ++i) {
    const auto others = list_others(seen);
    if (others.empty()) return;
    for (const pid_t pid : others) {
      if (!is_marked(pid, is_asked_for)) continue;
      const auto status = status_of_process(pid);
      if (status && !status->ended) found(*status);
    }
  }
}

void signal_process(const process_status& process, int signal) noexcept {
  const file_handle handle = open_pidfd(process.pid);
  if (!handle) return;
  // Once it is open the handle means one process for good, so looking now tells whether it is the right one.
  const auto status = status_of_process(process.pid);
  if (status && status->start_time == process.start_time) signal_pidfd(handle, signal);
}

std::string boot_id() {
  auto text = read_small_file("/proc/sys/kernel/random/boot_id", stat_limit);
  if (!text) return {};
  while (!text->empty() && text->back() == '\n') text->pop_back();
  return std::move(*text);
}

}  // namespace modelgate::control::runtime::process
