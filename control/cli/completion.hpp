#pragma once

#include <string>

namespace CLI {
class App;
}

namespace modelgate::control::cli {

/// A script for a shell, made from the commands and options that the program has. `shell`: bash, zsh or fish.
[[nodiscard]] std::string completion_script(const CLI::App& app, const std::string& shell);

}  // namespace modelgate::control::cli
