#include "control/cli/answer_json.hpp"
#include "control/cli/help_formatter.hpp"
#include "control/cli/resource_commands.hpp"
#include "control/cli/table.hpp"

#include <CLI/App.hpp>
#include <CLI/Option.hpp>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <ostream>
#include <string>

namespace modelgate::control::cli {
namespace json = boost::json;
namespace {

void print_groups(const session& now, const json::array& items) {
  table rows{{"NAME", "DISPLAY NAME", "DEPLOYMENTS", "CPU", "MEMORY GIB", "GPU", "ENABLED"}};
  for (const json::value& item : items) {
    if (!item.is_object()) continue;
    const json::object& group = item.get_object();
    const json::object& usage = object_member(group, "usage");
    const json::object& quota = object_member(group, "quota");
    const bool enabled = member_text(group, "enabledDeployment") == "true";
    rows.add({{member_text(group, "name")},
              {member_text(group, "displayName")},
              {used_of(usage, group, "deployments", "maxDeploy")},
              {used_of(usage, quota, "cpu", "cpu")},
              {used_of(usage, quota, "memoryGiB", "memoryGiB")},
              {used_of(usage, quota, "gpu", "gpu")},
              {enabled ? "yes" : "no", enabled ? tone::plain : tone::bad}});
  }
  rows.print(now.around.out, now.with_colours);
}

void add_group_flags(const body_flags& flags) {
  flags.text("--display-name", "displayName", "name for people");
  flags.number_or_none("--max-deploy", "maxDeploy", "how many deployments may run at once");
  flags.number_or_none("--cpu", "quota.cpu", "cores of all its replicas together");
  flags.number_or_none("--memory", "quota.memoryGiB", "GiB of all its replicas together");
  flags.number_or_none("--gpu", "quota.gpu", "GPUs of all its replicas together");
  flags.texts("--admin", "admins", "who administers it (may be repeated); those given replace all");
  flags.texts("--member", "members", "who is in it (may be repeated); those given replace all");
  flags.number_or_none("--requests-per-second", "limits.requestsPerSecond", "of all its deployments together");
  flags.number_or_none("--burst", "limits.burst", "how many requests may come at once");
  flags.number_or_none("--concurrent", "limits.concurrent", "how many requests may be under way");
  CLI::Option* off = flags.constant("--disable", "enabledDeployment", false, "its deployments are not served");
  flags.constant("--enable", "enabledDeployment", true, "its deployments are served")->excludes(off);
}

void print_instance_types(const session& now, const json::array& items) {
  table rows{{"NAME", "DISPLAY NAME", "CPU", "MEMORY GIB", "GPU", "GROUPS", "DESCRIPTION"}};
  for (const json::value& item : items) {
    if (!item.is_object()) continue;
    const json::object& type = item.get_object();
    const std::string groups = list_text(array_member(type, "groups"));
    rows.add({{member_text(type, "name")},
              {member_text(type, "displayName")},
              {member_text(type, "cpu")},
              {member_text(type, "memoryGiB")},
              {member_text(type, "gpu")},
              {member_text(type, "groups") == "-" ? "all" : groups},
              {member_text(type, "description")}});
  }
  rows.print(now.around.out, now.with_colours);
}

void add_instance_type_flags(const body_flags& flags, bool creating) {
  CLI::Option* cpu = flags.number_or_none("--cpu", "cpu", "cores for each replica");
  CLI::Option* memory = flags.number_or_none("--memory", "memoryGiB", "GiB for each replica");
  if (creating) {
    cpu->required();
    memory->required();
  }
  flags.number_or_none("--gpu", "gpu", "GPUs for each replica");
  flags.text("--display-name", "displayName", "name for people");
  flags.text("--description", "description", "what it is for");
  flags.texts("--group", "groups",
              "who may use it (may be repeated); those given replace all, none opens it to every group");
}

}  // namespace

void add_group_commands(CLI::App& app, chosen_command& chosen) {
  CLI::App* groups =
      app.add_subcommand("groups", with_examples("who may deploy how much",
                                                 "  modelgate groups list\n"
                                                 "  modelgate groups create research --enable --cpu 16 --memory 64"));
  groups->require_subcommand(1);
  const resource_commands commands{*groups, chosen, "/groups", "group"};
  commands.add_list("groups with what they use of their quota", print_groups);
  commands.add_get("show one group with its people, quota and use");
  add_group_flags(commands.add_create(
      "make a group; it may deploy when it is enabled",
      "  modelgate groups create research --enable --cpu 16 --memory 64 --admin ann --member bob --member eve"));
  add_group_flags(commands.add_update("change a group",
                                      "  modelgate groups update research --max-deploy 10 --gpu none\n"
                                      "  modelgate groups update research --disable"));
  commands.add_delete("delete a group; one that has deployments only with their ids repeated in --confirm", true);
}

void add_instance_type_commands(CLI::App& app, chosen_command& chosen) {
  CLI::App* types =
      app.add_subcommand("instance-types", with_examples("the sizes that a replica can have",
                                                         "  modelgate instance-types list\n"
                                                         "  modelgate instance-types create small --cpu 1 --memory 2"));
  types->require_subcommand(1);
  const resource_commands commands{*types, chosen, "/instance-types", "instance type"};
  commands.add_list("the sizes that a replica can have", print_instance_types);
  commands.add_get("show one instance type");
  add_instance_type_flags(
      commands.add_create("make an instance type",
                          "  modelgate instance-types create small --cpu 0.5 --memory 1 --group research"),
      true);
  add_instance_type_flags(
      commands.add_update("change an instance type", "  modelgate instance-types update small --description 'to try'"),
      false);
  commands.add_delete("delete an instance type that no deployment uses");
}

}  // namespace modelgate::control::cli
