#pragma once

#include "modelgate/net/endpoint.hpp"

#include <string>
#include <vector>

namespace modelgate::control::runtime::external {

/// Whether connecting there would reach one of the gateway's own listeners, which would send requests in a circle.
/// `local` holds this machine's IP addresses; a listener on every address is reached through each of them.
[[nodiscard]] bool is_own_address(const net::endpoint& target, const std::vector<net::endpoint>& listeners,
                                  const std::vector<std::string>& local);

/// This machine's IP addresses as the kernel tells them now.
[[nodiscard]] std::vector<std::string> local_addresses();

}  // namespace modelgate::control::runtime::external
