#pragma once

#include "control/store/desired_state.hpp"

#include <vector>

namespace modelgate::tests {

/// Everything that the store says is desired, by id.
inline std::vector<control::store::desired_deployment> desired_deployments(control::store::desired_state& state) {
  std::vector<control::store::desired_deployment> all;
  const auto everything = state.load_changes(0).value();
  for (const auto& each : everything.changed) all.push_back(*each);
  return all;
}

}  // namespace modelgate::tests
