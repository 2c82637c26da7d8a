#include "control/cli/answer_json.hpp"
#include "control/cli/help_formatter.hpp"
#include "control/cli/primehub_import_command.hpp"
#include "control/cli/session.hpp"
#include "control/cli/shown_calls.hpp"
#include "control/cli/table.hpp"
#include "control/cli/text_file.hpp"

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

struct htpasswd_command {
  std::string file;
  std::string deployment;
  bool dry_run = false;
  bool skip_bad = false;
  bool replace = false;
};

void print_report(const session& now, const htpasswd_command& command, const json::object& report) {
  table rows{{"LINE", "NAME", "SKIPPED BECAUSE IT"}};
  for (const json::value& item : array_member(report, "skipped")) {
    if (!item.is_object()) continue;
    const json::object& skipped = item.get_object();
    rows.add({{member_text(skipped, "line")}, {member_text(skipped, "name")}, {member_text(skipped, "detail")}});
  }
  if (!rows.empty()) rows.print(now.around.out, now.with_colours);
  const auto count = [&](const char* member) { return std::to_string(array_member(report, member).size()); };
  now.around.err << count("added") << (command.dry_run ? " would be added, " : " added, ") << count("replaced")
                 << (command.dry_run ? " would be replaced, " : " replaced, ") << count("skipped") << " skipped\n";
}

outcome<void> import_htpasswd(const session& now, const htpasswd_command& command) {
  auto text = read_given_text(now.around.in, command.file);
  if (!text) return text.error();
  json::object asked{{"htpasswd", std::move(*text)}, {"skipBad", command.skip_bad}, {"replace", command.replace}};
  std::string path = "/deployments/" + encode(command.deployment) + "/client-imports";
  if (command.dry_run) add_parameter(path, "dryRun", "true");
  return call_and_show(now, {.method = "POST", .path = path, .json = json::serialize(asked), .if_match = {}},
                       [&](const json::object& report) { print_report(now, command, report); });
}

}  // namespace

void add_import_commands(CLI::App& app, chosen_command& chosen) {
  CLI::App* group = app.add_subcommand(
      "import", with_examples("bring along what another server knows",
                              "  modelgate import htpasswd /etc/nginx/users.htpasswd --deployment iris --dry-run\n"
                              "  kubectl get phdeployments -o json | modelgate import primehub - --dry-run"));
  group->require_subcommand(1);
  auto given = std::make_shared<htpasswd_command>();
  CLI::App* htpasswd = group->add_subcommand(
      "htpasswd",
      with_examples("make clients of the entries of an htpasswd file: they go on with the passwords that they have",
                    "  modelgate import htpasswd users.htpasswd --deployment iris --dry-run    what would happen\n"
                    "  modelgate import htpasswd users.htpasswd --deployment iris\n"
                    "  kubectl get secret deploy-iris -o jsonpath={.data.auth} | base64 -d |\n"
                    "    modelgate import htpasswd - --deployment iris --skip-bad"));
  htpasswd->add_option("file", given->file, "the file, of htpasswd -m, -B or -s; - for standard input")->required();
  htpasswd->add_option("--deployment", given->deployment, "the deployment whose clients they become")->required();
  htpasswd->add_flag("--dry-run", given->dry_run, "only tell what would happen");
  htpasswd->add_flag("--skip-bad", given->skip_bad,
                     "leave out lines that cannot be imported and tell of them; else one such line imports nothing");
  htpasswd->add_flag("--replace", given->replace,
                     "clients of the same names get the passwords of the file; their tokens end at once");
  htpasswd->callback(
      [&chosen, given] { chosen = [given](const session& now) { return import_htpasswd(now, *given); }; });
  add_primehub_import_command(*group, chosen);
}

}  // namespace modelgate::control::cli
