#pragma once

#include <CLI/App.hpp>
#include <CLI/Formatter.hpp>

#include <string>

namespace modelgate::control::cli {

/// Help that starts with examples: a command's description is one line, then its examples. Lists of commands show the
/// line only. Every command's help also has the options of the whole program, which may stand behind it.
class help_formatter : public CLI::Formatter {
 public:
  [[nodiscard]] std::string make_subcommand(const CLI::App* command) const override;
  [[nodiscard]] std::string make_footer(const CLI::App* command) const override;
};

/// A description with its examples.
[[nodiscard]] std::string with_examples(const std::string& line, const std::string& examples);

}  // namespace modelgate::control::cli
