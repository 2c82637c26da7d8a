#include "control/runtime/process/limit_keeper.hpp"

#include "modelgate/base/log.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace modelgate::control::runtime::process {
namespace {

namespace fs = std::filesystem;

limit_report describe(const limit_choice& choice) {
  const limit_method method = choice.ground.method;
  const bool enforced = method == limit_method::cgroup1 || method == limit_method::cgroup2;
  return {enforced ? "enforced" : "advisory", std::string{to_string(method)}, choice.why_not};
}

}  // namespace

limit_keeper::limit_keeper(const config::process_runtime_settings& settings, const std::string& instance)
    : settings_{settings},
      table_{read_cgroup_table()},
      name_{std::string{group_folder_prefix} + instance},
      choice_{choose_limits(settings.limits, table_, name_)},
      report_{describe(choice_)} {}

void limit_keeper::announce() {
  if (std::exchange(announced_, true)) return;
  const char* sentence = "the limits of instance types are enforced by control groups";
  if (without_group() == limit_method::none) sentence = "the limits of instance types are not enforced";
  if (choice_.ground.method == limit_method::polling)
    sentence = "no control groups: of the limits of instance types memory alone is looked at, now and then";
  const auto severity = report_.detail.empty() ? log::level::info : log::level::warning;
  log::write(severity, "runtime", sentence, {{"limits", report_.limits}, {"by", report_.by}, {"why", report_.detail}});
}

std::optional<control_group> limit_keeper::make(const std::string& replica, const domain::resources& limits) {
  if (choice_.ground.folders.empty()) return std::nullopt;
  // The last instance's group may be waiting to be removed: from now on it is this one's.
  remove_retired();
  std::erase_if(retired_, [&](const control_group& group) {
    return group.record().folders.front() == choice_.ground.folders.front() / replica;
  });
  auto made = control_group::make(choice_.ground, replica, {limits.cpu_milli, limits.memory_bytes, settings_.pids});
  if (made) return std::move(*made);
  log::warning("runtime", "a replica gets no control group: its memory is looked at instead",
               {{"replica", replica}, {"why", made.error()}});
  return std::nullopt;
}

void limit_keeper::retire(control_group group) {
  if (!group.remove()) retired_.push_back(std::move(group));
}

void limit_keeper::remove_retired() {
  std::erase_if(retired_, [](const control_group& group) { return group.remove(); });
}

void limit_keeper::remove_all_but(const std::set<std::string>& replicas) {
  for (const fs::path& folder : possible_group_folders(table_, name_)) {
    std::error_code problem;
    std::vector<std::string> others;
    for (const fs::directory_entry& entry : fs::directory_iterator{folder, problem}) {
      const std::string name = entry.path().filename().native();
      if (entry.is_directory(problem) && !replicas.contains(name)) others.push_back(name);
    }
    for (const std::string& name : others) {
      if (auto group = control_group::reopen({limit_method::cgroup1, {folder / name}, 0})) retire(std::move(*group));
    }
  }
}

void limit_keeper::remove_all() {
  remove_all_but({});
  constexpr int attempts = 50;
  constexpr int pause_ms = 20;
  // What was killed a moment ago may still be ending.
  for (int i = 0; i < attempts && !retired_.empty(); ++i) {
    remove_retired();
    if (!retired_.empty()) ::poll(nullptr, 0, pause_ms);
  }
  for (const control_group& group : retired_) {
    log::warning("runtime", "a control group cannot be removed", {{"folder", group.record().folders.front().native()}});
  }
  for (const fs::path& folder : possible_group_folders(table_, name_)) ::rmdir(folder.c_str());
}

}  // namespace modelgate::control::runtime::process
