#pragma once

#include "control/domain/deployment.hpp"

namespace modelgate::control::domain {

/// What comes back by itself when `failed` has failed and `good` had not: everything that replicas are made of and how
/// they are called. Who may call, and what is said of it, stays as its owner asked last.
[[nodiscard]] deployment_spec taken_back(const deployment_spec& failed, const deployment_spec& good);

}  // namespace modelgate::control::domain
