#pragma once

#include "control/cli/session.hpp"

#include <string>

namespace modelgate::control::cli {

/// Asks on the terminal whether it is to be done. Errors: failed, "nothing was deleted", when it is not.
[[nodiscard]] outcome<void> confirm_deletion(const session& now, const std::string& question);

}  // namespace modelgate::control::cli
