#include "control/domain/user.hpp"

#include <algorithm>

namespace modelgate::control::domain {

namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) noexcept {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool principal::may_act_on_group(const std::string& group) const noexcept {
  return is_platform_admin() || contains(groups, group);
}

bool principal::may_administer_group(const std::string& group) const noexcept {
  return is_platform_admin() || contains(admin_groups, group);
}

principal within_bounds(principal who, const access_token& token) {
  who.read_only = who.read_only || token.read_only;
  if (!token.groups) return who;
  who.token_groups = token.groups;
  if (who.is_platform_admin()) {
    who.role = platform_role::member;
    who.groups = *token.groups;
    who.admin_groups = *token.groups;
    return who;
  }
  const auto outside = [&](const std::string& group) { return !contains(*token.groups, group); };
  std::erase_if(who.groups, outside);
  std::erase_if(who.admin_groups, outside);
  return who;
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
