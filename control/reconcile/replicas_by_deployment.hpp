#pragma once

#include "control/runtime/runtime_driver.hpp"

#include "modelgate/config/snapshot.hpp"

#include <map>
#include <string_view>
#include <vector>

namespace modelgate::control::reconcile {

/// What is observed of each deployment.
///
/// Shape: refers to the list that it is made of.
class replicas_by_deployment {
 public:
  explicit replicas_by_deployment(const std::vector<runtime::observed_replica>& observed) {
    for (const runtime::observed_replica& each : observed) of_[each.deployment].push_back(&each);
  }
  [[nodiscard]] std::vector<const runtime::observed_replica*> of(std::string_view deployment) const {
    const auto found = of_.find(deployment);
    return found == of_.end() ? std::vector<const runtime::observed_replica*>{} : found->second;
  }

 private:
  std::map<std::string_view, std::vector<const runtime::observed_replica*>> of_;
};

/// Of a deployment in a snapshot, which may be null; null: it has none.
[[nodiscard]] inline const config::deployment_config* find_entry(const config::snapshot_ptr& in, std::string_view id) {
  const auto* found = in ? config::find_deployment(*in, id) : nullptr;
  return found == nullptr ? nullptr : found->get();
}

}  // namespace modelgate::control::reconcile
