#pragma once

#include "control/domain/user.hpp"
#include "control/service/service_error.hpp"
#include "control/store/deployment_store.hpp"

#include <string>

namespace modelgate::control::service {

[[nodiscard]] inline service_error no_such_deployment(const std::string& id) {
  return not_found("deployment", id);
}

/// The deployment if the caller may know of it. Errors: not_found, the same for one that is not there and one of other
/// people's.
[[nodiscard]] inline answer<store::stored_deployment> find_visible(store::transaction& within,
                                                                   const domain::principal& who,
                                                                   const std::string& id) {
  auto stored = store::deployment_store{within}.find(id);
  if (!stored || !who.may_act_on_group(stored->deployment.group)) return no_such_deployment(id);
  return std::move(*stored);
}

/// The same for a change of it. Errors: also conflict, when it is being deleted.
[[nodiscard]] inline answer<store::stored_deployment> find_changeable(store::transaction& within,
                                                                      const domain::principal& who,
                                                                      const std::string& id) {
  auto stored = find_visible(within, who, id);
  if (stored && stored->deployment.deleting) {
    return service_error{failure::conflict, "deployment \"" + id + "\" is being deleted"};
  }
  return stored;
}

}  // namespace modelgate::control::service
