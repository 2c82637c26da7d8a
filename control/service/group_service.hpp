#pragma once

#include "control/domain/audit_event.hpp"
#include "control/domain/group.hpp"
#include "control/domain/quota.hpp"
#include "control/domain/user.hpp"
#include "control/service/service_context.hpp"
#include "control/service/service_error.hpp"

#include <boost/json/value.hpp>

#include <functional>
#include <string>
#include <vector>

namespace modelgate::control::service {

struct group_view {
  domain::group group;
  domain::group_usage usage;
};

/// Groups: their members see them, their administrators say who is in them, platform administrators change all of them.
///
/// Shape: any-thread; refers to the context.
class group_service {
 public:
  explicit group_service(const service_context& context) noexcept : context_{context} {}

  [[nodiscard]] answer<std::vector<group_view>> list(const domain::principal& who) const;
  [[nodiscard]] answer<group_view> get(const domain::principal& who, const std::string& name) const;
  [[nodiscard]] answer<group_view> create(const domain::principal& who, const boost::json::value& document) const;
  [[nodiscard]] answer<group_view> patch(const domain::principal& who, const std::string& name,
                                         const boost::json::value& patch) const;
  /// A patch that goes by what is there, made in the transaction that writes it.
  using patch_maker = std::function<answer<boost::json::value>(const domain::group& now)>;
  [[nodiscard]] answer<group_view> amend(const domain::principal& who, const std::string& name,
                                         const patch_maker& patch_of) const;
  /// Deletes the group with its deployments, of which `confirmed` must name every one and no other.
  /// `cause` is what the audit trail says of the request; each deployment that goes has an event like it. Answers whether
  /// replicas are still draining.
  [[nodiscard]] answer<bool> remove(const domain::principal& who, const std::string& name,
                                    std::vector<std::string> confirmed, const domain::audit_event& cause) const;

 private:
  const service_context& context_;
};

}  // namespace modelgate::control::service
