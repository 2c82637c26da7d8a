#pragma once

#include "control/cli/session.hpp"

namespace modelgate::control::cli {

/// `deployments create` and `update`: flags and a file make a deployment, or change one.
void add_spec_commands(CLI::App& deployments, chosen_command& chosen);

}  // namespace modelgate::control::cli
