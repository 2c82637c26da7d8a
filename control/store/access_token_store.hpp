#pragma once

#include "control/domain/user.hpp"
#include "control/store/database.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace modelgate::control::store {

/// API tokens, by their digests; the tokens themselves are never here.
class access_token_store {
 public:
  explicit access_token_store(transaction& within) noexcept : on_{within.on()} {}

  [[nodiscard]] std::optional<domain::access_token> find(std::string_view id) const;
  /// One look-up in an index. It is by a keyed hash, so what it takes says nothing about the tokens there are.
  [[nodiscard]] std::optional<domain::access_token> find_by_digest(const crypto::token_digest& digest) const;
  /// Oldest first; of everybody when `user` is absent.
  [[nodiscard]] std::vector<domain::access_token> list(const std::optional<std::string>& user) const;
  /// Tokens of administrators that are good at that time.
  [[nodiscard]] std::size_t count_of_admins(system_time at) const;
  void insert(const domain::access_token& token);
  bool erase(std::string_view id);

 private:
  connection& on_;
};

}  // namespace modelgate::control::store
