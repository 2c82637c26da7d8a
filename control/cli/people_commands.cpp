#include "control/cli/answer_json.hpp"
#include "control/cli/deployment_views.hpp"
#include "control/cli/given_value.hpp"
#include "control/cli/help_formatter.hpp"
#include "control/cli/resource_commands.hpp"
#include "control/cli/shown_calls.hpp"
#include "control/cli/usage_error.hpp"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace modelgate::control::cli {
namespace json = boost::json;
namespace {

std::string yes_or_no(const json::object& thing, std::string_view member) {
  return member_text(thing, member) == "true" ? "yes" : "no";
}

void print_users(const session& now, const json::array& items) {
  table rows{{"NAME", "DISPLAY NAME", "ROLE", "PASSWORD", "DISABLED", "AGE"}};
  for (const json::value& item : items) {
    if (!item.is_object()) continue;
    const json::object& user = item.get_object();
    rows.add({{member_text(user, "name")},
              {member_text(user, "displayName")},
              {member_text(user, "role")},
              {yes_or_no(user, "hasPassword")},
              {yes_or_no(user, "disabled")},
              {age_of(member_text(user, "createdAt"), system_clock::now())}});
  }
  rows.print(now.around.out, now.with_colours);
}

CLI::Option* add_user_flags(const body_flags& flags) {
  flags.text("--display-name", "displayName", "name for people");
  flags.text("--role", "role", "admin, or member of groups")->check(one_of({"admin", "member"}));
  return flags.secret_file("--password-file", "password",
                           "file whose first line is the password, - for standard input");
}

void print_tokens(const session& now, const json::array& items) {
  table rows{{"ID", "NAME", "USER", "TOKEN", "READ ONLY", "GROUPS", "AGE", "EXPIRES", "LAST USED"}};
  for (const json::value& item : items) {
    if (!item.is_object()) continue;
    const json::object& token = item.get_object();
    const std::string groups = list_text(array_member(token, "groups"));
    rows.add({{member_text(token, "id")},
              {member_text(token, "name")},
              {member_text(token, "user")},
              {member_text(token, "prefix") + "..."},
              {yes_or_no(token, "readOnly")},
              {groups.empty() ? "all" : groups},
              {age_of(member_text(token, "createdAt"), system_clock::now())},
              {member_text(token, "expiresAt")},
              {age_of(member_text(token, "lastUsedAt"), system_clock::now())}});
  }
  rows.print(now.around.out, now.with_colours);
}

void print_new_token(const session& now, const json::object& token) {
  now.around.out << printable(member_text(token, "token")) << '\n';
  now.around.err << "this token is shown only now; take it back with: modelgate tokens delete "
                 << printable(member_text(token, "id")) << '\n';
}

struct audit_flags {
  std::string user;
  std::string resource;
  std::string result;
  std::string since;
  std::string until;
};

outcome<void> print_audit(const session& now, const audit_flags& flags) {
  std::string path = "/audit-events";
  const std::array<std::pair<std::string_view, std::string>, 5> parameters{{{"user", flags.user},
                                                                            {"resource", flags.resource},
                                                                            {"result", flags.result},
                                                                            {"since", time_from(flags.since)},
                                                                            {"until", time_from(flags.until)}}};
  for (const auto& [name, value] : parameters) {
    if (!value.empty()) add_parameter(path, name, value);
  }
  return list_and_show(now, path, [&](const json::array& items) {
    table rows{{"AT", "USER", "WITH", "FROM", "WHAT", "ON", "STATUS", "RESULT"}};
    for (const json::value& item : items) {
      if (!item.is_object()) continue;
      const json::object& event = item.get_object();
      const std::string result = member_text(event, "result");
      rows.add({{member_text(event, "at")},
                {member_text(event, "user")},
                {member_text(event, "credential")},
                {member_text(event, "peer")},
                {member_text(event, "method") + (member_text(event, "dryRun") == "true" ? " (dry run)" : "")},
                {member_text(event, "resource")},
                {member_text(event, "status")},
                {result, result == "done" ? tone::plain : tone::bad}});
    }
    if (rows.empty())
      now.around.err << "no such changes\n";
    else
      rows.print(now.around.out, now.with_colours);
  });
}

outcome<void> print_account(const session& now) {
  return call_and_show(now, {.method = "GET", .path = "/me", .json = {}, .if_match = {}}, [&](const json::object& me) {
    now.around.out << printable(member_text(me, "name")) << " (" << printable(member_text(me, "role")) << ")\n";
    if (member_text(me, "readOnly") == "true") now.around.out << "may look, and change nothing\n";
    for (const json::value& item : array_member(me, "groups")) {
      if (!item.is_object()) continue;
      const json::object& group = item.get_object();
      now.around.out << "in " << printable(member_text(group, "name")) << " as "
                     << printable(member_text(group, "role")) << '\n';
    }
  });
}

void add_user_commands(CLI::App& app, chosen_command& chosen) {
  CLI::App* users = app.add_subcommand(
      "users", with_examples("who may use the control port",
                             "  modelgate users list\n  modelgate users create ann --password-file -"));
  users->require_subcommand(1);
  const resource_commands commands{*users, chosen, "/users", "user"};
  commands.add_list("who may use the control port", print_users);
  commands.add_get("show one user");
  const body_flags created =
      commands.add_create("make a user, who can log in with a password, or use tokens only",
                          "  modelgate users create ann --display-name 'Ann Lee' --password-file -\n"
                          "  modelgate users create deployer");
  add_user_flags(created);
  const body_flags changed = commands.add_update(
      "change a user", "  modelgate users update ann --role admin\n  modelgate users update ann --disable");
  CLI::Option* password = add_user_flags(changed);
  changed.secret_file("--old-password-file", "oldPassword", "file whose first line is your own password till now");
  CLI::Option* off =
      changed.constant("--disable", "disabled", true, "none of its tokens, sessions and passwords holds");
  changed.constant("--enable", "disabled", false, "they hold again")->excludes(off);
  changed.constant("--no-password", "password", nullptr, "take the password away")->excludes(password);
  commands.add_delete("delete a user with its tokens and sessions");
}

void add_token_commands(CLI::App& app, chosen_command& chosen) {
  CLI::App* tokens =
      app.add_subcommand("tokens", with_examples("API tokens: what people and tools call the control port with",
                                                 "  modelgate tokens create laptop\n  modelgate tokens list"));
  tokens->require_subcommand(1);
  const resource_commands commands{*tokens, chosen, "/tokens", "token", "id"};
  commands.add_list("API tokens, without the secret that they are", print_tokens);
  const body_flags created = commands.add_create(
      "make a token; prints it, once",
      "  TOKEN=$(modelgate tokens create laptop)\n"
      "  modelgate tokens create ci --user deployer --group research --expires-at 2027-01-31T00:00:00Z",
      print_new_token);
  created.text("--user", "user", "whose; yours when missing");
  created.constant("--read-only", "readOnly", true, "it can look, and change nothing");
  created.texts("--group", "groups", "the only groups that it is for (may be repeated)");
  created.text("--expires-at", "expiresAt", "when it ends, RFC 3339; never when missing");
  commands.add_delete("take a token back, at once");
}

void add_audit_command(CLI::App& app, chosen_command& chosen) {
  auto flags = std::make_shared<audit_flags>();
  CLI::App* audit = app.add_subcommand(
      "audit", with_examples("who changed what, when, from where, and how it ended; the newest first",
                             "  modelgate audit --resource deployments/iris\n"
                             "  modelgate audit --user ann --result refused --since 2026-11-01T00:00:00Z"));
  audit->add_option("--user", flags->user, "only what this user did");
  audit->add_option("--resource", flags->resource, "only on this thing and what is below it");
  audit->add_option("--result", flags->result, "only what ended so: done, refused, failed, unknown")
      ->check(one_of({"done", "refused", "failed", "unknown"}));
  audit->add_option("--since", flags->since, "not before this time: RFC 3339, or how long ago, such as 24h")
      ->check(a_time());
  audit->add_option("--until", flags->until, "before this time: RFC 3339, or how long ago")->check(a_time());
  audit->callback([&chosen, flags] { chosen = [flags](const session& now) { return print_audit(now, *flags); }; });
}

}  // namespace

void add_people_commands(CLI::App& app, chosen_command& chosen) {
  add_user_commands(app, chosen);
  add_token_commands(app, chosen);
  add_audit_command(app, chosen);
  app.add_subcommand("whoami", with_examples("who you are to the server, and in which groups", "  modelgate whoami"))
      ->callback([&chosen] { chosen = print_account; });
}

}  // namespace modelgate::control::cli
