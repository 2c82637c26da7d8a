#pragma once

#include "control/domain/deployment.hpp"
#include "control/domain/user.hpp"
#include "control/service/idempotency.hpp"
#include "control/service/service_context.hpp"
#include "control/service/service_error.hpp"

#include "modelgate/crypto/secret.hpp"

#include <boost/json/fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace modelgate::control::service {

struct client_view {
  domain::client client;
  std::optional<system_time> last_used_at;  ///< since this process started
};

struct created_client {
  domain::client client;
  crypto::secret token;  ///< told once, here
  bool live = false;     ///< every gateway worker knows it; else they will shortly
};

/// The callers of a deployment's private endpoint. Their changes make no revision and need no precondition.
///
/// Shape: any-thread; refers to the context. Changes wait for every gateway worker, at most `publish_timeout`.
class client_service {
 public:
  explicit client_service(const service_context& context) noexcept : context_{context} {}

  [[nodiscard]] answer<std::vector<client_view>> list(const domain::principal& who,
                                                      const std::string& deployment) const;
  [[nodiscard]] answer<created_client> add(const domain::principal& who, const std::string& deployment,
                                           const boost::json::value& document,
                                           const remember<domain::client>& remember_it = {}) const;
  /// Answers whether every gateway worker has forgotten it.
  [[nodiscard]] answer<bool> remove(const domain::principal& who, const std::string& deployment,
                                    const std::string& name) const;
  /// Answers whether every gateway worker knows what is stored; else they will shortly.
  [[nodiscard]] bool publish() const;

 private:
  const service_context& context_;
};

}  // namespace modelgate::control::service
