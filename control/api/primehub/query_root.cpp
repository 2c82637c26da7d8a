#include "control/api/primehub/query_root.hpp"

#include "control/api/primehub/administration_list.hpp"
#include "control/api/primehub/administration_nodes.hpp"
#include "control/api/primehub/deployment_list.hpp"
#include "control/api/primehub/deployment_node.hpp"
#include "control/api/primehub/words.hpp"
#include "control/service/account_service.hpp"
#include "control/service/instance_type_service.hpp"

#include <unordered_map>

namespace modelgate::control::primehub {
namespace {

namespace json = boost::json;
using graphql::resolution;
using graphql::resolved;

constexpr std::int64_t unlimited = -1;

}  // namespace

resolution query_root::get(std::string_view field, const json::object& arguments) const {
  using answerer = resolution (*)(const query_root&, const json::object&);
  static const std::unordered_map<std::string_view, answerer> fields{
      {"me",
       [](const query_root& of, const json::object&) -> resolution {
         return resolved{user_node(of.by_, of.by_.who().user)};
       }},
      {"user", [](const query_root& of, const json::object& asked) { return of.user(asked); }},
      {"users",
       [](const query_root& of, const json::object& asked) { return user_list(of.by_, asked, list_form::whole); }},
      {"usersConnection",
       [](const query_root& of, const json::object& asked) { return user_list(of.by_, asked, list_form::by_page); }},
      {"group", [](const query_root& of, const json::object& asked) { return of.group(asked); }},
      {"groups",
       [](const query_root& of, const json::object& asked) { return group_list(of.by_, asked, list_form::whole); }},
      {"groupsConnection",
       [](const query_root& of, const json::object& asked) { return group_list(of.by_, asked, list_form::by_page); }},
      {"groupResourcesToBeDeleted",
       [](const query_root& of, const json::object& asked) { return of.goes_with_group(asked); }},
      {"instanceType", [](const query_root& of, const json::object& asked) { return of.instance_type(asked); }},
      {"instanceTypes", [](const query_root& of,
                           const json::object& asked) { return instance_type_list(of.by_, asked, list_form::whole); }},
      {"instanceTypesConnection",
       [](const query_root& of, const json::object& asked) {
         return instance_type_list(of.by_, asked, list_form::by_page);
       }},
      {"secrets", [](const query_root& of, const json::object& asked) { return secret_list(of.by_, asked); }},
      {"phDeployment", [](const query_root& of, const json::object& asked) { return of.deployment(asked); }},
      {"phDeployments", [](const query_root& of, const json::object& asked) { return deployment_list(of.by_, asked); }},
      {"phDeploymentsConnection",
       [](const query_root& of, const json::object& asked) { return deployment_connection(of.by_, asked); }},
      {"phDeploymentAvail", [](const query_root& of, const json::object& asked) { return of.is_available(asked); }},
      {"license", [](const query_root& of, const json::object&) { return of.license(); }}};
  return fields.at(field)(*this, arguments);
}

resolution query_root::deployment(const json::object& arguments) const {
  const std::string id = where_id(arguments);
  auto view = service::deployment_service{by_.context()}.get(by_.who(), id);
  if (!view) return fault_of(view.error(), resource_kind::deployment, id);
  return resolved{deployment_node(by_, std::move(*view))};
}

resolution query_root::is_available(const json::object& arguments) const {
  const auto obstacle = service::deployment_service{by_.context()}.obstacle_to(where_id(arguments));
  if (!obstacle) return fault_of(obstacle.error());
  return yes_or_no(!obstacle->has_value());
}

resolution query_root::license() const {
  const auto groups = by_.groups();
  if (!groups) return fault_of(groups.error());
  std::int64_t running = 0;
  for (const service::group_view& each : **groups) running += each.usage.deployments;
  auto usage = make_record({{"maxGroup", count(static_cast<std::int64_t>((*groups)->size()))},
                            {"maxNode", count(1)},
                            {"maxModelDeploy", count(running)}});
  return resolved{make_record({{"licensedTo", text("modelgate")},
                               {"licenseStatus", text("unexpired")},
                               {"maxUser", count(unlimited)},
                               {"maxGroup", count(unlimited)},
                               {"maxNode", count(unlimited)},
                               {"maxModelDeploy", count(unlimited)},
                               {"usage", std::move(usage)}})};
}

resolution query_root::group(const json::object& arguments) const {
  const std::string name = where_id(arguments);
  if (name == everyone) return resolved{everyone_node(by_)};
  const auto view = service::group_service{by_.context()}.get(by_.who(), name);
  if (!view) return fault_of(view.error());
  return resolved{group_node(by_, *view)};
}

resolution query_root::goes_with_group(const json::object& arguments) const {
  const std::string name = where_id(arguments);
  if (const auto view = service::group_service{by_.context()}.get(by_.who(), name); !view)
    return fault_of(view.error());
  const auto all = deployments_where(by_, {{"where", json::object{{"groupId_in", json::array{json::value(name)}}}}});
  if (!all) return all.error();
  return resolved{make_record({{"deployments", count(static_cast<std::int64_t>(all->size()))},
                               {"apps", count(0)},
                               {"jobs", count(0)},
                               {"recurringJobs", count(0)}})};
}

resolution query_root::instance_type(const json::object& arguments) const {
  const std::string name = where_id(arguments);
  const auto type = service::instance_type_service{by_.context()}.get(by_.who(), name);
  if (!type) return fault_of(type.error(), resource_kind::instance_type, name);
  return resolved{instance_type_node(by_, *type)};
}

resolution query_root::user(const json::object& arguments) const {
  const std::string name = where_id(arguments);
  const auto view = service::account_service{by_.context(), by_.all().logins}.get_user(by_.who(), name);
  if (!view) return fault_of(view.error());
  return resolved{user_node(by_, name)};
}

}  // namespace modelgate::control::primehub
