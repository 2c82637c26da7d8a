#include "control/runtime/kept_logs.hpp"

#include "control/domain/names.hpp"
#include "control/runtime/log_budget.hpp"
#include "control/runtime/replica_name.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

namespace modelgate::control::runtime {
namespace {

namespace fs = std::filesystem;

/// The folders of replicas; of one deployment's when it is named.
std::vector<fs::path> folders_of(const std::filesystem::path& replicas, std::string_view deployment) {
  std::vector<fs::path> found;
  std::error_code problem;
  for (const fs::directory_entry& entry : fs::directory_iterator{replicas, problem}) {
    const std::string name = entry.path().filename().native();
    if (!is_replica_name(name) || !entry.is_directory(problem)) continue;
    if (deployment.empty() || domain::deployment_of_replica(name) == deployment) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

bool is_gone(const fs::path& folder) {
  std::error_code problem;
  return !fs::exists(folder / "replica.json", problem) && !problem;
}

fs::file_time_type last_use(const fs::path& folder) {
  std::error_code problem;
  auto latest = fs::last_write_time(folder, problem);
  for (const kept_file& each : list_log_files(folder, false)) latest = std::max(latest, each.written);
  return latest;
}

}  // namespace

std::vector<std::string> find_logs(const std::filesystem::path& replicas, std::string_view deployment) {
  std::vector<std::string> names;
  for (const fs::path& folder : folders_of(replicas, deployment)) {
    if (!list_log_files(folder, false).empty()) names.push_back(folder.filename().native());
  }
  return names;
}

void remove_old_logs(const std::filesystem::path& replicas, std::chrono::milliseconds retention) {
  const auto now = fs::file_time_type::clock::now();
  for (const fs::path& folder : folders_of(replicas, {})) {
    std::error_code problem;
    if (is_gone(folder) && last_use(folder) + retention < now) fs::remove_all(folder, problem);
  }
}

void remove_logs_of(const std::filesystem::path& replicas, std::string_view deployment) {
  if (deployment.empty()) return;
  for (const fs::path& folder : folders_of(replicas, deployment)) {
    std::error_code problem;
    if (is_gone(folder)) fs::remove_all(folder, problem);
  }
}

void keep_to_budget(const std::filesystem::path& replicas, std::string_view deployment,
                    const std::set<std::string>& running, std::size_t budget, std::size_t log_bytes) {
  if (deployment.empty()) return;
  std::vector<kept_file> files;
  for (const fs::path& folder : folders_of(replicas, deployment)) {
    auto some = list_log_files(folder, running.contains(folder.filename().native()));
    files.insert(files.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  }
  for (const fs::path& file : over_budget(std::move(files), budget, log_bytes)) {
    std::error_code problem;
    fs::remove(file, problem);
  }
}

}  // namespace modelgate::control::runtime
