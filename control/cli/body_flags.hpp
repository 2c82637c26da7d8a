#pragma once

#include "control/cli/session.hpp"

#include <boost/json/object.hpp>

#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace modelgate::control::cli {

/// Flags of a command that become members of the body it sends. What is not said is left out: the server has the
/// defaults, and in a change it means "as it is".
///
/// Shape: copies share one body. A member is named by its path: "displayName", "quota.cpu".
class body_flags {
 public:
  explicit body_flags(CLI::App& command) : command_{&command}, given_{std::make_shared<given>()} {}

  CLI::Option* text(const std::string& flag, const std::string& member, const std::string& help) const;
  /// "none" is null. Any number: its bounds are the server's.
  CLI::Option* number_or_none(const std::string& flag, const std::string& member, const std::string& help) const;
  /// May be repeated; "none" alone is null.
  CLI::Option* texts(const std::string& flag, const std::string& member, const std::string& help) const;
  CLI::Option* constant(const std::string& flag, const std::string& member, boost::json::value value,
                        const std::string& help) const;

  /// The flag names a file, "-" for standard input. A secret is its first line: as a flag's value everybody on the
  /// machine could see it.
  CLI::Option* secret_file(const std::string& flag, const std::string& member, const std::string& help) const;
  CLI::Option* text_file(const std::string& flag, const std::string& member, const std::string& help) const;

  [[nodiscard]] bool empty() const noexcept { return given_->body.empty() && given_->files.empty(); }

  /// The body, as JSON, with what the files hold. Errors: usage, for a file that cannot be read or is empty.
  [[nodiscard]] outcome<std::string> read_body(const session& now) const;

 private:
  struct file_member {
    std::string member;
    std::string file;
    bool first_line = false;
  };
  struct given {
    boost::json::object body;
    std::vector<file_member> files;
  };

  CLI::Option* file(const std::string& flag, const std::string& member, const std::string& help, bool first_line) const;

  CLI::App* command_;
  std::shared_ptr<given> given_;
};

}  // namespace modelgate::control::cli
