#include "control/cli/answer_json.hpp"
#include "control/cli/help_formatter.hpp"
#include "control/cli/session.hpp"

#include <CLI/App.hpp>
#include <boost/json/object.hpp>

#include <ostream>

namespace modelgate::control::cli {
namespace {

outcome<void> rotate(const session& now) {
  const auto given =
      now.api.perform({.method = "POST", .path = "/secret-key/rotate", .json = std::nullopt, .if_match = {}});
  if (!given) return given.error();
  if (now.as_json) {
    now.around.out << given->body << '\n';
    return outcome<void>{};
  }
  const auto done = parse_object(given->body);
  if (!done) return done.error();
  now.around.out << "pull secrets under the new key: " << printable(member_text(*done, "pullSecrets")) << '\n';
  return outcome<void>{};
}

}  // namespace

void add_secret_key_command(CLI::App& app, chosen_command& chosen) {
  app.add_subcommand("rotate-secret-key",
                     with_examples("seal every pull secret of the running server under a new key and forget the old "
                                   "one; backups from before keep the old one",
                                   "  modelgate rotate-secret-key --server https://models.example.com:8081"))
      ->callback([&chosen] { chosen = rotate; });
}

}  // namespace modelgate::control::cli
