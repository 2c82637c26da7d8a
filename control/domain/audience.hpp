#pragma once

#include "control/domain/user.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace modelgate::control::domain {

/// Who may know of a thing: everybody, or platform administrators and the people of these groups.
struct audience {
  bool everybody = false;
  std::vector<std::string> groups;

  [[nodiscard]] bool includes(const principal& who) const noexcept {
    return everybody || who.is_platform_admin()
           || std::any_of(groups.begin(), groups.end(),
                          [&](const std::string& group) { return who.may_act_on_group(group); });
  }

  friend bool operator==(const audience&, const audience&) = default;
};

}  // namespace modelgate::control::domain
