#pragma once

#include "control/cli/body_flags.hpp"
#include "control/cli/session.hpp"

#include <boost/json/fwd.hpp>

#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

namespace modelgate::control::cli {

/// What the commands for a kind of thing have in common: groups, instance types, users, tokens, pull secrets.
///
/// Shape: made while the words of the program are declared; every function adds one command below `parent`.
class resource_commands {
 public:
  /// `path`: where the things are, "/groups"; `noun`: what one is called, "group"; `key`: the member that names it.
  resource_commands(CLI::App& parent, chosen_command& chosen, std::string path, std::string noun,
                    std::string key = "name")
      : parent_{&parent}, chosen_{&chosen}, path_{std::move(path)}, noun_{std::move(noun)}, key_{std::move(key)} {}

  using print_list = std::function<void(const session& now, const boost::json::array& items)>;
  using print_one = std::function<void(const session& now, const boost::json::object& thing)>;

  void add_list(const std::string& what, print_list print) const;
  void add_get(const std::string& what) const;
  /// `print` in the place of all its members: for what is shown only once. The flags are to be added to what it answers.
  [[nodiscard]] body_flags add_create(const std::string& what, const std::string& examples, print_one print = {}) const;
  /// Refuses to send a change of nothing.
  [[nodiscard]] body_flags add_update(const std::string& what, const std::string& examples) const;
  /// Asks on a terminal, but for --yes. `confirmed`: it takes --confirm, which is an answer, too.
  void add_delete(const std::string& what, bool confirmed = false) const;

 private:
  [[nodiscard]] std::string full_name(const std::string& verb) const;

  CLI::App* parent_;
  chosen_command* chosen_;
  std::string path_;
  std::string noun_;
  std::string key_;
};

/// Every member on a line, those of objects by their path: "quota.cpu  4".
void print_members(std::ostream& out, const boost::json::object& thing);

/// "3 of 10", "3" without a bound.
[[nodiscard]] std::string used_of(const boost::json::object& used, const boost::json::object& bounds,
                                  std::string_view name, std::string_view bound);

}  // namespace modelgate::control::cli
