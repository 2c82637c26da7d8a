#pragma once

#include "control/cli/session.hpp"

#include <string>

namespace modelgate::control::cli {

struct wait_command {
  std::string id;
  std::string target = "deployed";  ///< or "stopped", "deleted"
  std::string timeout = "10m";
};

/// Asks again and again until the deployment is what is waited for, and tells on the way what it is.
/// Errors: `failed` when it never will be, with the reason; `timed_out`; `not_found`.
[[nodiscard]] outcome<void> wait_for_deployment(const session& now, const wait_command& command);

}  // namespace modelgate::control::cli
