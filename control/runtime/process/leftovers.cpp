#include "control/runtime/process/leftovers.hpp"

#include "control/runtime/process/process_table.hpp"

#include "modelgate/base/log.hpp"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <system_error>

namespace modelgate::control::runtime::process {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours log_life{1};

std::vector<fs::path> folders_in(const fs::path& parent) {
  std::vector<fs::path> found;
  std::error_code problem;
  for (const fs::directory_entry& entry : fs::directory_iterator{parent, problem}) {
    if (entry.is_directory(problem) && is_replica_name(entry.path().filename().native())) found.push_back(entry.path());
  }
  return found;
}

bool is_old(const fs::path& folder) {
  std::error_code problem;
  auto latest = fs::last_write_time(folder, problem);
  const auto log_time = fs::last_write_time(folder / "log", problem);
  if (!problem) latest = std::max(latest, log_time);
  return latest + log_life < fs::file_time_type::clock::now();
}

}  // namespace

std::vector<replica_record> load_records(const data_layout& layout) {
  std::vector<replica_record> records;
  for (const fs::path& folder : folders_in(layout.replicas_folder())) {
    auto record = load_record(folder);
    if (record && record->spec.name == folder.filename()) {
      records.push_back(std::move(*record));
    } else if (record || record.error() != std::errc::no_such_file_or_directory) {
      log::warning(
          "runtime", "the state of a replica cannot be read: what runs of it is ended",
          {{"folder", folder.native()}, {"why", record ? "it is of another replica" : record.error().message()}});
      delete_record(folder);
    }
  }
  return records;
}

void end_unknown_processes(std::string_view prefix, const std::set<replica_mark>& known) {
  const auto is_unknown = [&known, folder = mark_of(prefix)](replica_mark mark) {
    return is_of_same_data_folder(mark, folder) && !known.contains(mark);
  };
  constexpr int rounds = 250;
  constexpr int pause_ms = 20;
  for (int round = 0; round < rounds; ++round) {
    bool any = false;
    for_each_process(is_unknown, [&](const process_status& process) {
      if (round == 0) {
        log::warning("runtime", "a process of a replica that nobody knows is ended",
                     {{"pid", std::int64_t{process.pid}}});
      }
      signal_process(process, SIGKILL);
      any = true;
    });
    if (!any) return;
    ::poll(nullptr, 0, pause_ms);
  }
  log::error("runtime", "processes of unknown replicas cannot be ended");
}

void remove_old_logs(const data_layout& layout) {
  for (const fs::path& folder : folders_in(layout.replicas_folder())) {
    std::error_code problem;
    if (fs::exists(folder / "replica.json", problem) || problem) continue;
    if (is_old(folder)) fs::remove_all(folder, problem);
  }
}

}  // namespace modelgate::control::runtime::process
