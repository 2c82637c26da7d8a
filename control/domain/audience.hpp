#pragma once

#include "control/domain/user.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace modelgate::control::domain {

/// Who may know of a thing: everybody, or platform administrators, the people of these groups and these users.
struct audience {
  bool everybody = false;
  std::vector<std::string> groups = {};
  std::vector<std::string> users = {};

  [[nodiscard]] bool includes(const principal& who) const noexcept {
    return everybody || who.is_platform_admin() || std::find(users.begin(), users.end(), who.user) != users.end()
           || std::any_of(groups.begin(), groups.end(),
                          [&](const std::string& group) { return who.may_act_on_group(group); });
  }

  friend bool operator==(const audience&, const audience&) = default;
};

}  // namespace modelgate::control::domain
