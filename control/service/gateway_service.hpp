#pragma once

#include "control/domain/user.hpp"
#include "control/service/service_context.hpp"
#include "control/service/service_error.hpp"

namespace modelgate::control::service {

/// How the gateway and the program around it are.
class gateway_service {
 public:
  explicit gateway_service(const service_context& context) : context_{context} {}

  /// Errors: forbidden for who is no platform administrator.
  [[nodiscard]] answer<gateway_health> look(const domain::principal& who) const {
    if (!who.is_platform_admin()) return not_authorised();
    return context_.gateway_health ? context_.gateway_health() : gateway_health{};
  }

 private:
  const service_context& context_;
};

}  // namespace modelgate::control::service
