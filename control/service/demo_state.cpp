#include "control/service/demo_state.hpp"

#include "control/service/client_service.hpp"
#include "control/service/deployment_service.hpp"
#include "control/service/group_service.hpp"
#include "control/service/instance_type_service.hpp"
#include "control/store/bootstrap.hpp"
#include "control/store/user_store.hpp"

#include "modelgate/base/ids.hpp"
#include "modelgate/base/private_file.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <fstream>

namespace modelgate::control::service {
namespace {

namespace json = boost::json;

constexpr const char* demo_group = "demo";
constexpr const char* demo_instance_type = "demo-small";
constexpr const char* demo_client = "demo";
constexpr std::size_t password_length = 20;  ///< of letters and digits: a hundred bits

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
    if (const auto removed = clients.remove(admin, demo.private_deployment, demo_client); !removed)
      return removed.error();
  }
  const auto made = clients.add(admin, demo.private_deployment, json::object{{"name", demo_client}});
  if (!made) return made.error();
  const crypto::secret line{std::string{made->token.reveal()} + "\n"};
  if (const error_code problem = write_private_file(demo.token_file, line.reveal())) {
    return service_error{failure::storage_unavailable, "the demo's token cannot be kept: " + problem.message()};
  }
  return std::nullopt;
}

/// The administrator's password stands in the file, unless somebody has given him another one.
answer<bool> ensure_password(const service_context& context, const std::filesystem::path& file,
                             const crypto::password_cost& cost) {
  const auto hash = context.database.read([](store::transaction& within) -> answer<std::optional<std::string>> {
    return store::user_store{within}.password_hash(store::first_user_name);
  });
  if (!hash) return hash.error();
  if (*hash) {
    std::string known;
    std::ifstream{file} >> known;
    const crypto::secret password{std::move(known)};
    return !password.empty() && crypto::fits_password(**hash, password.reveal());
  }
  const crypto::secret password{random_name_suffix(password_length)};
  const auto made = crypto::hash_password(password.reveal(), cost);
  if (!made) return service_error{failure::busy, "there is no memory to hash a password with"};
  const crypto::secret line{std::string{password.reveal()} + "\n"};
  if (const error_code problem = write_private_file(file, line.reveal())) {
    return service_error{failure::storage_unavailable, "the demo's password cannot be kept: " + problem.message()};
  }
  return context.database.write([&](store::transaction& within) -> answer<bool> {
    store::user_store users{within};
    if (users.password_hash(store::first_user_name)) return false;  // he was faster
    users.set_password_hash(store::first_user_name, *made);
    return true;
  });
}

}  // namespace

answer<demo_state> ensure_demo(const service_context& context, const std::filesystem::path& data_folder,
                               const crypto::password_cost& cost) {
  const domain::principal admin{std::string{store::first_user_name}, domain::platform_role::admin, {}};
  demo_state demo{"iris", "iris-private", demo_client, data_folder / "demo-client-token", admin.user, std::nullopt};

  const group_service groups{context};
  if (const auto refused = refusal_unless_there(groups.create(
          admin, json::object{{"name", demo_group}, {"displayName", "Demo"}, {"enabledDeployment", true}}))) {
    return *refused;
  }
  const instance_type_service instance_types{context};
  if (const auto refused = refusal_unless_there(instance_types.create(admin, json::object{{"name", demo_instance_type},
                                                                                          {"displayName", "Small"},
                                                                                          {"cpu", 0.25},
                                                                                          {"memoryGiB", 0.25},
                                                                                          {"gpu", 0}}))) {
    return *refused;
  }
  const deployment_service deployments{context};
  for (const json::object& document : {deployment_document(demo.public_deployment, "Iris", "public"),
                                       deployment_document(demo.private_deployment, "Iris private", "private")}) {
    if (const auto refused = refusal_unless_there(deployments.create(admin, document, dry_run::no))) return *refused;
  }
  if (const auto refused = ensure_client(context, admin, demo)) return *refused;
  const std::filesystem::path password_file = data_folder / "demo-password";
  const auto known = ensure_password(context, password_file, cost);
  if (!known) return known.error();
  if (*known) demo.password_file = password_file;
  return demo;
}

}  // namespace modelgate::control::service
