#include "control/cli/help_formatter.hpp"

#include <vector>

namespace modelgate::control::cli {

std::string help_formatter::make_subcommand(const CLI::App* command) const {
  const std::string description = command->get_description();
  const std::string name = "  " + command->get_display_name(true);
  const std::size_t width = get_column_width();
  return name + std::string(name.size() < width ? width - name.size() : 2, ' ')
         + description.substr(0, description.find('\n')) + "\n";
}

std::string help_formatter::make_footer(const CLI::App* command) const {
  const CLI::App* whole = command;
  while (whole->get_parent() != nullptr) whole = whole->get_parent();
  std::string footer = CLI::Formatter::make_footer(command);
  if (whole == command) return footer;
  const std::vector<const CLI::Option*> common = whole->get_options([whole](const CLI::Option* option) {
    return option->nonpositional() && option != whole->get_help_ptr() && option != whole->get_version_ptr();
  });
  return make_group("Options of every command", false, common).substr(1) + "\n" + footer;  // behind an empty line
}

std::string with_examples(const std::string& line, const std::string& examples) {
  return line + "\n\nExamples:\n" + examples + "\n";
}

}  // namespace modelgate::control::cli
