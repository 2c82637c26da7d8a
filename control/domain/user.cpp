#include "control/domain/user.hpp"

#include <algorithm>

namespace modelgate::control::domain {

bool principal::may_act_on_group(const std::string& group) const noexcept {
  return is_platform_admin() || std::find(groups.begin(), groups.end(), group) != groups.end();
}

std::string_view to_string(platform_role role) noexcept {
  switch (role) {
    case platform_role::admin:
      return "admin";
    case platform_role::member:
      return "member";
  }
  return "";
}

std::optional<platform_role> platform_role_from(std::string_view text) noexcept {
  for (const platform_role role : {platform_role::admin, platform_role::member}) {
    if (to_string(role) == text) return role;
  }
  return std::nullopt;
}

}  // namespace modelgate::control::domain
