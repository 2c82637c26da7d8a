#include "modelgate/config/snapshot.hpp"

#include <algorithm>

namespace modelgate::config {

const deployment_config_ptr* find_deployment(const snapshot& of, std::string_view id) noexcept {
  const auto found =
      std::lower_bound(of.deployments.begin(), of.deployments.end(), id,
                       [](const deployment_config_ptr& each, std::string_view wanted) { return each->id < wanted; });
  return found == of.deployments.end() || (*found)->id != id ? nullptr : &*found;
}

}  // namespace modelgate::config
