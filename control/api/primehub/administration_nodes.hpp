#pragma once

#include "control/api/primehub/caller.hpp"
#include "control/domain/pull_secret.hpp"

namespace modelgate::control::primehub {

[[nodiscard]] graphql::object_ptr group_node(const caller& by, const service::group_view& view);
/// The group of everybody: what is for all.
[[nodiscard]] graphql::object_ptr everyone_node(const caller& by);
[[nodiscard]] graphql::object_ptr instance_type_node(const caller& by, const domain::instance_type& type);
/// Of one whom the caller may not know: nothing but the name.
[[nodiscard]] graphql::object_ptr user_node(const caller& by, const std::string& name);
[[nodiscard]] graphql::object_ptr secret_node(const domain::pull_secret& secret);

/// PrimeHub names them so in Kubernetes. The way back takes a plain name, too.
[[nodiscard]] std::string pull_secret_id(const std::string& name);
[[nodiscard]] std::string pull_secret_name(const std::string& id);

}  // namespace modelgate::control::primehub
