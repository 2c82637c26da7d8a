#pragma once

#include "control/api/primehub/caller.hpp"

namespace modelgate::control::primehub {

/// Everything that can be changed. Each change is in the audit trail like one of the REST API, and refused to a token
/// that is read-only.
class mutation_root : public graphql::object {
 public:
  explicit mutation_root(const caller& by) : by_{by} {}

  [[nodiscard]] graphql::resolution get(std::string_view field, const boost::json::object& arguments) const override;

 private:
  const caller& by_;
};

/// Does one change. Errors: nothing was changed.
using changer = graphql::resolution (*)(const caller& by, const boost::json::object& arguments);

/// The changes of deployments and of their clients; of groups, instance types and users.
[[nodiscard]] changer find_deployment_change(std::string_view field);
[[nodiscard]] changer find_administration_change(std::string_view field);

}  // namespace modelgate::control::primehub
