#include "control/service/demo_state.hpp"

#include "control/service/client_service.hpp"
#include "control/service/deployment_service.hpp"
#include "control/service/group_service.hpp"
#include "control/service/instance_type_service.hpp"
#include "control/store/bootstrap.hpp"

#include "modelgate/base/private_file.hpp"

#include <boost/json/value.hpp>

#include <algorithm>

namespace modelgate::control::service {
namespace {

namespace json = boost::json;

constexpr const char* demo_group = "demo";
constexpr const char* demo_instance_type = "demo-small";
constexpr const char* demo_client = "demo";

json::object deployment_document(const std::string& id, const std::string& name, const char* access) {
  return {{"id", id},
          {"name", name},
          {"group", demo_group},
          {"modelImage", "demo/iris:1.0"},
          {"instanceType", demo_instance_type},
          {"replicas", 2},
          {"endpointAccessType", access},
          {"description", "Tells the species of an iris flower from four measurements"},
          {"updateMessage", "made by the demo"}};
}

/// What is there already is fine, whoever made it.
template <class Value>
std::optional<service_error> refusal_unless_there(const answer<Value>& made) {
  if (made || made.error().kind == failure::conflict) return std::nullopt;
  return made.error();
}

/// The client whose token stands in the file. Without the file nobody knows the token, so the client is made anew.
std::optional<service_error> ensure_client(const service_context& context, const domain::principal& admin,
                                           const demo_state& demo) {
  const client_service clients{context};
  const auto there = clients.list(admin, demo.private_deployment);
  if (!there) return there.error();
  const bool known = std::any_of(there->begin(), there->end(),
                                 [](const client_view& each) { return each.client.name == demo_client; });
  std::error_code ignored;
  if (known && std::filesystem::exists(demo.token_file, ignored)) return std::nullopt;
  if (known) {
    if (const auto removed = clients.remove(admin, demo.private_deployment, demo_client); !removed) return removed.error();
  }
  const auto made = clients.add(admin, demo.private_deployment, json::object{{"name", demo_client}});
  if (!made) return made.error();
  const crypto::secret line{std::string{made->token.reveal()} + "\n"};
  if (const error_code problem = write_private_file(demo.token_file, line.reveal())) {
    return service_error{failure::storage_unavailable, "the demo's token cannot be kept: " + problem.message()};
  }
  return std::nullopt;
}

}  // namespace

answer<demo_state> ensure_demo(const service_context& context, const std::filesystem::path& data_folder) {
  const domain::principal admin{std::string{store::first_user_name}, domain::platform_role::admin, {}};
  const demo_state demo{"iris", "iris-private", demo_client, data_folder / "demo-client-token"};

  const group_service groups{context};
  if (const auto refused = refusal_unless_there(
          groups.create(admin, json::object{{"name", demo_group}, {"displayName", "Demo"}, {"enabledDeployment", true}}))) {
    return *refused;
  }
  const instance_type_service instance_types{context};
  if (const auto refused = refusal_unless_there(instance_types.create(
          admin, json::object{{"name", demo_instance_type}, {"displayName", "Small"}, {"cpu", 0.25}, {"memoryGiB", 0.25}, {"gpu", 0}}))) {
    return *refused;
  }
  const deployment_service deployments{context};
  for (const json::object& document : {deployment_document(demo.public_deployment, "Iris", "public"),
                                       deployment_document(demo.private_deployment, "Iris private", "private")}) {
    if (const auto refused = refusal_unless_there(deployments.create(admin, document, dry_run::no))) return *refused;
  }
  if (const auto refused = ensure_client(context, admin, demo)) return *refused;
  return demo;
}

}  // namespace modelgate::control::service
