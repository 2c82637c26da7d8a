#pragma once

#include "control/domain/deployment.hpp"
#include "control/domain/quota.hpp"
#include "control/service/service_error.hpp"
#include "control/store/database.hpp"

#include <optional>
#include <string>
#include <vector>

namespace modelgate::control::service {

/// A deployment as it is, absent when it is only being made, and as it is asked to be.
struct requested_change {
  const domain::deployment_spec* before = nullptr;
  const domain::deployment_spec& after;
  const std::string& group;
  const std::string& id;  ///< empty when there is none yet

  /// Whether it would begin to run.
  [[nodiscard]] bool starts() const noexcept { return !after.stop && (before == nullptr || before->stop); }
};

/// What is wrong with names that the change brings in: group, instance type, pull secret. Adds to `mistakes`, and says nothing about
/// members which those mistakes concern already.
void check_references(store::transaction& within, const requested_change& change, diagnostics& mistakes);

/// Whether the group may have it, in the transaction that goes on to write it. Every name in it must exist.
/// Errors: over_quota, with the lines. An update of something that takes no more than before is never refused.
[[nodiscard]] answer<std::vector<domain::quota_line>> check_quota(store::transaction& within,
                                                                  const requested_change& change);

}  // namespace modelgate::control::service
