#pragma once

#include "control/runtime/kept_logs.hpp"
#include "control/runtime/log_budget.hpp"

#include "modelgate/config/settings.hpp"

#include <filesystem>
#include <set>
#include <string>

namespace modelgate::control::runtime {

/// Each writing replica's file gets its part of what the deployment may keep, and the oldest of the others go. `replicas`
/// are a driver's, by name; `folder` is the one with a folder for each of them.
template <class Replicas>
void bound_logs(const std::string& deployment, const Replicas& replicas, const std::filesystem::path& folder,
                const config::limit_settings& limits) {
  std::set<std::string> writing;
  for (const auto& [name, replica] : replicas) {
    if (replica->record().spec.deployment == deployment && !replica->has_exited()) writing.insert(name);
  }
  for (const std::string& name : writing) {
    replicas.find(name)->second->set_rotate_bytes(
        rotation_size(limits.log_bytes, limits.deployment_log_bytes, writing.size()));
  }
  keep_to_budget(folder, deployment, writing, limits.deployment_log_bytes, limits.log_bytes);
}

/// The same for all of them, when they are found again.
template <class Replicas>
void bound_all_logs(const Replicas& replicas, const std::filesystem::path& folder,
                    const config::limit_settings& limits) {
  std::set<std::string> deployments;
  for (const auto& [name, replica] : replicas) deployments.insert(replica->record().spec.deployment);
  for (const std::string& deployment : deployments) bound_logs(deployment, replicas, folder, limits);
}

}  // namespace modelgate::control::runtime
