#include "control/cli/help_formatter.hpp"

#include "modelgate/base/nearest_word.hpp"

#include <vector>

namespace modelgate::control::cli {

std::string help_formatter::make_subcommand(const CLI::App* command) const {
  const std::string description = command->get_description();
  const std::string name = "  " + command->get_display_name(true);
  const std::size_t width = get_column_width();
  return name + std::string(name.size() < width ? width - name.size() : 2, ' ')
         + description.substr(0, description.find('\n')) + "\n";
}

std::string with_examples(const std::string& line, const std::string& examples) {
  return line + "\n\nExamples:\n" + examples;
}

std::string suggest_command(const CLI::App& app, const std::vector<std::string>& arguments) {
  const CLI::App* at = &app;
  for (const std::string& word : arguments) {
    if (word.starts_with('-')) continue;
    const std::vector<const CLI::App*> commands = at->get_subcommands([](const CLI::App*) { return true; });
    if (commands.empty()) return {};
    const CLI::App* next = nullptr;
    std::vector<std::string_view> names;
    for (const CLI::App* command : commands) {
      names.push_back(command->get_name());
      if (command->get_name() == word) next = command;
    }
    if (next == nullptr) {
      const auto nearest = nearest_word(word, names);
      return nearest ? "; did you mean \"" + std::string{*nearest} + "\"?" : std::string{};
    }
    at = next;
  }
  return {};
}

}  // namespace modelgate::control::cli
