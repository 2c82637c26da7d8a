#include "control/cli/answer_json.hpp"
#include "control/cli/confirmation.hpp"
#include "control/cli/deployment_views.hpp"
#include "control/cli/followed_log.hpp"
#include "control/cli/given_value.hpp"
#include "control/cli/help_formatter.hpp"
#include "control/cli/lifecycle_commands.hpp"
#include "control/cli/session.hpp"
#include "control/cli/shown_calls.hpp"
#include "control/cli/spec_commands.hpp"
#include "control/cli/usage_error.hpp"
#include "control/cli/wait_command.hpp"

#include "modelgate/base/clock.hpp"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <memory>
#include <ostream>

namespace modelgate::control::cli {
namespace json = boost::json;
namespace {

/// A followed log may say nothing for a long while.
constexpr std::chrono::hours longest_silence{24};

std::string path_of(const std::string& id) {
  return "/deployments/" + encode(id);
}

// --- list

struct list_flags {
  std::vector<std::string> groups;
  std::string search;
  std::string status;
  bool mine = false;
};

outcome<void> list_deployments(const session& now, const list_flags& flags) {
  std::string path = "/deployments";
  for (const std::string& group : flags.groups) add_parameter(path, "group", group);
  if (!flags.search.empty()) add_parameter(path, "search", flags.search);
  if (!flags.status.empty()) add_parameter(path, "status", flags.status);
  if (flags.mine) add_parameter(path, "mine", "true");
  return list_and_show(now, path, [&](const json::array& items) {
    if (items.empty())
      now.around.err << "no deployments\n";
    else
      print_deployments(now.around.out, items, system_clock::now(), now.with_colours);
  });
}

// --- get

outcome<void> get_deployment(const session& now, const std::string& id) {
  return call_and_show(now, {.method = "GET", .path = path_of(id), .json = {}, .if_match = {}},
                       [&](const json::object& deployment) {
                         print_deployment(now.around.out, deployment, system_clock::now(), now.with_colours);
                       });
}

// --- delete

struct delete_command {
  std::string id;
  bool yes = false;
};

/// Asks on the terminal. Answers the revision that was shown, as that and no later one was agreed to.
outcome<std::string> confirm_deletion_of(const session& now, const std::string& id) {
  if (!now.around.in_is_terminal) return nobody_to_ask();
  const auto given = now.api.perform({.method = "GET", .path = path_of(id), .json = {}, .if_match = {}});
  if (!given) return given.error();
  const auto deployment = parse_object(given->body);
  if (!deployment) return deployment.error();
  print_deployment(now.around.err, *deployment, system_clock::now(), now.with_colours);
  if (const auto agreed = confirm_deletion(now, "\nDelete it, with its history and clients?"); !agreed)
    return agreed.error();
  return given->etag.empty() ? std::string{"*"} : given->etag;
}

outcome<void> delete_deployment(const session& now, const delete_command& command) {
  std::string revision = "*";
  if (!command.yes) {
    const auto agreed = confirm_deletion_of(now, command.id);
    if (!agreed) return agreed.error();
    revision = *agreed;
  }
  const auto given =
      now.api.perform({.method = "DELETE", .path = path_of(command.id), .json = {}, .if_match = revision});
  if (!given) return given.error();
  now.around.err << printable(command.id)
                 << (given->status == 202 ? " is being deleted; its replicas finish what they do\n" : " is deleted\n");
  return outcome<void>{};
}

// --- logs

struct logs_command {
  std::string id;
  std::string replica;
  std::string tail;
  std::string since;
  bool follow = false;
  bool timestamps = false;
  bool previous = false;
};

/// As the server takes it: a number of seconds, by its own clock, or a time.
std::string ago_or_time(const std::string& text) {
  const auto ago = seconds_from(text);
  return ago ? std::to_string(ago->count()) : text;
}

outcome<void> print_logs(const session& now, const logs_command& command) {
  std::string path = path_of(command.id) + "/logs";
  if (!command.replica.empty()) add_parameter(path, "replica", command.replica);
  if (!command.tail.empty()) add_parameter(path, "tail", command.tail);
  if (!command.since.empty()) add_parameter(path, "since", ago_or_time(command.since));
  if (command.follow) add_parameter(path, "follow", "true");
  if (command.timestamps || command.follow) add_parameter(path, "timestamps", "true");
  if (command.previous) add_parameter(path, "previous", "true");
  followed_log followed{{command.replica.empty(), command.timestamps}};
  const auto given =
      now.api.stream({.method = "GET", .path = path, .json = {}, .if_match = {}},
                     command.follow ? std::chrono::milliseconds{longest_silence} : std::chrono::seconds{60},
                     [&](std::string_view piece) {
                       if (command.follow) {
                         now.around.out << followed.take(piece) << std::flush;
                       } else {
                         now.around.out << piece << std::flush;
                       }
                       return now.around.out.good();
                     });
  now.around.out << followed.finish() << std::flush;
  if (!given) return given.error();
  return outcome<void>{};
}

template <class Flags, class Run>
void choose(CLI::App* command, chosen_command& chosen, std::shared_ptr<Flags> flags, Run run) {
  command->callback([&chosen, flags, run] { chosen = [flags, run](const session& now) { return run(now, *flags); }; });
}

}  // namespace

void add_deployment_commands(CLI::App& app, chosen_command& chosen) {
  CLI::App* group =
      app.add_subcommand("deployments", with_examples("deploy models and look after them",
                                                      "  modelgate deployments list --group research\n"
                                                      "  modelgate deployments create iris --name Iris --group "
                                                      "research --image demo/iris:1.0 --instance-type cpu-1\n"
                                                      "  modelgate deployments wait iris --timeout 5m"));
  group->require_subcommand(1);

  auto listed = std::make_shared<list_flags>();
  CLI::App* list = group->add_subcommand("list", with_examples("list deployments, the last changed first",
                                                               "  modelgate deployments list\n"
                                                               "  modelgate deployments list --status Failed -o json"));
  list->add_option("--group", listed->groups, "only of this group (may be repeated)")->allow_extra_args(false);
  list->add_option("--search", listed->search, "only those with this text in id, name or image");
  list->add_option("--status", listed->status, "only those in this phase")
      ->check(one_of({"Deploying", "Deployed", "Stopping", "Stopped", "Failed"}));
  list->add_flag("--mine", listed->mine, "only those that I created");
  choose(list, chosen, listed, list_deployments);

  auto got = std::make_shared<std::string>();
  CLI::App* get = group->add_subcommand(
      "get", with_examples("show one deployment with its replicas", "  modelgate deployments get iris"));
  get->add_option("id", *got, "the deployment")->required();
  choose(get, chosen, got, get_deployment);

  add_spec_commands(*group, chosen);

  auto deleted = std::make_shared<delete_command>();
  CLI::App* erase = group->add_subcommand("delete", with_examples("delete a deployment with its history and clients",
                                                                  "  modelgate deployments delete iris --yes"));
  erase->add_option("id", deleted->id, "the deployment")->required();
  erase->add_flag("-y,--yes", deleted->yes, "do not ask; needed where nobody can be asked");
  choose(erase, chosen, deleted, delete_deployment);

  auto waited = std::make_shared<wait_command>();
  CLI::App* wait = group->add_subcommand(
      "wait", with_examples("wait until a deployment is up; ends with 1 when it failed, 6 when time is over",
                            "  modelgate deployments wait iris --timeout 5m\n"
                            "  modelgate deployments wait iris --revision 7\n"
                            "  modelgate deployments wait iris --for stopped"));
  wait->add_option("id", waited->id, "the deployment")->required();
  wait->add_option("--for", waited->target, "deployed, stopped or deleted")
      ->check(one_of({"deployed", "stopped", "deleted"}))
      ->capture_default_str();
  wait->add_option(
          "--revision", waited->revision,
          "the revision that is to be deployed: another one that takes its place, by a rollback too, is a failure")
      ->check(a_revision());
  wait->add_option("--timeout", waited->timeout, "longest wait, such as 90s or 10m")
      ->check(a_duration())
      ->capture_default_str();
  choose(wait, chosen, waited, wait_for_deployment);

  auto logged = std::make_shared<logs_command>();
  CLI::App* logs = group->add_subcommand("logs", with_examples("print what the replicas write",
                                                               "  modelgate deployments logs iris --tail 100\n"
                                                               "  modelgate deployments logs iris -f --timestamps"));
  logs->add_option("id", logged->id, "the deployment")->required();
  logs->add_option("--replica", logged->replica, "only of this replica");
  logs->add_option("--tail", logged->tail, "how many lines from the end, or all")->check(a_line_count());
  logs->add_option("--since", logged->since, "only lines since then: RFC 3339, or how long ago, such as 5m")
      ->check(a_time());
  logs->add_flag("-f,--follow", logged->follow, "go on printing what comes");
  logs->add_flag("--timestamps", logged->timestamps, "put the time before each line");
  logs->add_flag("--previous", logged->previous, "of the instance before the last restart");
  choose(logs, chosen, logged, print_logs);

  add_lifecycle_commands(*group, chosen);
}

}  // namespace modelgate::control::cli
