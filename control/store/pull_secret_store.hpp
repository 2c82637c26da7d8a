#pragma once

#include "control/domain/pull_secret.hpp"
#include "control/store/database.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::store {

/// A pull secret with its credentials as they are kept.
struct sealed_pull_secret {
  domain::pull_secret record;
  std::string sealed;
};

class pull_secret_store {
 public:
  explicit pull_secret_store(transaction& within) noexcept : on_{within.on()} {}

  [[nodiscard]] std::optional<domain::pull_secret> find(std::string_view name) const;
  [[nodiscard]] std::vector<domain::pull_secret> list() const;  ///< by name
  [[nodiscard]] std::vector<sealed_pull_secret> list_sealed() const;
  [[nodiscard]] std::size_t count() const;
  /// Its group must exist.
  void insert(const sealed_pull_secret& secret);
  /// Everything but name, group, and who made it when.
  void update(const sealed_pull_secret& secret);
  bool erase(std::string_view name);

 private:
  connection& on_;
};

}  // namespace modelgate::control::store
