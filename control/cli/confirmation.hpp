#pragma once

#include "control/cli/session.hpp"

#include <string>

namespace modelgate::control::cli {

/// What a deletion says where nobody can be asked and nobody has agreed beforehand.
[[nodiscard]] failure nobody_to_ask();

/// Asks on the terminal whether it is to be done. Errors: failed, "nothing was deleted", when it is not; usage where there
/// is no terminal.
[[nodiscard]] outcome<void> confirm_deletion(const session& now, const std::string& question);

}  // namespace modelgate::control::cli
