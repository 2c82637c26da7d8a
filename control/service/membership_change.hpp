#pragma once

#include "control/domain/user.hpp"
#include "control/service/service_error.hpp"
#include "control/store/database.hpp"

#include <string>
#include <vector>

namespace modelgate::control::service {

/// Groups that a user becomes a member of, or is one no more.
struct membership_change {
  std::vector<std::string> join;
  std::vector<std::string> leave;
};

/// Who is in a group stands there, not with the user. Errors: a group that is not there, or not the caller's to
/// administer.
[[nodiscard]] answer<void> change_memberships(store::transaction& within, const domain::principal& who,
                                              const std::string& user, const membership_change& asked);

}  // namespace modelgate::control::service
