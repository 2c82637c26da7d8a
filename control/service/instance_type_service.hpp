#pragma once

#include "control/domain/instance_type.hpp"
#include "control/domain/user.hpp"
#include "control/service/service_context.hpp"
#include "control/service/service_error.hpp"

#include <boost/json/value.hpp>

#include <functional>
#include <string>
#include <vector>

namespace modelgate::control::service {

/// Sizes of replicas: those of the groups that may use them see them, platform administrators change them.
///
/// Shape: any-thread; refers to the context.
class instance_type_service {
 public:
  explicit instance_type_service(const service_context& context) noexcept : context_{context} {}

  [[nodiscard]] answer<std::vector<domain::instance_type>> list(const domain::principal& who) const;
  [[nodiscard]] answer<domain::instance_type> get(const domain::principal& who, const std::string& name) const;
  [[nodiscard]] answer<domain::instance_type> create(const domain::principal& who,
                                                     const boost::json::value& document) const;
  [[nodiscard]] answer<domain::instance_type> patch(const domain::principal& who, const std::string& name,
                                                    const boost::json::value& patch) const;
  /// A patch that goes by what is there, made in the transaction that writes it.
  using patch_maker = std::function<answer<boost::json::value>(const domain::instance_type& now)>;
  [[nodiscard]] answer<domain::instance_type> amend(const domain::principal& who, const std::string& name,
                                                    const patch_maker& patch_of) const;
  /// One that a deployment uses, be it stopped, stays.
  [[nodiscard]] answer<void> remove(const domain::principal& who, const std::string& name) const;

 private:
  const service_context& context_;
};

}  // namespace modelgate::control::service
