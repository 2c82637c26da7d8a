#include "control/service/revision_condition.hpp"

#include "control/domain/deployment_document.hpp"
#include "control/store/deployment_store.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace modelgate::control::service {

answer<void> check_condition(store::transaction& within, const domain::deployment& deployment,
                             const std::optional<revision_condition>& condition, condition_rule rule) {
  if (!condition) {
    if (rule == condition_rule::optional) return {};
    return service_error{failure::precondition_required,
                         "send If-Match with the revision that you have seen, or * to change whatever is there"};
  }
  const domain::revision& current = deployment.current;
  const auto& wanted = condition->revisions;
  if (condition->any || std::find(wanted.begin(), wanted.end(), current.number) != wanted.end()) return {};
  if (wanted.empty()) {
    service_error unread{failure::precondition_failed,
                         "If-Match names no revision: it takes revisions in quotes, such as \""
                             + std::to_string(current.number) + "\", or *"};
    unread.current = current.number;
    return unread;
  }
  service_error error{failure::precondition_failed, "the deployment is at revision " + std::to_string(current.number)
                                                        + " by now; look at it and send the change again"};
  error.current = current.number;
  error.changed_by = current.created_by;
  if (const auto newest = std::max_element(wanted.begin(), wanted.end()); newest != wanted.end()) {
    if (const auto seen = store::deployment_store{within}.revision(deployment.id, *newest)) {
      error.changes = std::make_shared<const boost::json::array>(domain::differences(seen->spec, current.spec));
    }
  }
  return error;
}

}  // namespace modelgate::control::service
