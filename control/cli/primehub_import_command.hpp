#pragma once

#include "control/cli/session.hpp"

namespace modelgate::control::cli {

/// import primehub
void add_primehub_import_command(CLI::App& group, chosen_command& chosen);

}  // namespace modelgate::control::cli
