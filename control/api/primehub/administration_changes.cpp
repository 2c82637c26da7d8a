#include "control/api/primehub/administration_document.hpp"
#include "control/api/primehub/administration_mistakes.hpp"
#include "control/api/primehub/administration_nodes.hpp"
#include "control/api/primehub/deployment_list.hpp"
#include "control/api/primehub/mutation_root.hpp"
#include "control/api/primehub/words.hpp"
#include "control/service/account_service.hpp"
#include "control/service/instance_type_service.hpp"

#include <boost/json/array.hpp>

#include <unordered_map>

namespace modelgate::control::primehub {
namespace {

namespace json = boost::json;
using graphql::resolution;
using graphql::resolved;

const json::object& data_of(const json::object& arguments) {
  return arguments.at("data").get_object();
}

json::array array_of(const std::vector<std::string>& names) {
  json::array all;
  for (const std::string& name : names) all.push_back(json::value(name));
  return all;
}

service::account_service accounts_of(const caller& by) {
  return {by.context(), by.all().logins};
}

resolution create_group(const caller& by, const json::object& arguments) {
  if (auto wrong = mistake_in_group(data_of(arguments), nullptr)) return *wrong;
  const auto made = service::group_service{by.context()}.create(by.who(), group_document(data_of(arguments)));
  if (!made) return fault_of(made.error(), resource_kind::group);
  return resolved{group_node(by, *made)};
}

resolution update_group(const caller& by, const json::object& arguments) {
  const std::string name = where_id(arguments);
  const service::group_service groups{by.context()};
  const auto now = groups.get(by.who(), name);
  if (!now) return fault_of(now.error());
  if (auto wrong = mistake_in_group(data_of(arguments), &now->group)) return *wrong;
  const auto changed = groups.patch(by.who(), name, group_patch(data_of(arguments), now->group));
  if (!changed) return fault_of(changed.error(), resource_kind::group);
  return resolved{group_node(by, *changed)};
}

resolution delete_group(const caller& by, const json::object& arguments) {
  const std::string name = where_id(arguments);
  const auto with_it = deployments_where(by, {{"where", json::object{{"groupId_in", json::array{json::value(name)}}}}});
  if (!with_it) return with_it.error();
  std::vector<std::string> ids;
  for (const service::deployment_view& each : *with_it) ids.push_back(each.deployment.id);
  const auto done =
      service::group_service{by.context()}.remove(by.who(), name, std::move(ids), by.event_of("deleteGroup"));
  if (!done) return fault_of(done.error());
  return resolved{make_record({{"id", text(name)}, {"name", text(name)}})};
}

resolution create_instance_type(const caller& by, const json::object& arguments) {
  if (auto wrong = mistake_in_instance_type(data_of(arguments), nullptr)) return *wrong;
  const auto made =
      service::instance_type_service{by.context()}.create(by.who(), instance_type_document(data_of(arguments)));
  if (!made) return fault_of(made.error(), resource_kind::instance_type);
  return resolved{instance_type_node(by, *made)};
}

resolution update_instance_type(const caller& by, const json::object& arguments) {
  const std::string name = where_id(arguments);
  const service::instance_type_service types{by.context()};
  const auto now = types.get(by.who(), name);
  if (!now) return fault_of(now.error(), resource_kind::instance_type, name);
  if (auto wrong = mistake_in_instance_type(data_of(arguments), &*now)) return *wrong;
  const auto changed = types.patch(by.who(), name, instance_type_patch(data_of(arguments), *now));
  if (!changed) return fault_of(changed.error(), resource_kind::instance_type, name);
  return resolved{instance_type_node(by, *changed)};
}

resolution delete_instance_type(const caller& by, const json::object& arguments) {
  const std::string name = where_id(arguments);
  const auto done = service::instance_type_service{by.context()}.remove(by.who(), name);
  if (!done) return fault_of(done.error(), resource_kind::instance_type, name);
  return resolved{make_record({{"id", text(name)}, {"name", text(name)}, {"tolerations", std::vector<resolved>{}}})};
}

/// Who is in a group stands there, not with the user.
service::answer<void> join(const caller& by, const std::string& user, const links& asked) {
  const service::group_service groups{by.context()};
  const auto change = [&](const std::string& name, const links& people) -> service::answer<void> {
    if (name == everyone) return {};
    const auto now = groups.get(by.who(), name);
    if (!now) return now.error();
    json::object patch{{"members", array_of(linked(now->group.members, people))}};
    if (const auto changed = groups.patch(by.who(), name, patch); !changed) return changed.error();
    return {};
  };
  for (const std::string& name : asked.connect) {
    if (auto done = change(name, {{user}, {}}); !done) return done.error();
  }
  for (const std::string& name : asked.disconnect) {
    if (auto done = change(name, {{}, {user}}); !done) return done.error();
  }
  return {};
}

resolution create_user(const caller& by, const json::object& arguments) {
  const auto made = accounts_of(by).create_user(by.who(), user_document(data_of(arguments)));
  if (!made) {
    graphql::fault told = fault_of(made.error(), resource_kind::user);
    if (made.error().kind == service::failure::conflict) told.code = "USER_CONFLICT_USERNAME";
    return told;
  }
  if (auto done = join(by, made->name, links_of(data_of(arguments), "groups")); !done) return fault_of(done.error());
  return resolved{user_node(by, made->name)};
}

resolution update_user(const caller& by, const json::object& arguments) {
  const std::string name = where_id(arguments);
  const auto changed = accounts_of(by).patch_user(by.who(), name, user_patch(data_of(arguments)), by.request().peer);
  if (!changed) return fault_of(changed.error(), resource_kind::user);
  if (auto done = join(by, name, links_of(data_of(arguments), "groups")); !done) return fault_of(done.error());
  return resolved{user_node(by, name)};
}

resolution delete_user(const caller& by, const json::object& arguments) {
  const std::string name = where_id(arguments);
  const auto done = accounts_of(by).remove_user(by.who(), name);
  if (!done) return fault_of(done.error());
  return resolved{make_record({{"id", text(name)}, {"username", text(name)}})};
}

resolution reset_password(const caller& by, const json::object& arguments) {
  const std::string name = given_text(arguments, "id");
  json::object patch{{"password", given_text(arguments, "password")}};
  const auto done = accounts_of(by).patch_user(by.who(), name, patch, by.request().peer);
  if (!done) return fault_of(done.error());
  return resolved{make_record({{"id", text(name)}})};
}

/// One after the other: the last way in for an administrator stays.
resolution revoke_tokens(const caller& by, const json::object&) {
  const auto accounts = accounts_of(by);
  const auto tokens = accounts.list_tokens(by.who(), by.who().user);
  if (!tokens) return fault_of(tokens.error());
  for (const domain::access_token& each : *tokens) {
    if (const auto done = accounts.remove_token(by.who(), each.id); !done) return fault_of(done.error());
  }
  return resolved{make_record({{"id", text(by.who().user)}})};
}

}  // namespace

changer find_administration_change(std::string_view field) {
  static const std::unordered_map<std::string_view, changer> changes{{"createGroup", create_group},
                                                                     {"updateGroup", update_group},
                                                                     {"deleteGroup", delete_group},
                                                                     {"createInstanceType", create_instance_type},
                                                                     {"updateInstanceType", update_instance_type},
                                                                     {"deleteInstanceType", delete_instance_type},
                                                                     {"createUser", create_user},
                                                                     {"updateUser", update_user},
                                                                     {"deleteUser", delete_user},
                                                                     {"resetPassword", reset_password},
                                                                     {"revokeApiToken", revoke_tokens}};
  const auto found = changes.find(field);
  return found == changes.end() ? nullptr : found->second;
}

}  // namespace modelgate::control::primehub
