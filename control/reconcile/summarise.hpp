#pragma once

#include "control/domain/deployment.hpp"
#include "control/domain/deployment_status.hpp"
#include "control/runtime/runtime_driver.hpp"

#include "modelgate/base/clock.hpp"
#include "modelgate/config/snapshot.hpp"

#include <optional>
#include <string>
#include <vector>

namespace modelgate::control::reconcile {

/// A deployment's status as people are shown it, from what really runs.
///
/// A replica is available when it is ready and every worker of the gateway may send it requests: it stands in `live`,
/// the last snapshot that all of them serve. Replicas of an earlier revision count too.
///
/// `replicas`: those of the deployment, in any order. `live`: the deployment's entry in that snapshot; null: it has none.
///
/// `source` is what the driver knows of where external replicas are; their count is in it, and its trouble in the text.
///
/// Pure. Source: the phases and most texts are PrimeHub's.
[[nodiscard]] domain::deployment_status summarise(const domain::deployment& deployment, const std::string& refusal,
                                                  std::vector<const runtime::observed_replica*> replicas,
                                                  const config::deployment_config* live, system_time now,
                                                  const std::optional<runtime::source_state>& source = std::nullopt);

}  // namespace modelgate::control::reconcile
