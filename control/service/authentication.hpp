#pragma once

#include "control/domain/user.hpp"
#include "control/service/service_context.hpp"
#include "control/service/service_error.hpp"

#include <string_view>

namespace modelgate::control::service {

/// Who asks, by the value of the Authorization field: `Bearer mga_...`. One hash and one look-up, however many tokens
/// there are. Errors: unauthenticated, with what is wrong; never what would have been right.
[[nodiscard]] answer<domain::principal> authenticate(const service_context& context, std::string_view authorization);

}  // namespace modelgate::control::service
