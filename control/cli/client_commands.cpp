#include "control/cli/answer_json.hpp"
#include "control/cli/help_formatter.hpp"
#include "control/cli/session.hpp"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <memory>
#include <ostream>

namespace modelgate::control::cli {
namespace json = boost::json;
namespace {

struct add_command {
  std::string deployment;
  std::string name;
  std::string expires_at;
};

outcome<void> add_client(const session& now, const add_command& command) {
  json::object asked{{"name", command.name}};
  if (!command.expires_at.empty()) asked["expiresAt"] = command.expires_at;
  const auto given = now.api.perform({.method = "POST",
                                      .path = "/deployments/" + encode(command.deployment) + "/clients",
                                      .json = json::serialize(asked),
                                      .if_match = {}});
  if (!given) return given.error();
  if (now.as_json) {
    now.around.out << given->body << '\n';
    return outcome<void>{};
  }
  const auto client = parse_object(given->body);
  if (!client) return client.error();
  // The token alone is data: TOKEN=$(modelgate clients add ...) works.
  now.around.out << printable(member_text(*client, "token")) << '\n';
  now.around.err << "this token of " << printable(command.name) << " is shown only now; call the model with curl -u "
                 << printable(command.name) << ":TOKEN\n";
  return outcome<void>{};
}

}  // namespace

void add_client_commands(CLI::App& app, chosen_command& chosen) {
  CLI::App* group = app.add_subcommand(
      "clients", with_examples("hand out tokens for private deployments", "  modelgate clients add iris app"));
  group->require_subcommand(1);
  auto added = std::make_shared<add_command>();
  CLI::App* add =
      group->add_subcommand("add", with_examples("let a client call a private deployment; prints its token, once",
                                                 "  TOKEN=$(modelgate clients add iris app)\n"
                                                 "  modelgate clients add iris app --expires-at 2027-01-31T00:00:00Z"));
  add->add_option("deployment", added->deployment, "the deployment")->required();
  add->add_option("name", added->name, "name of the client: letters, digits, - and _")->required();
  add->add_option("--expires-at", added->expires_at, "when the token ends, RFC 3339; never when missing");
  add->callback([&chosen, added] { chosen = [added](const session& now) { return add_client(now, *added); }; });
}

}  // namespace modelgate::control::cli
