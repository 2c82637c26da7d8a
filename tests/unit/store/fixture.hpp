#pragma once

#include "control/domain/deployment.hpp"
#include "control/store/client_store.hpp"
#include "control/store/database.hpp"
#include "control/store/deployment_store.hpp"
#include "control/store/group_store.hpp"
#include "control/store/instance_type_store.hpp"
#include "control/store/user_store.hpp"
#include "tests/support/temporary_folder.hpp"

#include "modelgate/base/errc.hpp"

#include <string>
#include <utility>

namespace modelgate::tests {

namespace domain = control::domain;
namespace store = control::store;

inline const system_time noon = parse_rfc3339("2026-01-31T12:00:00.125Z").value();

inline domain::group research() {
  domain::group group;
  group.name = "research";
  group.display_name = "Research";
  group.enabled_deployment = true;
  group.max_deploy = 5;
  group.quota.cpu_milli = 4'000;
  group.limits = {2'500, 10, std::nullopt};
  group.admins = {"admin-1"};
  group.members = {"user-1", "user-2"};
  return group;
}

inline domain::instance_type cpu_1() {
  return {"cpu-1", "CPU 1", "", {500, 1024, 0}, std::nullopt};
}

inline domain::deployment iris(std::string id = "iris-3f9c2") {
  domain::deployment deployment;
  deployment.id = std::move(id);
  deployment.name = "Iris";
  deployment.group = "research";
  deployment.created_at = noon;
  deployment.created_by = "user-1";
  deployment.current.number = 1;
  deployment.current.replica_revision = 1;
  deployment.current.spec.model_image = "demo/iris:1.0";
  deployment.current.spec.instance_type = "cpu-1";
  deployment.current.spec.replicas = 2;
  deployment.current.update_message = "first";
  deployment.current.created_at = noon;
  deployment.current.created_by = "user-1";
  return deployment;
}

/// A change that a test expects to be made.
template <class Body>
void change(store::database& database, Body body) {
  const auto done = database.write([&](store::transaction& within) -> result<void> {
    body(within);
    return {};
  });
  if (!done) throw std::runtime_error{"the change was not made: " + done.error().message()};
}

template <class Body>
auto look(store::database& database, Body body) {
  using value = std::invoke_result_t<Body&, store::transaction&>;
  auto seen = database.read([&](store::transaction& within) -> result<value> { return body(within); });
  if (!seen) throw std::runtime_error{"the store cannot be read: " + seen.error().message()};
  return std::move(*seen);
}

/// Users, a group, an instance type.
inline void furnish(store::database& database) {
  change(database, [](store::transaction& within) {
    store::user_store users{within};
    users.insert({"admin-1", "Admin", domain::platform_role::admin, noon});
    users.insert({"user-1", "One", domain::platform_role::member, noon});
    users.insert({"user-2", "Two", domain::platform_role::member, noon});
    store::group_store{within}.insert(research());
    store::instance_type_store{within}.insert(cpu_1());
  });
}

/// A store of a test's own with all that.
struct furnished {
  temporary_folder folder;
  store::database database{folder.path()};

  furnished() { furnish(database); }
};

}  // namespace modelgate::tests
