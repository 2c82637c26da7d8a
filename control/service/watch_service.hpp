#pragma once

#include "control/domain/instance_type.hpp"
#include "control/domain/user.hpp"
#include "control/service/client_service.hpp"
#include "control/service/deployment_service.hpp"
#include "control/service/group_service.hpp"
#include "control/service/service_context.hpp"
#include "control/service/service_error.hpp"

#include <optional>
#include <vector>

namespace modelgate::control::service {

struct watched_deployment {
  deployment_view view;
  std::vector<client_view> clients;  ///< by name
};

/// All that people may watch, as it is at one instant.
struct watched_state {
  std::vector<watched_deployment> deployments;  ///< by id, those that are being deleted included
  std::vector<group_view> groups;               ///< by name
  std::vector<domain::instance_type> instance_types;
  std::vector<domain::user> users;
  std::vector<domain::access_token> tokens;  ///< with their last use as it was stored last
};

/// Everything at once, whoever may see it: for whoever finds out what has changed and then asks about rights, listener
/// by listener.
///
/// Shape: one thread at a time; refers to the context.
class watch_service {
 public:
  explicit watch_service(const service_context& context) noexcept : context_{context} {}

  /// `store_changed`: something was written since the last look; else what was read then still holds, and only what the
  /// drivers and the gateway observe is looked at. Errors: the store's.
  [[nodiscard]] answer<watched_state> look(bool store_changed);

 private:
  struct stored {
    std::vector<domain::deployment> deployments;
    std::vector<std::string> refusals;                 ///< in the order of the deployments
    std::vector<std::vector<domain::client>> clients;  ///< likewise
    std::vector<group_view> groups;
    std::vector<domain::instance_type> instance_types;
    std::vector<domain::user> users;
    std::vector<domain::access_token> tokens;
  };
  [[nodiscard]] answer<stored> read() const;

  const service_context& context_;
  std::optional<stored> stored_;
};

}  // namespace modelgate::control::service
