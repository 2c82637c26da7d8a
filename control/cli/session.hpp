#pragma once

#include "control/cli/api_client.hpp"
#include "control/cli/cli.hpp"
#include "control/cli/failure.hpp"

#include <functional>

namespace CLI {
class App;
}

namespace modelgate::control::cli {

/// What a running command has: where it prints, whom it asks, and how it is to answer.
struct session {
  surroundings& around;
  const api_client& api;
  bool as_json = false;
  bool with_colours = false;
};

/// The command that the words chose; made while they are parsed, run after.
using chosen_command = std::function<outcome<void>(const session&)>;

void add_deployment_commands(CLI::App& app, chosen_command& chosen);
void add_client_commands(CLI::App& app, chosen_command& chosen);
/// import htpasswd, import primehub
void add_import_commands(CLI::App& app, chosen_command& chosen);
void add_event_command(CLI::App& app, chosen_command& chosen);
void add_apply_command(CLI::App& app, chosen_command& chosen);
void add_predict_command(CLI::App& app, chosen_command& chosen);
void add_group_commands(CLI::App& app, chosen_command& chosen);
void add_instance_type_commands(CLI::App& app, chosen_command& chosen);
/// users, tokens, audit, whoami
void add_people_commands(CLI::App& app, chosen_command& chosen);
/// pull-secrets, rotate-secret-key
void add_pull_secret_commands(CLI::App& app, chosen_command& chosen);

}  // namespace modelgate::control::cli
