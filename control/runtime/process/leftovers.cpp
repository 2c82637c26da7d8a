#include "control/runtime/process/leftovers.hpp"

#include "control/runtime/process/process_table.hpp"
#include "control/runtime/record_file.hpp"
#include "control/runtime/replica_name.hpp"

#include "modelgate/base/log.hpp"

#include <poll.h>

#include <csignal>
#include <system_error>

namespace modelgate::control::runtime::process {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> folders_in(const fs::path& parent) {
  std::vector<fs::path> found;
  std::error_code problem;
  for (const fs::directory_entry& entry : fs::directory_iterator{parent, problem}) {
    if (entry.is_directory(problem) && is_replica_name(entry.path().filename().native())) found.push_back(entry.path());
  }
  return found;
}

}  // namespace

std::vector<replica_record> load_records(const data_layout& layout) {
  std::vector<replica_record> records;
  for (const fs::path& folder : folders_in(layout.replicas_folder())) {
    const auto text = load_record(folder);
    auto record = text ? parse_replica_record(*text) : result<replica_record>{text.error()};
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

}  // namespace modelgate::control::runtime::process
