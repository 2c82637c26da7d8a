#pragma once

#include "modelgate/base/clock.hpp"
#include "modelgate/crypto/token.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::domain {

enum class platform_role { admin, member };

[[nodiscard]] std::string_view to_string(platform_role role) noexcept;  ///< "admin", "member"
/// Errors: absent when no role has that name.
[[nodiscard]] std::optional<platform_role> platform_role_from(std::string_view text) noexcept;

struct user {
  std::string name;
  std::string display_name;
  platform_role role = platform_role::member;
  system_time created_at;
};

/// A bearer token of a person or tool; acts as its user.
struct access_token {
  std::string id;  ///< for listing and deleting; not secret
  std::string name;
  std::string user;
  crypto::token_digest digest;
  std::string prefix;
  system_time created_at;
  std::optional<system_time> expires_at;
};

/// Who makes a request: every rule about rights is a question to this.
struct principal {
  std::string user;
  platform_role role = platform_role::member;
  std::vector<std::string> groups;  ///< of which the user is member or admin

  [[nodiscard]] bool is_platform_admin() const noexcept { return role == platform_role::admin; }
  [[nodiscard]] bool may_act_on_group(const std::string& group) const noexcept;
};

}  // namespace modelgate::control::domain
