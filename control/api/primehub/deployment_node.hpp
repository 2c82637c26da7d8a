#pragma once

#include "control/api/primehub/caller.hpp"
#include "control/service/deployment_service.hpp"

namespace modelgate::control::primehub {

/// A deployment as PrimeHub's clients know it. `made_now`: it was created by this request, so that nothing of it can be told yet.
[[nodiscard]] graphql::object_ptr deployment_node(const caller& by, service::deployment_view view,
                                                  bool made_now = false);

/// One that is gone: there is nothing but its id.
[[nodiscard]] graphql::object_ptr deleted_deployment_node(const std::string& id);

/// An instance type by its name; of one that is gone, or not to be seen, only what PrimeHub tells of such a one.
[[nodiscard]] graphql::resolution instance_type_named(const caller& by, const std::string& name);

}  // namespace modelgate::control::primehub
