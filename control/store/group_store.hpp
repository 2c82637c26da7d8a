#pragma once

#include "control/domain/group.hpp"
#include "control/store/database.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::store {

/// Groups with the people in them.
class group_store {
 public:
  explicit group_store(transaction& within) noexcept : on_{within.on()} {}

  [[nodiscard]] std::optional<domain::group> find(std::string_view name) const;
  [[nodiscard]] std::vector<domain::group> list() const;  ///< by name
  /// The name of the group that PrimeHub's clients would take for this one.
  [[nodiscard]] std::optional<std::string> name_alike(std::string_view name) const;
  /// Every one of its people must be a user.
  void insert(const domain::group& group);
  void update(const domain::group& group);
  /// Its deployments, which must be marked as deleting, stay without a group until they have drained.
  bool erase(std::string_view name);

 private:
  void insert_people(const domain::group& group);

  connection& on_;
};

}  // namespace modelgate::control::store
