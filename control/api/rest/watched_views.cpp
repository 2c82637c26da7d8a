#include "control/api/rest/watched_views.hpp"

#include "control/api/rest/json_text.hpp"
#include "control/api/rest/views.hpp"
#include "control/domain/instance_type_document.hpp"

#include <boost/json/object.hpp>

namespace modelgate::control::rest {
namespace {

using events::object_kind;

/// Without what differs with every look: it would be an event every few seconds.
service::deployment_view without_usage(service::deployment_view view) {
  for (domain::replica_status& replica : view.status.replicas) replica.usage.reset();
  return view;
}

void add_deployment(std::vector<events::watched_object>& to, const service::watched_deployment& watched,
                    const domain::serving_defaults& defaults) {
  const service::deployment_view view = without_usage(watched.view);
  const domain::deployment& deployment = view.deployment;
  const domain::audience people{false, {deployment.group}};
  boost::json::object shown = to_json(view, {}, defaults);
  shown.erase("endpoint");  // differs from listener to listener, and is put in for each
  to.push_back(
      {{object_kind::deployment, deployment.id}, deployment.current.number, deployment.id, people, json_text(shown)});
  for (const domain::replica_status& replica : view.status.replicas) {
    to.push_back({{object_kind::replica, deployment.id + "/" + replica.name},
                  replica.revision,
                  deployment.id,
                  people,
                  json_text(to_json(replica))});
  }
  for (const service::client_view& client : watched.clients) {
    to.push_back({{object_kind::client, deployment.id + "/" + client.client.name},
                  std::nullopt,
                  deployment.id,
                  people,
                  json_text(to_json(client))});
  }
}

}  // namespace

std::vector<events::watched_object> watched_objects(const service::watched_state& state,
                                                    const domain::serving_defaults& defaults) {
  std::vector<events::watched_object> objects;
  for (const domain::instance_type& type : state.instance_types) {
    objects.push_back({{object_kind::instance_type, type.name},
                       std::nullopt,
                       {},
                       domain::audience_of(type),
                       json_text(domain::to_json(type))});
  }
  for (const service::group_view& view : state.groups) {
    objects.push_back({{object_kind::group, view.group.name},
                       std::nullopt,
                       {},
                       {false, {view.group.name}},
                       json_text(to_json(view))});
  }
  for (const domain::user& user : state.users) {
    objects.push_back(
        {{object_kind::user, user.name}, std::nullopt, {}, {false, {}, {user.name}}, json_text(to_json(user))});
  }
  for (const domain::access_token& token : state.tokens) {
    objects.push_back(
        {{object_kind::token, token.id}, std::nullopt, {}, {false, {}, {token.user}}, json_text(to_json(token))});
  }
  for (const service::watched_deployment& watched : state.deployments) add_deployment(objects, watched, defaults);
  return objects;
}

}  // namespace modelgate::control::rest
