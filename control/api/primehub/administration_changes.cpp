#include "control/api/primehub/administration_document.hpp"
#include "control/api/primehub/administration_mistakes.hpp"
#include "control/api/primehub/administration_nodes.hpp"
#include "control/api/primehub/deployment_list.hpp"
#include "control/api/primehub/mutation_root.hpp"
#include "control/api/primehub/words.hpp"
#include "control/service/account_service.hpp"
#include "control/service/instance_type_service.hpp"

#include <boost/json/array.hpp>

#include <optional>
#include <unordered_map>

namespace modelgate::control::primehub {
namespace {

namespace json = boost::json;
using graphql::resolution;
using graphql::resolved;

const json::object& data_of(const json::object& arguments) {
  return arguments.at("data").get_object();
}

/// Of what holds when it is written; `told` is what is wrong with it.
template <class Resource, class Mistake, class Patch>
auto patch_maker_of(const json::object& data, std::optional<graphql::fault>& told, Mistake mistake_in, Patch patch_of) {
  return [&data, &told, mistake_in, patch_of](const Resource& now) -> service::answer<json::value> {
    told = mistake_in(data, &now);
    if (told) return service::service_error{service::failure::invalid, told->message};
    return json::value(patch_of(data, now));
  };
}

service::account_service accounts_of(const caller& by) {
  return {by.context(), by.all().logins};
}

resolution create_group(const caller& by, const json::object& arguments) {
  if (auto wrong = mistake_in_group(data_of(arguments), nullptr)) return *wrong;
  const auto made = service::group_service{by.context()}.create(by.who(), group_document(data_of(arguments)));
  if (!made) {
    graphql::fault told = fault_of(made.error(), resource_kind::group);
    if (made.error().kind == service::failure::conflict) told.code = "GROUP_CONFLICT_NAME";
    return told;
  }
  return resolved{group_node(by, *made)};
}

resolution update_group(const caller& by, const json::object& arguments) {
  const std::string name = where_id(arguments);
  std::optional<graphql::fault> wrong;
  const auto patch_of = patch_maker_of<domain::group>(data_of(arguments), wrong, mistake_in_group, group_patch);
  const auto changed = service::group_service{by.context()}.amend(by.who(), name, patch_of);
  if (wrong) return *wrong;
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
  std::optional<graphql::fault> wrong;
  const auto patch_of =
      patch_maker_of<domain::instance_type>(data_of(arguments), wrong, mistake_in_instance_type, instance_type_patch);
  const auto changed = service::instance_type_service{by.context()}.amend(by.who(), name, patch_of);
  if (wrong) return *wrong;
  if (!changed) return fault_of(changed.error(), resource_kind::instance_type, name);
  return resolved{instance_type_node(by, *changed)};
}

resolution delete_instance_type(const caller& by, const json::object& arguments) {
  const std::string name = where_id(arguments);
  const auto done = service::instance_type_service{by.context()}.remove(by.who(), name);
  if (!done) return fault_of(done.error(), resource_kind::instance_type, name);
  return resolved{make_record({{"id", text(name)}, {"name", text(name)}, {"tolerations", std::vector<resolved>{}}})};
}

/// Everybody is in the group of everybody.
service::membership_change memberships_of(const json::object& data) {
  links asked = links_of(data, "groups");
  std::erase(asked.connect, everyone);
  std::erase(asked.disconnect, everyone);
  return {std::move(asked.connect), std::move(asked.disconnect)};
}

resolution create_user(const caller& by, const json::object& arguments) {
  const json::object& data = data_of(arguments);
  const auto made = accounts_of(by).create_user(by.who(), user_document(data), memberships_of(data));
  if (!made) {
    graphql::fault told = fault_of(made.error(), resource_kind::user);
    if (made.error().kind == service::failure::conflict) told.code = "USER_CONFLICT_USERNAME";
    return told;
  }
  return resolved{user_node(by, made->name)};
}

resolution update_user(const caller& by, const json::object& arguments) {
  const std::string name = where_id(arguments);
  const json::object& data = data_of(arguments);
  const auto patch_of = [&data](const domain::user& now) { return json::value(user_patch(data, now)); };
  const auto changed = accounts_of(by).amend_user(by.who(), name, patch_of, by.request().peer, memberships_of(data));
  if (!changed) return fault_of(changed.error(), resource_kind::user);
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
