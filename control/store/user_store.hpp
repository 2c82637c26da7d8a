#pragma once

#include "control/domain/user.hpp"
#include "control/store/database.hpp"

#include <optional>
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
  [[nodiscard]] std::size_t count_admins() const;
  void insert(const domain::user& user);
  /// With the user's tokens and places in groups. Answers whether there was one.
  bool erase(std::string_view name);

  /// The user as one who asks: role and groups. Errors: absent when there is no such user.
  [[nodiscard]] std::optional<domain::principal> principal_of(std::string_view name) const;

 private:
  connection& on_;
};

}  // namespace modelgate::control::store
