#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// The logs in the replicas' folders (each below `replicas`, by its name), of those that run and of those that are gone: a folder without a record is kept for
/// its log only.
namespace modelgate::control::runtime {

/// The replicas of a deployment that have a log, by name.
[[nodiscard]] std::vector<std::string> find_logs(const std::filesystem::path& replicas, std::string_view deployment);

/// Removes the logs of replicas that are gone, so long after their last line or their end.
void remove_old_logs(const std::filesystem::path& replicas, std::chrono::milliseconds retention);

/// Removes the logs of a deployment's replicas that are gone.
void remove_logs_of(const std::filesystem::path& replicas, std::string_view deployment);

/// Removes a deployment's oldest log files until all of them are within `budget`. `running` are the replicas that write.
void keep_to_budget(const std::filesystem::path& replicas, std::string_view deployment,
                    const std::set<std::string>& running, std::size_t budget, std::size_t log_bytes);

}  // namespace modelgate::control::runtime
