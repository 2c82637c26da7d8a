#include "control/runtime/process/cgroup_table.hpp"

#include "modelgate/base/small_file.hpp"

#include <charconv>
#include <system_error>
#include <vector>

namespace modelgate::control::runtime::process {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t table_limit = 4'194'304;  // a machine of many containers has thousands of mounts

std::vector<std::string_view> split(std::string_view text, char by) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(by);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// The kernel writes spaces, tabs, line ends and backslashes as three octal digits.
std::string unescaped(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    unsigned value = 0;
    constexpr std::size_t digits = 3;
    const bool escaped =
        text.front() == '\\' && text.size() > digits
        && std::from_chars(text.data() + 1, text.data() + 1 + digits, value, 8).ptr == text.data() + 1 + digits;
    plain.push_back(escaped ? static_cast<char>(value) : text.front());
    text.remove_prefix(escaped ? digits + 1 : 1);
  }
  return plain;
}

struct cgroup_mount {
  std::string root;  ///< the group that the folder shows
  fs::path folder;
  bool unified = false;
  std::string_view options;  ///< of v1: its controllers among them
};

/// "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory"
std::optional<cgroup_mount> parse_mount(std::string_view line) {
  const auto gap = line.find(" - ");
  if (gap == std::string_view::npos) return std::nullopt;
  const auto before = split(line.substr(0, gap), ' ');
  const auto behind = split(line.substr(gap + 3), ' ');
  constexpr std::size_t root = 3;
  constexpr std::size_t folder = 4;
  if (before.size() <= folder || behind.size() < 3) return std::nullopt;
  if (behind[0] != "cgroup" && behind[0] != "cgroup2") return std::nullopt;
  return cgroup_mount{unescaped(before[root]), unescaped(before[folder]), behind[0] == "cgroup2", behind[2]};
}

/// The folder of the group `own`. In a container a mount may show one group only, whose path nobody inside can know: then
/// that one is as much of its own as there is to see.
fs::path folder_of(const cgroup_mount& mount, std::string_view own) {
  const bool from_top = mount.root == "/";
  const bool shown = from_top || own == mount.root || own.starts_with(mount.root + "/");
  if (!shown || own.starts_with("/..")) return mount.folder;
  std::string_view rest = own.substr(from_top ? 0 : mount.root.size());
  while (rest.starts_with('/')) rest.remove_prefix(1);
  return rest.empty() ? mount.folder : mount.folder / rest;
}

}  // namespace

cgroup_table parse_cgroup_table(std::string_view mounts, std::string_view membership) {
  std::map<std::string, std::string, std::less<>> own;  // by controller; "" is cgroup v2
  for (const std::string_view line : split(membership, '\n')) {
    const auto first = line.find(':');
    const auto second = line.find(':', first == std::string_view::npos ? first : first + 1);
    if (second == std::string_view::npos) continue;
    for (const std::string_view name : split(line.substr(first + 1, second - first - 1), ','))
      own.emplace(name, line.substr(second + 1));
  }
  cgroup_table found;
  for (const std::string_view line : split(mounts, '\n')) {
    const auto mount = parse_mount(line);
    if (!mount) continue;
    if (mount->unified) {
      if (const auto group = own.find(""); group != own.end() && !found.unified)
        found.unified = folder_of(*mount, group->second);
      continue;
    }
    for (const std::string_view name : split(mount->options, ',')) {
      if (const auto group = own.find(name); group != own.end() && !name.empty())
        found.controllers.emplace(name, folder_of(*mount, group->second));
    }
  }
  return found;
}

cgroup_table read_cgroup_table() {
  const auto mounts = read_small_file("/proc/self/mountinfo", table_limit);
  const auto membership = read_small_file("/proc/self/cgroup", table_limit);
  if (!mounts || !membership) return {};
  return parse_cgroup_table(*mounts, *membership);
}

std::optional<std::uint64_t> parse_group_number(std::string_view text, std::string_view key) noexcept {
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.size() <= key.size() || !line.starts_with(key) || line[key.size()] != ' ') continue;
    std::uint64_t number = 0;
    const auto [stop, problem] = std::from_chars(line.data() + key.size() + 1, line.data() + line.size(), number);
    if (problem == std::errc{} && stop == line.data() + line.size()) return number;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> parse_oom_kills(std::string_view text) noexcept {
  return parse_group_number(text, "oom_kill");
}

}  // namespace modelgate::control::runtime::process
