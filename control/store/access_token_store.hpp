#pragma once

#include "control/domain/user.hpp"
#include "control/store/database.hpp"

#include <optional>
#include <string>
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
  /// Every group that it is limited to must exist.
  void insert(const domain::access_token& token);
  /// It was used then, if not later. One that is gone is ignored.
  void note_use(std::string_view id, system_time at);
  bool erase(std::string_view id);

 private:
  [[nodiscard]] std::vector<std::string> groups_of(const std::string& id) const;

  connection& on_;
};

}  // namespace modelgate::control::store
