#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace modelgate::control::rest {

/// The prediction port as the endpoint of a deployment is made from it.
struct prediction_address {
  std::uint16_t port = 0;  ///< in use, not 0
  bool uses_tls = false;
};

/// Where applications send the predictions of a deployment: under the public address when one is configured, else at
/// the host name by which the caller found the control port. What is no host name is answered with 127.0.0.1.
[[nodiscard]] std::string endpoint_url(std::string_view public_url, std::string_view host_field, prediction_address at,
                                       std::string_view deployment);

}  // namespace modelgate::control::rest
