#pragma once

#include "control/domain/user.hpp"
#include "control/store/database.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::store {

/// People and tools. Their groups are in the group store.
class user_store {
 public:
  explicit user_store(transaction& within) noexcept : on_{within.on()} {}

  [[nodiscard]] std::optional<domain::user> find(std::string_view name) const;
  [[nodiscard]] std::vector<domain::user> list() const;  ///< by name
  [[nodiscard]] bool empty() const;
  /// Platform administrators who can get in: enabled, with a password or a good token of full rights.
  [[nodiscard]] std::size_t count_ways_to_administer(system_time at) const;
  void insert(const domain::user& user);
  /// Display name, role, and whether it is disabled.
  void update(const domain::user& user);
  /// With the user's tokens, sessions and places in groups. Answers whether there was one.
  bool erase(std::string_view name);

  /// Argon2id; absent when the user has no password.
  [[nodiscard]] std::optional<std::string> password_hash(std::string_view name) const;
  void set_password_hash(std::string_view name, const std::optional<std::string>& hash);

  /// The user as one who asks: role and groups. Errors: absent when there is no such user, or it is disabled.
  [[nodiscard]] std::optional<domain::principal> principal_of(std::string_view name) const;

 private:
  connection& on_;
};

}  // namespace modelgate::control::store
