#include "control/domain/deployment_status.hpp"

namespace modelgate::control::domain {

std::string_view to_string(deployment_phase phase) noexcept {
  switch (phase) {
    case deployment_phase::deploying:
      return "Deploying";
    case deployment_phase::deployed:
      return "Deployed";
    case deployment_phase::stopping:
      return "Stopping";
    case deployment_phase::stopped:
      return "Stopped";
    case deployment_phase::failed:
      return "Failed";
  }
  return "";
}

std::string_view to_string(replica_phase phase) noexcept {
  switch (phase) {
    case replica_phase::starting:
      return "Starting";
    case replica_phase::ready:
      return "Ready";
    case replica_phase::unready:
      return "Unready";
    case replica_phase::draining:
      return "Draining";
    case replica_phase::stopping:
      return "Stopping";
    case replica_phase::exited:
      return "Exited";
  }
  return "";
}

std::optional<deployment_phase> deployment_phase_from(std::string_view text) noexcept {
  for (const deployment_phase phase :
       {deployment_phase::deploying, deployment_phase::deployed, deployment_phase::stopping, deployment_phase::stopped,
        deployment_phase::failed}) {
    if (to_string(phase) == text) return phase;
  }
  return std::nullopt;
}

}  // namespace modelgate::control::domain
