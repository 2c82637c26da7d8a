#include "control/cli/spec_commands.hpp"

#include "control/cli/answer_json.hpp"
#include "control/cli/deployment_spec.hpp"
#include "control/cli/deployment_views.hpp"
#include "control/cli/given_value.hpp"
#include "control/cli/help_formatter.hpp"
#include "control/cli/shown_calls.hpp"
#include "control/cli/text_file.hpp"

#include "modelgate/base/clock.hpp"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <memory>
#include <ostream>

namespace modelgate::control::cli {
namespace json = boost::json;
namespace {

struct spec_command {
  spec_flags flags;
  std::string file;
  std::string revision = "*";  ///< that it must be at, for a change
  bool dry_run = false;
};

outcome<json::object> read_file(const session& now, const std::string& file) {
  if (file.empty()) return json::object{};
  const auto text = read_given_text(now.around.in, file);
  if (!text) return text.error();
  return parse_deployment_file(*text, file == "-" ? "standard input" : file);
}

outcome<json::object> read_spec(const session& now, const spec_command& command) {
  auto base = read_file(now, command.file);
  if (!base) return base.error();
  return make_deployment_spec(command.flags, std::move(*base));
}

std::string path_of(const std::string& id, bool dry_run) {
  std::string path = "/deployments";
  if (!id.empty()) path.append("/").append(encode(id));
  if (dry_run) add_parameter(path, "dryRun", "true");
  return path;
}

void show(const session& now, const json::object& answer, bool dry_run, std::string_view done) {
  if (dry_run) {
    print_dry_run(now.around.out, answer, system_clock::now(), now.with_colours);
    now.around.err << "nothing was changed: this was a dry run\n";
    return;
  }
  print_deployment(now.around.out, answer, system_clock::now(), now.with_colours);
  now.around.err << done << "; wait for it with: modelgate deployments wait " << printable(member_text(answer, "id"))
                 << " --revision " << printable(member_text(answer, "revision")) << '\n';
}

outcome<void> create(const session& now, const json::object& spec, bool dry_run) {
  return call_and_show(now,
                       {.method = "POST", .path = path_of({}, dry_run), .json = json::serialize(spec), .if_match = {}},
                       [&](const json::object& answer) { show(now, answer, dry_run, "created"); });
}

/// `method`: PATCH, members that are not named stay as they are; PUT, they get their defaults.
outcome<void> change(const session& now, const char* method, const std::string& id, const json::object& document,
                     const std::string& revision, bool dry_run) {
  return call_and_show(
      now, {.method = method, .path = path_of(id, dry_run), .json = json::serialize(document), .if_match = revision},
      [&](const json::object& answer) {
        show(now, answer, dry_run, "it is at revision " + printable(member_text(answer, "revision")));
      });
}

outcome<void> create_deployment(const session& now, const spec_command& command) {
  const auto spec = read_spec(now, command);
  if (!spec) return spec.error();
  return create(now, *spec, command.dry_run);
}

outcome<void> update_deployment(const session& now, const spec_command& command) {
  spec_command patch = command;
  const std::string id = patch.flags.id.value_or(std::string{});
  patch.flags.id.reset();
  const auto spec = read_spec(now, patch);
  if (!spec) return spec.error();
  if (spec->empty())
    return failure{exit_code::usage, "nothing is to change: say what, with one of the options of --help", {}};
  const bool numbered = command.revision != "*";
  return change(now, "PATCH", id, *spec, numbered ? "\"" + command.revision + "\"" : command.revision, command.dry_run);
}

/// What the server says of a deployment beside what was asked for: a file may be what `get -o json` showed.
constexpr std::string_view made_by_the_server[] = {"revision",  "createdAt", "createdBy", "updatedAt",
                                                   "updatedBy", "endpoint",  "status"};

/// Makes what is not there, and of what is there what the file says: members that it does not name get their defaults.
outcome<void> apply_file(const session& now, const spec_command& command) {
  auto spec = read_spec(now, command);
  if (!spec) return spec.error();
  for (const std::string_view member : made_by_the_server) spec->erase(member);
  const std::string id = member_text(*spec, "id");
  if (id == "-")
    return failure{exit_code::usage, "the file names no id: without one it cannot be told what it describes", {}};
  const auto there = now.api.perform({.method = "GET", .path = path_of(id, false), .json = {}, .if_match = {}});
  if (there) return change(now, "PUT", id, *spec, there->etag, command.dry_run);
  if (there.error().code != exit_code::not_found) return there.error();
  return create(now, *spec, command.dry_run);
}

void add_spec_flags(CLI::App& command, spec_flags& flags) {
  command.add_option("--image", flags.image, "model image, NAME:TAG");
  command.add_option("--url", flags.urls, "instead of an image: a replica that runs elsewhere (may be repeated)")
      ->allow_extra_args(false);
  command.add_option("--url-file", flags.url_file, "instead of --url: a file in the server's runtime.external.folder");
  command.add_option("--health-path", flags.health_path, "with --url: a replica is ready when it answers 200 here");
  command.add_option("--instance-type", flags.instance_type, "size of each replica");
  command.add_option("--replicas", flags.replicas, "how many replicas");
  CLI::Option* open = command.add_flag_callback(
      "--public", [&flags] { flags.private_access = false; }, "everybody may call it");
  command
      .add_flag_callback(
          "--private", [&flags] { flags.private_access = true; }, "only clients with a token may call it")
      ->excludes(open);
  command.add_option("--env", flags.env, "NAME=VALUE for the model (may be repeated); those given replace all")
      ->allow_extra_args(false);
  command.add_option("--metadata", flags.metadata, "NAME=VALUE to find it by (may be repeated)")
      ->allow_extra_args(false);
  command.add_option("--description", flags.description, "what it is for");
  command.add_option("--model-uri", flags.model_uri, "where the model's files are");
  command.add_option("--pull-secret", flags.pull_secret, "secret to pull the image with");
  command
      .add_option("--progress-deadline", flags.progress_deadline,
                  "in which a replica must become ready, such as 90s or 10m; then the revision has failed")
      ->check(a_duration());
  CLI::Option* stays = command.add_flag_callback(
      "--no-auto-rollback", [&flags] { flags.auto_rollback = false; }, "a revision that fails stays");
  command
      .add_flag_callback(
          "--auto-rollback", [&flags] { flags.auto_rollback = true; },
          "a revision that fails is replaced by the last good one")
      ->excludes(stays);
}

void add_common_flags(CLI::App& command, spec_command& given) {
  command.add_option("-m,--message", given.flags.message, "message for the history");
  command.add_flag("--dry-run", given.dry_run, "check it and show the quota, change nothing");
}

void choose(CLI::App* command, chosen_command& chosen, const std::shared_ptr<spec_command>& given,
            outcome<void> (*run)(const session&, const spec_command&)) {
  command->callback([&chosen, given, run] { chosen = [given, run](const session& now) { return run(now, *given); }; });
}

}  // namespace

void add_spec_commands(CLI::App& deployments, chosen_command& chosen) {
  auto created = std::make_shared<spec_command>();
  CLI::App* create = deployments.add_subcommand(
      "create", with_examples("deploy a model",
                              "  modelgate deployments create iris --name Iris --group research "
                              "--image demo/iris:1.0 --instance-type cpu-1\n"
                              "  modelgate deployments create iris --name Iris --group research "
                              "--url http://models.lan:9000 --health-path /health\n"
                              "  modelgate deployments create --dry-run -f iris.json"));
  create->add_option("id", created->flags.id, "id of the deployment; made from its name when missing");
  create->add_option("--name", created->flags.name, "name for people");
  create->add_option("--group", created->flags.group, "group that owns it");
  add_spec_flags(*create, created->flags);
  create->add_option("-f,--file", created->file, "JSON or TOML to start from, - for standard input; flags win over it");
  add_common_flags(*create, *created);
  choose(create, chosen, created, create_deployment);

  auto updated = std::make_shared<spec_command>();
  CLI::App* update = deployments.add_subcommand(
      "update", with_examples("change a deployment; what is not said stays as it is",
                              "  modelgate deployments update iris --image demo/iris:2.0 -m 'trained anew'\n"
                              "  modelgate deployments update iris --replicas 3 --revision 7\n"
                              "  modelgate deployments update iris --image demo/iris:2.0 --start"));
  update->add_option("id", updated->flags.id, "the deployment")->required();
  add_spec_flags(*update, updated->flags);
  CLI::Option* stop = update->add_flag_callback(
      "--stop", [updated] { updated->flags.stop = true; }, "with the change, stop it");
  update
      ->add_flag_callback(
          "--start", [updated] { updated->flags.stop = false; }, "with the change, start it")
      ->excludes(stop);
  update->add_option("-f,--file", updated->file,
                     "JSON or TOML with the members to change, - for standard input; flags win over it");
  update->add_option("--revision", updated->revision, "only if it is still at this revision; without it, at any")
      ->check(a_revision());
  add_common_flags(*update, *updated);
  choose(update, chosen, updated, update_deployment);
}

void add_apply_command(CLI::App& app, chosen_command& chosen) {
  auto applied = std::make_shared<spec_command>();
  CLI::App* apply = app.add_subcommand(
      "apply", with_examples("make the deployment that a file describes, or change it to that",
                             "  modelgate apply -f iris.toml\n  modelgate apply --dry-run -f iris.json"));
  apply->add_option("-f,--file", applied->file, "JSON or TOML with its id, - for standard input")->required();
  add_common_flags(*apply, *applied);
  choose(apply, chosen, applied, apply_file);
}

}  // namespace modelgate::control::cli
