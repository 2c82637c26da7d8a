#include "control/cli/answer_json.hpp"
#include "control/cli/deployment_views.hpp"
#include "control/cli/help_formatter.hpp"
#include "control/cli/resource_commands.hpp"
#include "control/cli/shown_calls.hpp"
#include "control/cli/table.hpp"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <ostream>
#include <string>

namespace modelgate::control::cli {
namespace json = boost::json;
namespace {

void print_pull_secrets(const session& now, const json::array& items) {
  table rows{{"NAME", "GROUP", "REGISTRIES", "USER", "CHANGED", "BY"}};
  for (const json::value& item : items) {
    if (!item.is_object()) continue;
    const json::object& secret = item.get_object();
    const std::string registries = list_text(array_member(secret, "registries"));
    rows.add({{member_text(secret, "name")},
              {member_text(secret, "group") == "-" ? "all" : member_text(secret, "group")},
              {registries},
              {member_text(secret, "user")},
              {age_of(member_text(secret, "updatedAt"), system_clock::now())},
              {member_text(secret, "updatedBy")}});
  }
  rows.print(now.around.out, now.with_colours);
}

void add_pull_secret_flags(const body_flags& flags) {
  flags.text("--registry", "registry", "the registry's host, with its port where it has one");
  flags.text("--user", "user", "who it is pulled as");
  flags.secret_file("--password-file", "password", "file whose first line is the password, - for standard input");
  flags.text_file("--docker-config", "dockerConfigJson", "instead of the three: a config.json that docker wrote");
}

outcome<void> rotate(const session& now) {
  return call_and_show(
      now, {.method = "POST", .path = "/secret-key/rotate", .json = std::nullopt, .if_match = {}},
      [&](const json::object& done) {
        now.around.out << "pull secrets under the new key: " << printable(member_text(done, "pullSecrets")) << '\n';
      });
}

}  // namespace

void add_pull_secret_commands(CLI::App& app, chosen_command& chosen) {
  CLI::App* secrets =
      app.add_subcommand("pull-secrets", with_examples("what model images are pulled with",
                                                       "  modelgate pull-secrets create hub --registry hub.example.com "
                                                       "--user bot --password-file -"));
  secrets->require_subcommand(1);
  const resource_commands commands{*secrets, chosen, "/pull-secrets", "pull secret"};
  commands.add_list("pull secrets, without their passwords", print_pull_secrets);
  commands.add_get("show one pull secret, without its password");
  const body_flags created = commands.add_create(
      "keep a registry's user and password, sealed",
      "  modelgate pull-secrets create hub --registry hub.example.com --user bot --password-file hub.txt\n"
      "  modelgate pull-secrets create hub --docker-config ~/.docker/config.json --group research");
  add_pull_secret_flags(created);
  created.text("--group", "group", "whose deployments may use it; everybody's when missing");
  add_pull_secret_flags(
      commands.add_update("change a pull secret", "  modelgate pull-secrets update hub --password-file new.txt"));
  commands.add_delete("delete a pull secret that no deployment uses");

  app.add_subcommand("rotate-secret-key",
                     with_examples("seal every pull secret of the running server under a new key and forget the old "
                                   "one; backups from before keep the old one",
                                   "  modelgate rotate-secret-key --server https://models.example.com:8081"))
      ->callback([&chosen] { chosen = rotate; });
}

}  // namespace modelgate::control::cli
