#include "control/cli/help_formatter.hpp"

#include "modelgate/base/nearest_word.hpp"

#include <algorithm>
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
  return line + "\n\nExamples:\n" + examples + "\n";
}

std::string explain_unknown_command(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  const std::vector<std::string> left = app.remaining(true);
  const auto word =
      std::find_if(left.begin(), left.end(), [](const std::string& each) { return !each.starts_with('-'); });
  const std::vector<const CLI::App*> commands = at->get_subcommands([](const CLI::App*) { return true; });
  if (word == left.end() || commands.empty()) return {};

  std::vector<std::string> names;
  for (const CLI::App* command : commands) names.push_back(command->get_name());
  const auto nearest = nearest_word(*word, std::vector<std::string_view>{names.begin(), names.end()});
  std::string text = "there is no command \"" + *word + "\"";
  if (nearest) text.append("; did you mean \"").append(*nearest).append("\"?");
  return text;
}

}  // namespace modelgate::control::cli
