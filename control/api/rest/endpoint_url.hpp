#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace modelgate::control::rest {

/// Where applications send the predictions of a deployment: under the public address when one is configured, else at
/// the host name by which the caller found the control port. What is no host name is answered with 127.0.0.1.
[[nodiscard]] std::string endpoint_url(std::string_view public_url, std::string_view host_field,
                                       std::uint16_t prediction_port, std::string_view deployment);

}  // namespace modelgate::control::rest
