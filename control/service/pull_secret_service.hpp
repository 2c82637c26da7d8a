#pragma once

#include "control/domain/pull_secret.hpp"
#include "control/domain/user.hpp"
#include "control/service/secret_vault.hpp"
#include "control/service/service_context.hpp"
#include "control/service/service_error.hpp"

#include <boost/json/fwd.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace modelgate::control::service {

/// Credentials of registries, used by name in deployments. Those of a group are its administrators' to change and its
/// members' to use; those of no group are the platform administrators' to change and everybody's to use. The credentials
/// themselves are never told again.
///
/// Shape: any-thread; refers to the context and the vault.
class pull_secret_service {
 public:
  pull_secret_service(const service_context& context, secret_vault& vault) noexcept
      : context_{context}, vault_{vault} {}

  [[nodiscard]] answer<std::vector<domain::pull_secret>> list(const domain::principal& who) const;
  [[nodiscard]] answer<domain::pull_secret> get(const domain::principal& who, const std::string& name) const;
  [[nodiscard]] answer<domain::pull_secret> create(const domain::principal& who,
                                                   const boost::json::value& document) const;
  [[nodiscard]] answer<domain::pull_secret> patch(const domain::principal& who, const std::string& name,
                                                  const boost::json::value& patch) const;
  /// One that a deployment uses, be it stopped, stays.
  [[nodiscard]] answer<void> remove(const domain::principal& who, const std::string& name) const;
  /// Answers how many secrets are sealed under the new key.
  [[nodiscard]] answer<std::size_t> change_key(const domain::principal& who) const;

 private:
  const service_context& context_;
  secret_vault& vault_;
};

}  // namespace modelgate::control::service
