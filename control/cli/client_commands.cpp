#include "control/cli/answer_json.hpp"
#include "control/cli/body_flags.hpp"
#include "control/cli/confirmation.hpp"
#include "control/cli/deployment_views.hpp"
#include "control/cli/given_value.hpp"
#include "control/cli/help_formatter.hpp"
#include "control/cli/session.hpp"
#include "control/cli/shown_calls.hpp"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <memory>
#include <ostream>

namespace modelgate::control::cli {
namespace json = boost::json;
namespace {

struct client_of {
  std::string deployment;
  std::string name;
  bool yes = false;  ///< of a deletion: do not ask
};

struct add_command {
  std::string deployment;
  std::string name;
  std::string expires_at;
};

std::string path_of(const std::string& deployment, const std::string& name = {}) {
  const std::string all = "/deployments/" + encode(deployment) + "/clients";
  return name.empty() ? all : all + "/" + encode(name);
}

outcome<void> add_client(const session& now, const add_command& command) {
  json::object asked{{"name", command.name}};
  if (!command.expires_at.empty()) asked["expiresAt"] = command.expires_at;
  return call_and_show(
      now, {.method = "POST", .path = path_of(command.deployment), .json = json::serialize(asked), .if_match = {}},
      [&](const json::object& client) {
        // The token alone is data: TOKEN=$(modelgate clients add ...) works.
        now.around.out << printable(member_text(client, "token")) << '\n';
        now.around.err << "this token of " << printable(command.name)
                       << " is shown only now; call the model with curl -u " << printable(command.name) << ":TOKEN\n";
      });
}

std::string end_of(const json::object& client) {
  const std::string expires = member_text(client, "expiresAt");
  return expires == "-" ? "has no end" : "ends at " + printable(expires);
}

outcome<void> update_client(const session& now, const client_of& command, const body_flags& changes) {
  if (changes.empty())
    return failure{exit_code::usage, "nothing is to change: say what, with one of the options of --help", {}};
  auto body = changes.read_body(now);
  if (!body) return body.error();
  return call_and_show(
      now,
      {.method = "PATCH", .path = path_of(command.deployment, command.name), .json = std::move(*body), .if_match = {}},
      [&](const json::object& client) {
        now.around.err << printable(command.name) << " is "
                       << (member_text(client, "disabled") == "true" ? "disabled" : "enabled") << "; its token "
                       << end_of(client) << '\n';
      });
}

struct rotate_command {
  std::string deployment;
  std::string name;
  std::string overlap = "0s";
  std::string expires_at;
};

outcome<void> rotate_client(const session& now, const rotate_command& command) {
  json::object asked;
  if (const auto overlap = seconds_from(command.overlap); overlap && overlap->count() > 0)
    asked["overlapSeconds"] = overlap->count();
  if (!command.expires_at.empty()) asked["expiresAt"] = command.expires_at;
  return call_and_show(now,
                       {.method = "POST",
                        .path = path_of(command.deployment, command.name) + "/rotate",
                        .json = json::serialize(asked),
                        .if_match = {}},
                       [&](const json::object& client) {
                         now.around.out << printable(member_text(client, "token")) << '\n';
                         const std::string until = member_text(client, "previousUntil");
                         now.around.err << "this token of " << printable(command.name)
                                        << " is shown only now; the one before "
                                        << (until == "-" ? "holds no more" : "holds until " + printable(until))
                                        << ", this one " << end_of(client) << '\n';
                       });
}

/// What it shows: a token by its first characters, or an imported password, which has none that may be seen.
std::string credential_of(const json::object& client) {
  if (const std::string hash = member_text(client, "importedHash"); hash != "-")
    return hash + " password, not used yet";
  const std::string prefix = member_text(client, "prefix");
  return prefix == "-" ? "imported password" : prefix + "...";
}

outcome<void> list_clients(const session& now, const client_of& command) {
  return list_and_show(now, path_of(command.deployment), [&](const json::array& items) {
    if (items.empty()) {
      now.around.err << "no clients\n";
      return;
    }
    table rows{{"NAME", "TOKEN", "AGE", "BY", "EXPIRES", "DISABLED", "LAST USED", "REQUESTS"}};
    for (const json::value& item : items) {
      if (!item.is_object()) continue;
      const json::object& client = item.get_object();
      rows.add({{member_text(client, "name")},
                {credential_of(client)},
                {age_of(member_text(client, "createdAt"), system_clock::now())},
                {member_text(client, "createdBy")},
                {member_text(client, "expiresAt")},
                {member_text(client, "disabled") == "true" ? "yes" : "no"},
                {age_of(member_text(client, "lastUsedAt"), system_clock::now())},
                {member_text(client, "requests")}});
    }
    rows.print(now.around.out, now.with_colours);
  });
}

outcome<void> delete_client(const session& now, const client_of& command) {
  if (!command.yes) {
    const auto agreed = confirm_deletion(
        now, "Delete the client " + printable(command.name) + " of " + printable(command.deployment) + "?");
    if (!agreed) return agreed.error();
  }
  const auto given = now.api.perform(
      {.method = "DELETE", .path = path_of(command.deployment, command.name), .json = {}, .if_match = {}});
  if (!given) return given.error();
  now.around.err << printable(command.name) << " is deleted; its token holds no more\n";
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

  auto listed = std::make_shared<client_of>();
  CLI::App* list = group->add_subcommand(
      "list", with_examples("who may call a private deployment", "  modelgate clients list iris"));
  list->add_option("deployment", listed->deployment, "the deployment")->required();
  list->callback([&chosen, listed] { chosen = [listed](const session& now) { return list_clients(now, *listed); }; });

  auto rotated = std::make_shared<rotate_command>();
  CLI::App* rotate =
      group->add_subcommand("rotate", with_examples("give a client another token; prints it, once",
                                                    "  TOKEN=$(modelgate clients rotate iris app --overlap 1h)"));
  rotate->add_option("deployment", rotated->deployment, "the deployment")->required();
  rotate->add_option("name", rotated->name, "the client")->required();
  rotate->add_option("--overlap", rotated->overlap, "for how long the old token holds, too, such as 90s or 1h")
      ->check(a_duration());
  rotate->add_option("--expires-at", rotated->expires_at,
                     "when the new token ends, RFC 3339; as before when missing, and never when that has passed");
  rotate->callback(
      [&chosen, rotated] { chosen = [rotated](const session& now) { return rotate_client(now, *rotated); }; });

  auto updated = std::make_shared<client_of>();
  CLI::App* update = group->add_subcommand(
      "update", with_examples("let a client in or keep it out, or say when its token ends",
                              "  modelgate clients update iris app --disable\n"
                              "  modelgate clients update iris app --enable --expires-at 2027-01-31T00:00:00Z"));
  update->add_option("deployment", updated->deployment, "the deployment")->required();
  update->add_option("name", updated->name, "the client")->required();
  const body_flags changes{*update};
  CLI::Option* off = changes.constant("--disable", "disabled", true, "no token of it holds, until it is enabled");
  changes.constant("--enable", "disabled", false, "its token holds again")->excludes(off);
  CLI::Option* expires = changes.text("--expires-at", "expiresAt", "when its token ends, RFC 3339");
  changes.constant("--no-expiry", "expiresAt", nullptr, "its token has no end")->excludes(expires);
  update->callback([&chosen, updated, changes] {
    chosen = [updated, changes](const session& now) { return update_client(now, *updated, changes); };
  });

  auto deleted = std::make_shared<client_of>();
  CLI::App* erase = group->add_subcommand(
      "delete", with_examples("take a client's token back, at once", "  modelgate clients delete iris app"));
  erase->add_option("deployment", deleted->deployment, "the deployment")->required();
  erase->add_option("name", deleted->name, "the client")->required();
  erase->add_flag("-y,--yes", deleted->yes, "do not ask; needed where nobody can be asked");
  erase->callback(
      [&chosen, deleted] { chosen = [deleted](const session& now) { return delete_client(now, *deleted); }; });
}

}  // namespace modelgate::control::cli
