#pragma once

#include "control/domain/deployment.hpp"
#include "control/domain/deployment_status.hpp"

#include "modelgate/base/clock.hpp"

#include <optional>
#include <string>
#include <vector>

namespace modelgate::control::reconcile {

/// A deployment as it stands in the store, whose status is asked for.
///
/// Shape: refers to both; alive while the question is answered.
struct status_question {
  const domain::deployment& deployment;
  const std::string& refusal;
};

/// How the service asks for what really runs, and says that the desired state has changed.
///
/// Shape: any-thread.
class reconcile_link {
 public:
  virtual ~reconcile_link() = default;

  /// The store has changed: look at it soon. Returns at once.
  virtual void wake() = 0;

  /// Publishes what the store says now and waits until every gateway worker serves it. Errors: false when the deadline
  /// passed first; the change goes live later all the same.
  [[nodiscard]] virtual bool publish_and_wait(steady_time deadline) = 0;

  /// Status of a deployment as it stands in the store, made from what the drivers observe now.
  [[nodiscard]] virtual domain::deployment_status status_of(const domain::deployment& deployment,
                                                            const std::string& refusal) const = 0;
  /// The same for many deployments, in their order.
  [[nodiscard]] virtual std::vector<domain::deployment_status> statuses_of(
      const std::vector<status_question>& questions) const {
    std::vector<domain::deployment_status> statuses;
    for (const status_question& each : questions) statuses.push_back(status_of(each.deployment, each.refusal));
    return statuses;
  }
};

}  // namespace modelgate::control::reconcile
