#include "control/api/primehub/deployment_document.hpp"
#include "control/api/primehub/deployment_node.hpp"
#include "control/api/primehub/mutation_root.hpp"
#include "control/api/primehub/words.hpp"
#include "control/service/client_service.hpp"
#include "control/service/deployment_service.hpp"

#include <unordered_map>

namespace modelgate::control::primehub {
namespace {

namespace json = boost::json;
using graphql::resolution;
using graphql::resolved;
using service::deployment_service;

/// Each that fails is somebody else's that was made, so there is no use in waiting in between.
constexpr int attempts_at_update = 32;

const json::object& data_of(const json::object& arguments) {
  return arguments.at("data").get_object();
}

graphql::fault refused(const service::service_error& error, const std::string& id) {
  return fault_of(error, resource_kind::deployment, id);
}

resolution create(const caller& by, const json::object& arguments) {
  auto made =
      deployment_service{by.context()}.create(by.who(), document_of_new(data_of(arguments)), service::dry_run::no);
  if (!made) return fault_of(made.error());
  return resolved{deployment_node(by, std::move(made->view), true)};
}

/// What is asked for goes by what is there, so it is laid over that and nothing newer.
resolution update(const caller& by, const json::object& arguments) {
  const std::string id = where_id(arguments);
  const deployment_service deployments{by.context()};
  for (int attempt = 1;; ++attempt) {
    const auto now = deployments.get(by.who(), id);
    if (!now) return refused(now.error(), id);
    const service::revision_condition same{false, {now->deployment.current.number}};
    auto changed =
        deployments.patch(by.who(), id, patch_of(data_of(arguments), now->deployment), same, service::dry_run::no);
    if (changed) return resolved{deployment_node(by, std::move(changed->view))};
    const bool overtaken = changed.error().kind == service::failure::precondition_failed;
    if (!overtaken || attempt == attempts_at_update) return refused(changed.error(), id);
  }
}

resolution start(const caller& by, const json::object& arguments) {
  const std::string id = where_id(arguments);
  auto view = deployment_service{by.context()}.start(by.who(), id, std::nullopt, std::nullopt);
  if (!view) return refused(view.error(), id);
  return resolved{deployment_node(by, std::move(*view))};
}

resolution stop(const caller& by, const json::object& arguments) {
  const std::string id = where_id(arguments);
  auto view = deployment_service{by.context()}.stop(by.who(), id, std::nullopt, std::nullopt);
  if (!view) return refused(view.error(), id);
  return resolved{deployment_node(by, std::move(*view))};
}

resolution remove(const caller& by, const json::object& arguments) {
  const std::string id = where_id(arguments);
  const auto done = deployment_service{by.context()}.remove(by.who(), id, service::revision_condition{true, {}});
  if (!done) return refused(done.error(), id);
  return resolved{deleted_deployment_node(id)};
}

/// A name that is taken gets another token.
resolution add_client(const caller& by, const json::object& arguments) {
  const std::string id = given_text(data_of(arguments), "deploymentId");
  const std::string name = given_text(data_of(arguments), "name");
  const service::client_service clients{by.context()};
  auto made = clients.add(by.who(), id, json::object{{"name", name}});
  if (!made && made.error().kind == service::failure::conflict && clients.get(by.who(), id, name)) {
    made = clients.rotate(by.who(), id, name, json::object{});
  }
  if (!made) return refused(made.error(), id);
  return resolved{make_record({{"name", text(made->client.name)}, {"plainTextToken", text(made->token.reveal())}})};
}

resolution remove_client(const caller& by, const json::object& arguments) {
  const json::object& where = arguments.at("where").get_object();
  const std::string id = given_text(where, "deploymentId");
  auto view = deployment_service{by.context()}.get(by.who(), id);
  if (!view) return refused(view.error(), id);
  const auto done = service::client_service{by.context()}.remove(by.who(), id, given_text(where, "name"));
  if (!done) return fault_of(done.error());
  return resolved{deployment_node(by, std::move(*view))};
}

}  // namespace

changer find_deployment_change(std::string_view field) {
  static const std::unordered_map<std::string_view, changer> changes{{"createPhDeployment", create},
                                                                     {"updatePhDeployment", update},
                                                                     {"deployPhDeployment", start},
                                                                     {"stopPhDeployment", stop},
                                                                     {"deletePhDeployment", remove},
                                                                     {"createPhDeploymentClient", add_client},
                                                                     {"deletePhDeploymentClient", remove_client}};
  const auto found = changes.find(field);
  return found == changes.end() ? nullptr : found->second;
}

}  // namespace modelgate::control::primehub
