#include "control/runtime/process/control_group.hpp"

#include "control/runtime/file_handle.hpp"
#include "control/runtime/process/cgroup_table.hpp"

#include "modelgate/base/small_file.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

namespace modelgate::control::runtime::process {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t text_limit = 1'048'576;
constexpr std::int64_t period_us = 100'000;     // the kernel's own default
constexpr std::int64_t least_quota_us = 1'000;  // the kernel takes no less
constexpr double microsecond = 1e-6;
constexpr double nanosecond = 1e-9;
constexpr auto group_mode = static_cast<mode_t>(0755);

/// A file with what it is to say. Not every kernel has the optional ones.
struct setting {
  std::size_t folder;
  const char* file;
  std::string text;
  bool optional = false;
  int tolerated = 0;  ///< an error that means that a lower bound holds already
};

std::int64_t quota_of(std::int64_t cpu_milli) {
  return std::max(least_quota_us, cpu_milli * (period_us / 1'000));
}

std::vector<setting> settings_of_v2(const group_limits& limits) {
  std::vector<setting> all;
  if (limits.memory_bytes > 0) {
    all.push_back({0, "memory.max", std::to_string(limits.memory_bytes)});
    all.push_back({0, "memory.swap.max", "0", true});
    all.push_back({0, "memory.oom.group", "1", true});  // a replica of which a part is missing serves nobody
  }
  if (limits.cpu_milli > 0)
    all.push_back({0, "cpu.max", std::to_string(quota_of(limits.cpu_milli)) + " " + std::to_string(period_us)});
  if (limits.pids > 0) all.push_back({0, "pids.max", std::to_string(limits.pids), true});
  return all;
}

std::vector<setting> settings_of_v1(const group_limits& limits, std::size_t folders) {
  constexpr std::size_t memory = 0;
  constexpr std::size_t cpu = 1;
  constexpr std::size_t pids = 2;
  std::vector<setting> all;
  if (limits.memory_bytes > 0) {
    const std::string bytes = std::to_string(limits.memory_bytes);
    // Memory and swap together may never be bounded below memory alone: opened first, for a group that is used again.
    all.push_back({memory, "memory.memsw.limit_in_bytes", "-1", true});
    all.push_back({memory, "memory.limit_in_bytes", bytes});
    all.push_back({memory, "memory.memsw.limit_in_bytes", bytes, true});
  }
  if (limits.cpu_milli > 0) {
    all.push_back({cpu, "cpu.cfs_period_us", std::to_string(period_us)});
    // Refused when it is more than the group above has: then that one's bound, the lower one, holds.
    all.push_back({cpu, "cpu.cfs_quota_us", std::to_string(quota_of(limits.cpu_milli)), false, EINVAL});
  }
  if (limits.pids > 0 && folders > pids) all.push_back({pids, "pids.max", std::to_string(limits.pids), true});
  return all;
}

std::vector<pid_t> members_of(const fs::path& folder) {
  std::vector<pid_t> members;
  const auto text = read_small_file(folder / "cgroup.procs", text_limit);
  if (!text) return members;
  const char* at = text->data();
  const char* const end = at + text->size();
  while (at != end) {
    pid_t pid = 0;
    const auto [stop, problem] = std::from_chars(at, end, pid);
    if (problem == std::errc{} && pid > 1) members.push_back(pid);
    at = std::find(stop, end, '\n');
    if (at != end) ++at;
  }
  return members;
}

/// All of a file is one number and the end of its line.
std::optional<std::uint64_t> parse_whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  return problem == std::errc{} ? std::optional{number} : std::nullopt;
}

std::string why(int error) {
  return std::generic_category().message(error);
}

}  // namespace

std::string_view to_string(limit_method method) noexcept {
  switch (method) {
    case limit_method::cgroup2:
      return "cgroup2";
    case limit_method::cgroup1:
      return "cgroup1";
    case limit_method::polling:
      return "polling";
    case limit_method::none:
      return "none";
  }
  return {};
}

result<void> write_group_file(const fs::path& file, std::string_view text) {
  // In a control group only the kernel makes files: O_CREAT fails there for one that it does not have.
  const file_handle handle{::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR)};
  if (!handle || ::write(handle.get(), text.data(), text.size()) < 0)
    return error_code{errno, boost::system::system_category()};
  return {};
}

result<control_group, std::string> control_group::make(const group_ground& ground, std::string_view name,
                                                       const group_limits& limits) {
  group_record record{ground.method, {}, 0};
  for (const fs::path& folder : ground.folders) record.folders.push_back(folder / name);
  control_group made{std::move(record)};
  const auto& folders = made.record_.folders;
  for (const fs::path& folder : folders) {
    if (::mkdir(folder.c_str(), group_mode) == 0 || errno == EEXIST) continue;
    const std::string problem = "\"" + folder.native() + "\" cannot be made: " + why(errno);
    static_cast<void>(made.remove());
    return problem;
  }
  const auto all =
      ground.method == limit_method::cgroup2 ? settings_of_v2(limits) : settings_of_v1(limits, folders.size());
  for (const setting& each : all) {
    const fs::path file = folders[each.folder] / each.file;
    const auto written = write_group_file(file, each.text);
    if (written || each.optional || written.error().value() == each.tolerated) continue;
    const std::string problem = "\"" + file.native() + "\" cannot be set: " + written.error().message();
    static_cast<void>(made.remove());
    return problem;
  }
  made.record_.oom_kills = made.oom_kills().value_or(0);
  return made;
}

std::optional<control_group> control_group::reopen(const group_record& record) {
  // What is in a group is ended with it: a record that names anything but a group of ours is not believed.
  const bool ours = std::all_of(record.folders.begin(), record.folders.end(), [](const fs::path& folder) {
    return folder.parent_path().filename().native().starts_with(group_folder_prefix);
  });
  std::error_code problem;
  if (!ours || record.folders.empty() || !fs::is_directory(record.folders.front(), problem)) return std::nullopt;
  return control_group{record};
}

result<void, std::string> control_group::add(pid_t pid) const {
  for (const fs::path& folder : record_.folders) {
    if (const auto written = write_group_file(folder / "cgroup.procs", std::to_string(pid)); !written)
      return "no process can be put into \"" + folder.native() + "\": " + written.error().message();
  }
  return {};
}

std::optional<std::uint64_t> control_group::oom_kills() const {
  const char* file = record_.method == limit_method::cgroup2 ? "memory.events" : "memory.oom_control";
  const auto text = read_small_file(record_.folders.front() / file, text_limit);
  return text ? parse_oom_kills(*text) : std::nullopt;
}

/// Of the first of its folders that has it: controllers of v1 may be mounted together or apart.
std::optional<std::string> control_group::text_of(const char* file) const {
  for (const fs::path& folder : record_.folders) {
    if (auto text = read_small_file(folder / file, text_limit)) return std::move(*text);
  }
  return std::nullopt;
}

usage_sample control_group::usage() const {
  const bool v2 = record_.method == limit_method::cgroup2;
  usage_sample taken;
  const auto cpu_stat = text_of("cpu.stat");
  const auto from_stat = [&](const char* key, double unit) -> std::optional<double> {
    const auto number = cpu_stat ? parse_group_number(*cpu_stat, key) : std::nullopt;
    return number ? std::optional{static_cast<double>(*number) * unit} : std::nullopt;
  };
  taken.throttled_seconds = v2 ? from_stat("throttled_usec", microsecond) : from_stat("throttled_time", nanosecond);
  if (v2) {
    taken.cpu_seconds = from_stat("usage_usec", microsecond);
  } else if (const auto text = text_of("cpuacct.usage")) {
    if (const auto number = parse_whole_number(*text)) taken.cpu_seconds = static_cast<double>(*number) * nanosecond;
  }
  const auto used = text_of(v2 ? "memory.current" : "memory.usage_in_bytes");
  taken.memory_bytes = used ? parse_whole_number(*used) : std::nullopt;
  if (taken.memory_bytes) {
    // Pages of files that nobody used lately are counted too, and go as soon as memory is short.
    const auto stat = text_of("memory.stat");
    const auto cache = stat ? parse_group_number(*stat, v2 ? "inactive_file" : "total_inactive_file") : std::nullopt;
    *taken.memory_bytes -= std::min(*taken.memory_bytes, cache.value_or(0));
  }
  return taken;
}

bool control_group::ran_out_of_memory() const {
  return oom_kills().value_or(0) > record_.oom_kills;
}

bool control_group::remove() const {
  bool gone = true;
  for (const fs::path& folder : record_.folders) {
    if (::rmdir(folder.c_str()) == 0 || errno == ENOENT) continue;
    gone = false;
    for (const pid_t pid : members_of(folder)) ::kill(pid, SIGKILL);
  }
  return gone;
}

}  // namespace modelgate::control::runtime::process
