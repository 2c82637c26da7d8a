#pragma once

#include "control/domain/audience.hpp"
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

/// Those whose groups may use it see it.
[[nodiscard]] inline audience audience_of(const instance_type& type) {
  return {!type.groups, type.groups.value_or(std::vector<std::string>{})};
}

}  // namespace modelgate::control::domain
