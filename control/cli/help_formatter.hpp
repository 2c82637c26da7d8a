#pragma once

#include <CLI/App.hpp>
#include <CLI/Formatter.hpp>

#include <string>
#include <vector>
namespace modelgate::control::cli {

/// Help that starts with examples: a command's description is one line, then its examples. Lists of commands show the
/// line only.
class help_formatter : public CLI::Formatter {
 public:
  [[nodiscard]] std::string make_subcommand(const CLI::App* command) const override;
};

/// A description with its examples.
[[nodiscard]] std::string with_examples(const std::string& line, const std::string& examples);

/// ", did you mean ...?" for the first word that no command has, or nothing.
[[nodiscard]] std::string suggest_command(const CLI::App& app, const std::vector<std::string>& arguments);

}  // namespace modelgate::control::cli
