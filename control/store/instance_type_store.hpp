#pragma once

#include "control/domain/deployment.hpp"
#include "control/domain/instance_type.hpp"
#include "control/domain/quota.hpp"
#include "control/store/database.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace modelgate::control::store {

class instance_type_store {
 public:
  explicit instance_type_store(transaction& within) noexcept : on_{within.on()} {}

  [[nodiscard]] std::optional<domain::instance_type> find(std::string_view name) const;
  [[nodiscard]] std::vector<domain::instance_type> list() const;  ///< by name
  /// What a spec takes of its group: nothing when it is stopped.
  [[nodiscard]] domain::group_usage usage_of(const domain::deployment_spec& spec) const;
  /// Every group in it must exist.
  void insert(const domain::instance_type& type);
  void update(const domain::instance_type& type);
  bool erase(std::string_view name);

 private:
  void insert_groups(const domain::instance_type& type);

  connection& on_;
};

}  // namespace modelgate::control::store
