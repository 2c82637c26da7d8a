#pragma once

#include "control/domain/deployment.hpp"
#include "control/service/service_error.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace modelgate::control::service {

/// Which revision of a deployment a change was meant for: the If-Match of RFC 9110 section 13.1.1.
struct revision_condition {
  bool any = false;                      ///< "*"
  std::vector<std::uint64_t> revisions;  ///< one of these; what is no revision at all is simply not among them
};

enum class condition_rule { required, optional };

/// Errors: precondition_required, precondition_failed.
[[nodiscard]] inline answer<void> check_condition(const std::optional<revision_condition>& condition,
                                                  condition_rule rule, const domain::revision& current) {
  if (!condition) {
    if (rule == condition_rule::optional) return {};
    return service_error{failure::precondition_required,
                         "send If-Match with the revision that you have seen, or * to change whatever is there"};
  }
  const auto& wanted = condition->revisions;
  if (condition->any || std::find(wanted.begin(), wanted.end(), current.number) != wanted.end()) return {};
  service_error error{failure::precondition_failed, "the deployment is at revision " + std::to_string(current.number)
                                                        + " by now; look at it and send the change again"};
  error.current = current.number;
  error.changed_by = current.created_by;
  return error;
}

}  // namespace modelgate::control::service
