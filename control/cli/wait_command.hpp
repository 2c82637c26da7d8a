#pragma once

#include "control/cli/session.hpp"

#include <cstdint>
#include <string>

namespace modelgate::control::cli {

struct wait_command {
  std::string id;
  std::string target = "deployed";  ///< or "stopped", "deleted"
  std::string timeout = "10m";
  std::uint64_t revision = 0;  ///< that it is to be, for "deployed"; 0: the one that it is at first
};

/// Asks again and again until the deployment is what is waited for, and tells on the way what it is. A revision that failed
/// and was rolled back by itself has failed, although the deployment is Deployed again.
/// Errors: `failed` when it never will be, with the reason; `timed_out`; `not_found`.
[[nodiscard]] outcome<void> wait_for_deployment(const session& now, const wait_command& command);

}  // namespace modelgate::control::cli
