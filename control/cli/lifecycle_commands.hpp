#pragma once

#include "control/cli/session.hpp"

namespace modelgate::control::cli {

/// `deployments start|stop|restart|rollback|history|diff`, below the group of commands for deployments.
void add_lifecycle_commands(CLI::App& deployments, chosen_command& chosen);

}  // namespace modelgate::control::cli
