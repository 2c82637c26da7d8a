#include "control/cli/cli.hpp"

#include "control/cli/completion.hpp"
#include "control/cli/connection_settings.hpp"
#include "control/cli/help_formatter.hpp"
#include "control/cli/session.hpp"
#include "control/cli/usage_error.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <iostream>
#include <memory>
#include <string_view>

extern "C" char** environ;  // NOLINT: POSIX declares it nowhere

namespace modelgate::control::cli {
namespace {

constexpr const char* examples =
    "  modelgate serve --config conf/modelgate.toml        run the server\n"
    "  modelgate check --config conf/modelgate.toml        look for mistakes in its config file\n"
    "  modelgate upgrade --config conf/modelgate.toml      replace the running server, losing no request\n"
    "  modelgate backup FILE --config conf/modelgate.toml  copy all that it must remember, also while it runs\n"
    "  modelgate restore FILE --data-dir data              put such a copy into a data folder\n"
    "  modelgate deployments list                          what is deployed\n"
    "  modelgate deployments wait iris --timeout 5m        wait until it is up\n"
    "  modelgate clients add iris app                      let an application call it\n"
    "  modelgate predict iris --data '{\"data\": {\"ndarray\": [[5.1, 3.5, 1.4, 0.2]]}}'\n"
    "  modelgate import htpasswd users.htpasswd --deployment iris   let who called it before go on with his password\n"
    "  modelgate events                                    what changes, as it happens\n"
    "  modelgate apply -f iris.toml                        deploy what a file describes, or change it to that\n"
    "  modelgate groups update research --member ann       who may deploy\n"
    "  modelgate rotate-secret-key                         seal pull secrets under a new key";

constexpr const char* exit_codes =
    "Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 conflict, 5 not authorised, 6 timed out, 7 no server.\n"
    "The server's address and the token come from flags, else from MODELGATE_SERVER and MODELGATE_TOKEN (or "
    "MODELGATE_TOKEN_FILE),\n"
    "else from ~/.config/modelgate/config.toml (server, token or token_file, ca_file).";

void print_failure(surroundings& around, const failure& why) {
  around.err << "modelgate: " << why.text << '\n';
  for (const std::string& line : why.details) around.err << "  " << line << '\n';
}

/// Colours are for people only, and for those who want them. Source: https://no-color.org
bool wants_colours(const surroundings& around) {
  const auto no_colour = around.environment.find("NO_COLOR");
  const auto terminal = around.environment.find("TERM");
  const bool dumb = terminal != around.environment.end() && terminal->second == "dumb";
  return around.out_is_terminal && !dumb && (no_colour == around.environment.end() || no_colour->second.empty());
}

}  // namespace

int run(const std::vector<std::string>& arguments, surroundings& around) {
  CLI::App app{with_examples("modelgate serves a team's machine-learning models behind one address.", examples),
               "modelgate"};
  app.formatter(std::make_shared<help_formatter>());
  app.footer(exit_codes);
  app.set_version_flag("--version", std::string{"modelgate "} + MODELGATE_VERSION);
  app.require_subcommand(1);
  app.fallthrough();  // flags of the whole program may stand behind the command

  connection_flags connection;
  std::string output = "table";
  app.add_option("--server", connection.server, "address of the server's control port")->type_name("URL");
  app.add_option("--ca-file", connection.ca_file,
                 "PEM file of the authorities that an https server is verified against; without it, the system's")
      ->type_name("FILE");
  app.add_option("--token-file", connection.token_file, "file that holds the token: better than --token")
      ->type_name("FILE");
  app.add_option("--token", connection.token,
                 "the token itself; other users of this machine can see it in the list of processes")
      ->type_name("TOKEN");
  app.add_option("-o,--output", output, "table for people or json for programs")
      ->check(one_of({"table", "json"}))
      ->type_name("FORMAT");
  chosen_command chosen;
  add_deployment_commands(app, chosen);
  add_client_commands(app, chosen);
  add_import_commands(app, chosen);
  add_event_command(app, chosen);
  add_apply_command(app, chosen);
  add_predict_command(app, chosen);
  add_group_commands(app, chosen);
  add_instance_type_commands(app, chosen);
  add_people_commands(app, chosen);
  add_pull_secret_commands(app, chosen);
  std::string shell;
  app.add_subcommand("completion",
                     with_examples("print a script that completes these commands in your shell",
                                   "  modelgate completion bash > /etc/bash_completion.d/modelgate\n"
                                   "  modelgate completion zsh > ~/.zfunc/_modelgate\n"
                                   "  modelgate completion fish > ~/.config/fish/completions/modelgate.fish"))
      ->add_option("shell", shell, "bash, zsh or fish")
      ->required()
      ->check(one_of({"bash", "zsh", "fish"}));

  std::vector<std::string> reversed{arguments.rbegin(), arguments.rend()};  // the order that CLI11 takes words in
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& problem) {  // CLI11 tells of wrong words, and of --help and --version, by throwing
    if (problem.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
      return app.exit(problem, around.out, around.err);
    }
    if (arguments.empty()) {
      around.err << app.help();
    } else {
      around.err << usage_error(app, problem);
    }
    return static_cast<int>(exit_code::usage);
  }

  if (!shell.empty()) {  // needs no server
    around.out << completion_script(app, shell);
    return static_cast<int>(exit_code::ok);
  }
  const auto settings = choose_connection(connection, around.environment);
  const auto fail = [&around](const failure& why) {
    print_failure(around, why);
    return static_cast<int>(why.code);
  };
  if (!settings) return fail(settings.error());
  const auto api = api_client::connect(*settings);
  if (!api) return fail(api.error());
  const session now{around, *api, output == "json", wants_colours(around)};
  const outcome<void> done = chosen(now);
  if (!done) return fail(done.error());
  return static_cast<int>(exit_code::ok);
}

void hide_token(int count, char** arguments) {
  constexpr std::string_view flag = "--token";
  for (int i = 1; i < count; ++i) {
    const std::string_view word{arguments[i]};
    char* secret = nullptr;
    if (word == flag && i + 1 < count) secret = arguments[i + 1];
    if (word.starts_with(flag) && word.substr(flag.size()).starts_with('=')) secret = arguments[i] + flag.size() + 1;
    if (secret != nullptr) std::memset(secret, 'x', std::strlen(secret));
  }
}

int run_client(int count, char** arguments) {
  std::map<std::string, std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  surroundings around{std::cin, std::cout, std::cerr, std::move(environment)};
  around.in_is_terminal = ::isatty(STDIN_FILENO) == 1;
  around.out_is_terminal = ::isatty(STDOUT_FILENO) == 1;
  const std::vector<std::string> words{arguments + std::min(1, count), arguments + count};
  hide_token(count, arguments);
  return run(words, around);
}

}  // namespace modelgate::control::cli
