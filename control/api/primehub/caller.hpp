#pragma once

#include "control/api/graphql/execution.hpp"
#include "control/api/rest/rest_api.hpp"
#include "control/domain/audit_event.hpp"
#include "control/domain/instance_type.hpp"
#include "control/domain/user.hpp"
#include "control/service/audit_trail.hpp"
#include "control/service/group_service.hpp"
#include "control/service/secret_vault.hpp"
#include "control/service/service_context.hpp"
#include "control/service/sign_in.hpp"

#include "modelgate/http_io/message.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::primehub {

/// What PrimeHub calls the group of everybody; nobody can make one of that name.
inline constexpr std::string_view everyone = "everyone";

/// What the layer works with, made by the composition root; all of it outlives the layer.
struct parts {
  const service::service_context& context;
  service::secret_vault& vault;
  service::sign_in& logins;
  service::audit_trail& trail;
  const rest::rest_options& options;
};

/// One request of somebody who is known, with what its answers have in common, read once.
///
/// Shape: alive while the request is answered, on its thread.
class caller {
 public:
  caller(const parts& all, const http_io::request& request, domain::principal who, std::string request_id)
      : all_{all}, request_{request}, who_{std::move(who)}, request_id_{std::move(request_id)} {}
  caller(const caller&) = delete;
  caller& operator=(const caller&) = delete;

  [[nodiscard]] const domain::principal& who() const noexcept { return who_; }
  [[nodiscard]] const parts& all() const noexcept { return all_; }
  [[nodiscard]] const service::service_context& context() const noexcept { return all_.context; }
  [[nodiscard]] const http_io::request& request() const noexcept { return request_; }
  [[nodiscard]] const std::string& request_id() const noexcept { return request_id_; }
  /// What the audit trail says of it, but for what it is about.
  [[nodiscard]] domain::audit_event event_of(std::string_view field) const;

  /// Where applications send the predictions of a deployment.
  [[nodiscard]] std::string endpoint_of(const std::string& deployment) const;
  /// Where the log of a replica is, as its whole URL.
  [[nodiscard]] std::string log_endpoint_of(const std::string& replica) const;

  /// Those that the caller may know of, by name.
  [[nodiscard]] service::answer<const std::vector<service::group_view>*> groups() const;
  [[nodiscard]] service::answer<const std::map<std::string, domain::instance_type>*> instance_types() const;
  /// Absent: the caller may not know more of it than its name.
  [[nodiscard]] const domain::user* find_user(const std::string& name) const;

 private:
  const parts& all_;
  const http_io::request& request_;
  const domain::principal who_;
  const std::string request_id_;
  mutable std::optional<std::vector<service::group_view>> groups_;
  mutable std::optional<std::map<std::string, domain::instance_type>> instance_types_;
  mutable std::optional<std::map<std::string, domain::user>> users_;
};

/// Where callers find this port: under the public address when one is configured, else as this caller found it,
/// "http://host:8081".
[[nodiscard]] std::string own_address(const http_io::request& request, const rest::rest_options& options);

}  // namespace modelgate::control::primehub
