#pragma once

#include "control/cli/cli.hpp"
#include "tests/integration/http_io/running_server.hpp"
#include "tests/support/temporary_folder.hpp"

#include <chrono>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace modelgate::control::cli::test {

using http_io::request;
using http_io::response;

inline response json_answer(unsigned status, std::string body) {
  response answer;
  answer.status = status;
  answer.fields.add("Content-Type", "application/json");
  answer.fields.add("ETag", "\"3\"");
  answer.body = std::move(body);
  return answer;
}

/// A server, a person at a terminal or a script, and what they said to each other.
struct commands_fixture {
  commands_fixture() {
    environment = {{"HOME", home.string()},
                   {"MODELGATE_SERVER", "http://" + net::to_string(served.address())},
                   {"MODELGATE_TOKEN", "mga_test"}};
  }

  response play(const request& message) {
    const std::lock_guard lock{mutex};
    asked.push_back(message);
    if (answers.empty()) return json_answer(500, R"({"detail":"the script has no answer left"})");
    response answer = answers.front();
    if (answers.size() > 1) answers.pop_front();  // the last one is given again and again
    return answer;
  }

  int run_words(const std::vector<std::string>& words) {
    std::istringstream input{typed};
    surroundings around{input, out, err, environment, in_is_terminal, out_is_terminal, std::chrono::milliseconds{1}};
    return run(words, around);
  }

  [[nodiscard]] bool said(std::string_view text) const { return err.str().find(text) != std::string::npos; }
  [[nodiscard]] bool printed(std::string_view text) const { return out.str().find(text) != std::string::npos; }

  tests::temporary_folder folder;
  const std::filesystem::path& home = folder.path();
  std::mutex mutex;
  std::deque<response> answers;
  std::deque<request> asked;
  http_io::test::running_server served{[this](const request& message) { return play(message); }};
  std::map<std::string, std::string> environment;
  std::string typed;
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  std::ostringstream out;
  std::ostringstream err;
};

}  // namespace modelgate::control::cli::test
