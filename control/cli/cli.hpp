#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

/// The client half of the program: talks REST to a running modelgate.
namespace modelgate::control::cli {

/// Everything of the process that a command sees, so that tests can hand in their own.
struct surroundings {
  std::istream& in;
  std::ostream& out;  ///< data
  std::ostream& err;  ///< chatter, questions and errors
  std::map<std::string, std::string> environment;
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  std::chrono::milliseconds poll_interval{1'000};
};

/// Runs one command; `arguments` are the words after the program's name. Also answers --help, --version and unknown
/// words, as main gives it everything but `serve` and `check`. Errors: none; the exit code says how it went
/// (`exit_code`), and what went wrong stands on `err`.
[[nodiscard]] int run(const std::vector<std::string>& arguments, surroundings& around);

/// Overwrites the value of --token where the system keeps the program's words, so that a list of processes shows it for
/// a moment only.
void hide_token(int count, char** arguments);

/// The same as `run` for the process itself.
[[nodiscard]] int run_client(int count, char** arguments);

}  // namespace modelgate::control::cli
