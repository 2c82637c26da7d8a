#include "control/cli/lifecycle_commands.hpp"

#include "control/cli/answer_json.hpp"
#include "control/cli/deployment_views.hpp"
#include "control/cli/given_value.hpp"
#include "control/cli/help_formatter.hpp"
#include "control/cli/shown_calls.hpp"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

namespace modelgate::control::cli {
namespace json = boost::json;
namespace {

std::string path_of(const std::string& id) {
  return "/deployments/" + encode(id);
}

// --- start, stop, restart, rollback

struct action_command {
  std::string verb;  ///< last part of the path
  std::string id;
  std::uint64_t revision = 0;  ///< of a rollback
  std::string message;
};

outcome<void> act(const session& now, const action_command& command) {
  json::object asked;
  if (command.revision > 0) asked["revision"] = command.revision;
  if (!command.message.empty()) asked["updateMessage"] = command.message;
  return call_and_show(now,
                       {.method = "POST",
                        .path = path_of(command.id) + "/" + command.verb,
                        .json = json::serialize(asked),
                        .if_match = {}},
                       [&](const json::object& deployment) {
                         now.around.err << printable(command.id) << " is at revision "
                                        << printable(member_text(deployment, "revision"))
                                        << "; modelgate deployments wait " << printable(command.id)
                                        << (command.verb == "stop" ? " --for stopped" : "")
                                        << " tells when it is there\n";
                       });
}

// --- history, diff

/// "cpu-1 (0.5 CPU, 1 GiB)", as it was then; its name alone where the rest was not written down.
std::string instance_type_then(const json::object& revision) {
  std::string text = member_text(object_member(revision, "spec"), "instanceType");
  const json::object& type = object_member(revision, "instanceType");
  if (type.empty()) return text;
  text += " (" + member_text(type, "cpu") + " CPU, " + member_text(type, "memoryGiB") + " GiB";
  if (const std::string gpu = member_text(type, "gpu"); gpu != "0") text += ", " + gpu + " GPU";
  return text + ")";
}

/// The first few, and how many more: a deployment may have a thousand clients.
std::string first_names(const json::array& names) {
  constexpr std::size_t shown = 4;
  if (names.empty()) return "-";
  if (names.size() <= shown) return list_text(names);
  return list_text(json::array(names.begin(), names.begin() + shown)) + " and " + std::to_string(names.size() - shown)
         + " more";
}

outcome<void> print_history(const session& now, const std::string& id) {
  return list_and_show(now, path_of(id) + "/history", [&](const json::array& items) {
    table rows{
        {"REVISION", "AGE", "BY", "GROUP", "IMAGE", "INSTANCE TYPE", "REPLICAS", "CLIENTS", "STOPPED", "MESSAGE"}};
    for (const json::value& item : items) {
      if (!item.is_object()) continue;
      const json::object& revision = item.get_object();
      const json::object& spec = object_member(revision, "spec");
      std::string message = member_text(revision, "updateMessage");
      message.resize(std::min(message.size(), message.find('\n')));
      rows.add({{member_text(revision, "revision")},
                {age_of(member_text(revision, "createdAt"), system_clock::now())},
                {member_text(revision, "createdBy")},
                {member_text(revision, "group")},
                {member_text(spec, "modelImage")},
                {instance_type_then(revision)},
                {member_text(spec, "replicas")},
                {first_names(array_member(revision, "clients"))},
                {member_text(spec, "stop") == "true" ? "yes" : "no"},
                {std::move(message)}});
    }
    rows.print(now.around.out, now.with_colours);
  });
}

struct diff_command {
  std::string id;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};

outcome<void> print_difference(const session& now, const diff_command& command) {
  std::string path = path_of(command.id) + "/history/" + std::to_string(command.from) + "/diff";
  add_parameter(path, "to", std::to_string(command.to));
  return call_and_show(
      now, {.method = "GET", .path = path, .json = {}, .if_match = {}}, [&](const json::object& compared) {
        table rows{{"FIELD", "REVISION " + std::to_string(command.from), "REVISION " + std::to_string(command.to)}};
        for (const json::value& change : array_member(compared, "changes")) {
          if (!change.is_object()) continue;
          const json::object& each = change.get_object();
          rows.add({{member_text(each, "pointer")}, {member_text(each, "from")}, {member_text(each, "to")}});
        }
        if (rows.empty())
          now.around.err << "the two revisions ask for the same\n";
        else
          rows.print(now.around.out, now.with_colours);
      });
}

CLI::App* add_action(CLI::App& deployments, chosen_command& chosen, const std::shared_ptr<action_command>& command,
                     const std::string& verb, const char* what, const char* examples) {
  command->verb = verb;
  CLI::App* action = deployments.add_subcommand(verb, with_examples(what, examples));
  action->add_option("id", command->id, "the deployment")->required();
  action->add_option("-m,--message", command->message, "message for the history");
  action->callback([&chosen, command] { chosen = [command](const session& now) { return act(now, *command); }; });
  return action;
}

}  // namespace

void add_lifecycle_commands(CLI::App& deployments, chosen_command& chosen) {
  add_action(deployments, chosen, std::make_shared<action_command>(), "start", "bring a stopped deployment back",
             "  modelgate deployments start iris");
  add_action(deployments, chosen, std::make_shared<action_command>(), "stop",
             "let its replicas finish what they do, and end them", "  modelgate deployments stop iris -m 'not needed'");
  add_action(deployments, chosen, std::make_shared<action_command>(), "restart",
             "replace its replicas one by one, without losing a request", "  modelgate deployments restart iris");
  auto back = std::make_shared<action_command>();
  CLI::App* rollback =
      add_action(deployments, chosen, back, "rollback", "bring an earlier revision back, as a new one",
                 "  modelgate deployments history iris\n  modelgate deployments rollback iris --revision 2");
  rollback->add_option("--revision", back->revision, "the revision to bring back")->required()->check(a_revision());

  auto shown = std::make_shared<std::string>();
  CLI::App* history = deployments.add_subcommand(
      "history", with_examples("who changed what, and when; the newest first", "  modelgate deployments history iris"));
  history->add_option("id", *shown, "the deployment")->required();
  history->callback([&chosen, shown] { chosen = [shown](const session& now) { return print_history(now, *shown); }; });

  auto compared = std::make_shared<diff_command>();
  CLI::App* diff = deployments.add_subcommand(
      "diff", with_examples("what differs between two revisions", "  modelgate deployments diff iris 2 3"));
  diff->add_option("id", compared->id, "the deployment")->required();
  diff->add_option("from", compared->from, "a revision")->required()->check(a_revision());
  diff->add_option("to", compared->to, "the one to compare it with")->required()->check(a_revision());
  diff->callback(
      [&chosen, compared] { chosen = [compared](const session& now) { return print_difference(now, *compared); }; });
}

}  // namespace modelgate::control::cli
