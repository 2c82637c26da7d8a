#pragma once

#include "control/domain/deployment.hpp"
#include "control/domain/resources.hpp"

#include "modelgate/base/result.hpp"

#include <string>
#include <vector>

namespace modelgate::control::store {

/// One deployment with everything that running and publishing it needs, read in one transaction.
struct desired_deployment {
  domain::deployment deployment;
  std::vector<domain::client> clients;
  domain::resources per_replica;
  /// Why it must not run although nobody stopped it (its group has deployment disabled, its instance type is gone);
  /// else empty.
  std::string refusal;
  domain::traffic_limit group_limit{};
};

/// What the reconciler needs of the store.
///
/// Shape:  any-thread.
/// Errors: errc::storage_unavailable; then nothing was changed and the caller tries again later.
class desired_state {
 public:
  virtual ~desired_state() = default;

  /// Every deployment, deleted ones that still drain included, ordered by id.
  [[nodiscard]] virtual result<std::vector<desired_deployment>> load_desired() = 0;
  /// Removes a deployment that is marked as deleting, with its revisions and clients: nothing of it runs any more.
  [[nodiscard]] virtual result<void> erase_deleted(const std::string& deployment) = 0;
};

}  // namespace modelgate::control::store
