#pragma once

#include "control/domain/user.hpp"
#include "control/service/service_context.hpp"
#include "control/service/service_error.hpp"

#include <boost/json/fwd.hpp>

#include <string>

namespace modelgate::control::service {

/// A prediction that a person asks for on the control port, to try a deployment.
///
/// Shape: any-thread; refers to the context.
class prediction_service {
 public:
  explicit prediction_service(const service_context& context) : context_{context} {}

  /// Sends the document's request through the gateway, as an application's would be. With a `client` in the document it is
  /// that client's; without one it is the caller's own, whom private deployments of his groups serve.
  ///
  /// Shape:  takes as long as the deployment does, up to the gateway's limit for such requests.
  /// Errors: not_found for other people's deployments; invalid; busy when many try deployments, or there was no answer to
  ///         show. What the deployment answers, a refusal too, is no error.
  [[nodiscard]] answer<prediction_reply> predict(const domain::principal& who, const std::string& id,
                                                 const boost::json::value& document, const asked_from& from) const;

 private:
  const service_context& context_;
};

}  // namespace modelgate::control::service
