#pragma once

#include "control/domain/resources.hpp"

#include <optional>
#include <string>
#include <vector>

namespace modelgate::control::domain {

/// A size of replica that an administrator offers.
struct instance_type {
  std::string name;
  std::string display_name;
  std::string description;
  resources per_replica;
  std::optional<std::vector<std::string>> groups;  ///< absent: every group may use it

  friend bool operator==(const instance_type&, const instance_type&) = default;
};

}  // namespace modelgate::control::domain
