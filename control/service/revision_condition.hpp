#pragma once

#include "control/domain/deployment.hpp"
#include "control/service/service_error.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace modelgate::control::store {
class transaction;
}

namespace modelgate::control::service {

/// Which revision of a deployment a change was meant for: the If-Match of RFC 9110 section 13.1.1.
struct revision_condition {
  bool any = false;                      ///< "*"
  std::vector<std::uint64_t> revisions;  ///< one of these; what is no revision at all is simply not among them
};

enum class condition_rule { required, optional };

/// Errors: precondition_required; precondition_failed, with what is there now, who made it, and what differs from the
/// newest revision that the condition names, if it is still known.
[[nodiscard]] answer<void> check_condition(store::transaction& within, const domain::deployment& deployment,
                                           const std::optional<revision_condition>& condition, condition_rule rule);

}  // namespace modelgate::control::service
