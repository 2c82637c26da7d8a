#include "control/cli/usage_error.hpp"

#include "control/cli/failure.hpp"

#include "modelgate/base/nearest_word.hpp"

#include <CLI/App.hpp>
#include <CLI/Error.hpp>
#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace modelgate::control::cli {
namespace {

/// What gateway/main.cpp takes before the client's words are parsed.
constexpr std::array<const char*, 5> commands_of_the_server{"serve", "check", "upgrade", "backup", "restore"};

/// The innermost command that the words named.
const CLI::App& command_of(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  return *at;
}

/// "modelgate deployments get"
std::string path_of(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr ? command.get_name() : path_of(*parent) + " " + command.get_name();
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text.append(text.empty() ? "" : ", ").append(word);
  return text;
}

std::string suggested(std::string_view word, const std::vector<std::string>& known, std::string_view before) {
  const auto nearest = nearest_word(word, std::vector<std::string_view>{known.begin(), known.end()});
  return nearest ? std::string{"; did you mean "}.append(before).append(*nearest).append("?") : std::string{};
}

std::vector<std::string> positionals_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional()) names.push_back(option->get_name());
  }
  return names;
}

std::string explain_option(const CLI::App& command, std::string_view word) {
  const bool is_long = word.starts_with("--");
  const std::string name{is_long ? word.substr(0, word.find('=')) : word.substr(0, 2)};  // "-pVALUE" is a spelling too
  std::string text = "\"" + path_of(command) + "\" has no option " + printable(name);
  if (!is_long) return text;
  std::vector<std::string> known;
  for (const CLI::App* at = &command; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : at->get_options())
      known.insert(known.end(), option->get_lnames().begin(), option->get_lnames().end());
  }
  return text + suggested(std::string_view{name}.substr(2), known, "--");
}

std::string explain_word(const CLI::App& command, std::string_view word) {
  if (word.size() > 1 && word.starts_with('-')) return explain_option(command, word);
  const std::string path = "\"" + path_of(command) + "\"";
  if (const auto commands = commands_below(command); !commands.empty()) {
    const std::string guess = suggested(word, commands, "");
    return "the word behind " + path + " is no command" + (guess.empty() ? "; there are " + joined(commands) : guess);
  }
  const auto positionals = positionals_of(command);
  return path + " is followed by one word too many; it takes "
         + (positionals.empty() ? "options only" : joined(positionals) + " and options");
}

std::string explain(const CLI::App& app, const CLI::ParseError& problem) {
  const CLI::App& command = command_of(app);
  const bool missing = dynamic_cast<const CLI::RequiredError*>(&problem) != nullptr;
  const bool extra = dynamic_cast<const CLI::ExtrasError*>(&problem) != nullptr;
  const std::vector<std::string> left = app.remaining(true);
  if ((missing || extra) && !left.empty()) return explain_word(command, left.front());
  if (missing) {
    const auto commands = commands_below(command);
    return "\"" + path_of(command)
           + "\" needs more: " + (commands.empty() ? std::string{problem.what()} : "one of " + joined(commands));
  }
  std::string text = problem.what();
  if (dynamic_cast<const CLI::ConversionError*>(&problem) == nullptr) return text;
  return text.substr(0, text.find(" = ")) + "; it is not the kind of value that this takes";
}

}  // namespace

std::vector<std::string> commands_below(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* each : command.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(each->get_name());
  if (command.get_parent() == nullptr)
    names.insert(names.end(), commands_of_the_server.begin(), commands_of_the_server.end());
  return names;
}

std::string usage_error(const CLI::App& app, const CLI::ParseError& problem) {
  return "modelgate: " + printable(explain(app, problem)) + "\n  try: " + path_of(command_of(app)) + " --help\n";
}

CLI::Validator one_of(std::vector<std::string> words) {
  const std::string list = joined(words);
  const auto check = [known = std::move(words), list](const std::string& text) {
    return std::find(known.begin(), known.end(), text) != known.end() ? std::string{} : "takes one of " + list;
  };
  return {check, "{" + list + "}"};
}

}  // namespace modelgate::control::cli
