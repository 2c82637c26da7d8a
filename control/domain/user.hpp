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
  bool disabled = false;      ///< no token, session or password of it holds
  bool has_password = false;  ///< can log in by name
};

/// A bearer token of a person or tool; acts as its user, within bounds of its own.
struct access_token {
  std::string id;  ///< for listing and deleting; not secret
  std::string name;
  std::string user;
  crypto::token_digest digest;
  std::string prefix;
  system_time created_at;
  std::optional<system_time> expires_at;
  bool read_only = false;
  std::optional<std::vector<std::string>> groups = std::nullopt;  ///< only on these; absent: on all of its user's
  std::optional<system_time> last_used_at = std::nullopt;         ///< to the minute

  /// Whether it may less than its user.
  [[nodiscard]] bool is_narrow() const noexcept { return read_only || groups.has_value(); }
};

/// Somebody who logged in, as a browser remembers it. The secret in the cookie is never kept.
struct session {
  crypto::token_digest digest;
  std::string user;
  std::optional<std::string> token;  ///< id of the API token that it was opened with, whose bounds hold for it, too
  system_time created_at;
  system_time expires_at;
  system_time last_used_at;
};

/// Who makes a request: every rule about rights is a question to this.
struct principal {
  std::string user;
  platform_role role = platform_role::member;
  std::vector<std::string> groups;                                      ///< of which the user is member or admin
  std::vector<std::string> admin_groups = {};                           ///< of which the user is admin
  bool read_only = false;                                               ///< may look, and change nothing
  std::optional<std::vector<std::string>> token_groups = std::nullopt;  ///< what the token was limited to
  std::string credential = {};                                          ///< what he came with: "token:<id>", "session"
  std::optional<crypto::token_digest> session = std::nullopt;           ///< that he is in

  [[nodiscard]] bool is_platform_admin() const noexcept { return role == platform_role::admin; }
  [[nodiscard]] bool may_act_on_group(const std::string& group) const noexcept;
  /// Its people and its pull secrets; what it may use is the platform administrators'.
  [[nodiscard]] bool may_administer_group(const std::string& group) const noexcept;
  /// Whether this is all that the user may. One who may less must not get at more: accounts are closed to it.
  [[nodiscard]] bool has_full_rights() const noexcept { return !read_only && !token_groups; }
};

/// The user within the bounds of a token. Limited to groups, a platform administrator administers these and no other
/// thing.
[[nodiscard]] principal within_bounds(principal who, const access_token& token);

}  // namespace modelgate::control::domain
