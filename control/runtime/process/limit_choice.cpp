#include "control/runtime/process/limit_choice.hpp"

#include "modelgate/base/small_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

namespace modelgate::control::runtime::process {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t text_limit = 65'536;
constexpr auto group_mode = static_cast<mode_t>(0755);
/// The group that modelgate itself moves to, where it must not stay beside the groups of its replicas.
constexpr std::string_view own_suffix = "-program";

std::string why(int error) {
  return std::generic_category().message(error);
}

bool has_word(std::string_view text, std::string_view word) {
  while (!text.empty()) {
    const auto end = text.find_first_of(" \n");
    if (text.substr(0, end) == word) return true;
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end + 1);
  }
  return false;
}

std::string text_of(const fs::path& file) {
  auto text = read_small_file(file, text_limit);
  return text ? std::move(*text) : std::string{};
}

/// A word for what went wrong, or nothing.
using problem = std::optional<std::string>;

problem make_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), group_mode) == 0 || errno == EEXIST) return std::nullopt;
  return "\"" + folder.native() + "\" cannot be made: " + why(errno);
}

problem hand_down(const fs::path& group, std::string_view controller) {
  const fs::path file = group / "cgroup.subtree_control";
  if (has_word(text_of(file), controller)) return std::nullopt;
  const auto written = write_group_file(file, "+" + std::string{controller});
  if (written) return std::nullopt;
  return "the controller " + std::string{controller} + " cannot be handed down in \"" + group.native()
         + "\": " + written.error().message();
}

/// The group below which those of replicas are made: an earlier modelgate, whose child this one is, may have moved.
fs::path ground_of_v2(const fs::path& own) {
  const std::string name = own.filename();
  return name.starts_with(group_folder_prefix) && name.ends_with(own_suffix) ? own.parent_path() : own;
}

problem hand_down_all(const fs::path& group, bool with_pids) {
  if (auto failed = hand_down(group, "memory")) return failed;
  if (auto failed = hand_down(group, "cpu")) return failed;
  if (with_pids) static_cast<void>(hand_down(group, "pids"));
  return std::nullopt;
}

problem prepare_v2(const cgroup_table& table, const std::string& name, group_ground& ground) {
  if (!table.unified) return "no cgroup v2 is mounted";
  const fs::path top = ground_of_v2(*table.unified);
  const std::string controllers = text_of(top / "cgroup.controllers");
  if (!has_word(controllers, "memory") || !has_word(controllers, "cpu"))
    return "cgroup v2 has no memory and cpu controllers here";
  const bool with_pids = has_word(controllers, "pids");
  if (auto failed = hand_down_all(top, with_pids)) {
    // A group with processes of its own hands nothing down, unless it is the topmost one.
    const fs::path aside = top / (name + std::string{own_suffix});
    if (make_folder(aside)) return failed;
    if (!write_group_file(aside / "cgroup.procs", std::to_string(::getpid()))) return failed;
    failed = hand_down_all(top, with_pids);
    if (failed) {
      static_cast<void>(write_group_file(top / "cgroup.procs", std::to_string(::getpid())));
      ::rmdir(aside.c_str());
      return failed;
    }
  }
  const fs::path folder = top / name;
  if (auto failed = make_folder(folder)) return failed;
  if (auto failed = hand_down_all(folder, with_pids)) return failed;
  ground = {limit_method::cgroup2, {folder}};
  return std::nullopt;
}

problem prepare_v1(const cgroup_table& table, const std::string& name, group_ground& ground) {
  struct part {
    const char* controller;
    const char* needs;  ///< a file that it must have
    bool optional;
  };
  constexpr std::array parts{part{"memory", "memory.limit_in_bytes", false}, part{"cpu", "cpu.cfs_quota_us", false},
                             part{"pids", "pids.max", true},
                             // Bounds nothing; counts what replicas take. Often the same folder as that of cpu.
                             part{"cpuacct", "cpuacct.usage", true}};
  std::vector<fs::path> folders;
  for (const auto& [controller, needs, optional] : parts) {
    const auto own = table.controllers.find(controller);
    problem failed;
    if (own == table.controllers.end()) {
      failed = "no cgroup v1 with the controller " + std::string{controller} + " is mounted";
    } else {
      const fs::path folder = own->second / name;
      if (std::find(folders.begin(), folders.end(), folder) != folders.end()) continue;
      failed = make_folder(folder);
      std::error_code ignored;
      if (!failed && !fs::exists(folder / needs, ignored)) failed = "\"" + folder.native() + "\" has no " + needs;
      // Kernels before 5.11 count what is below a group in it only when they are told to.
      if (!failed && controller == std::string_view{"memory"}
          && text_of(folder / "memory.use_hierarchy").starts_with('0'))
        static_cast<void>(write_group_file(folder / "memory.use_hierarchy", "1"));
      if (!failed) folders.push_back(folder);
    }
    if (!failed || optional) continue;
    for (const fs::path& made : folders) ::rmdir(made.c_str());
    return failed;
  }
  ground = {limit_method::cgroup1, std::move(folders)};
  return std::nullopt;
}

}  // namespace

limit_choice choose_limits(config::limit_mode wanted, const cgroup_table& table, const std::string& name) {
  using config::limit_mode;
  limit_choice choice;
  if (wanted == limit_mode::off) return choice;
  std::string complaints;
  const auto complain = [&](const std::string& what) {
    complaints.append(complaints.empty() ? "" : "; ").append(what);
  };
  if (wanted == limit_mode::automatic || wanted == limit_mode::cgroup2) {
    const auto failed = prepare_v2(table, name, choice.ground);
    if (!failed) return choice;
    complain(*failed);
  }
  if (wanted == limit_mode::automatic || wanted == limit_mode::cgroup1) {
    const auto failed = prepare_v1(table, name, choice.ground);
    if (!failed) return choice;
    complain(*failed);
  }
  choice.ground.method = limit_method::polling;
  choice.why_not = std::move(complaints);
  return choice;
}

std::vector<fs::path> possible_group_folders(const cgroup_table& table, const std::string& name) {
  std::vector<fs::path> folders;
  if (table.unified) folders.push_back(ground_of_v2(*table.unified) / name);
  for (const char* controller : {"memory", "cpu", "pids", "cpuacct"}) {
    const auto own = table.controllers.find(controller);
    if (own == table.controllers.end()) continue;
    fs::path folder = own->second / name;
    if (std::find(folders.begin(), folders.end(), folder) == folders.end()) folders.push_back(std::move(folder));
  }
  return folders;
}

}  // namespace modelgate::control::runtime::process
