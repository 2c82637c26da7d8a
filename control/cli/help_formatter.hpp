#pragma once

#include <CLI/App.hpp>
#include <CLI/Formatter.hpp>

#include <string>
namespace modelgate::control::cli {

/// Help that starts with examples: a command's description is one line, then its examples. Lists of commands show the
/// line only.
class help_formatter : public CLI::Formatter {
 public:
  [[nodiscard]] std::string make_subcommand(const CLI::App* command) const override;
};

/// A description with its examples.
[[nodiscard]] std::string with_examples(const std::string& line, const std::string& examples);

/// After a failed parse: which word is no command, and which one was meant. Empty when the words fail for another
/// reason.
[[nodiscard]] std::string explain_unknown_command(const CLI::App& app);

}  // namespace modelgate::control::cli
