#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class ParseError;
class Validator;
}  // namespace CLI

namespace modelgate::control::cli {

/// What to print when a parse failed: what is wrong, and which help tells more. A word that has no place is never
/// repeated, and of an unknown option its name only: it may be a secret.
[[nodiscard]] std::string usage_error(const CLI::App& app, const CLI::ParseError& problem);

/// The commands that may follow; behind the program's name those of the server, too, which `gateway/main.cpp` takes.
[[nodiscard]] std::vector<std::string> commands_below(const CLI::App& command);

/// Refuses every value but these, without repeating it.
[[nodiscard]] CLI::Validator one_of(std::vector<std::string> words);

}  // namespace modelgate::control::cli
