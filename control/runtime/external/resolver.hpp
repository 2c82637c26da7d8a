#pragma once

#include "modelgate/base/result.hpp"

#include <functional>
#include <string>
#include <vector>

namespace modelgate::control::runtime::external {

/// The addresses of a name, or why there are none. Blocks its thread.
using resolve_function = std::function<result<std::vector<std::string>, std::string>(const std::string& host)>;

/// getaddrinfo: what the system's configuration says of a name, /etc/hosts included. It tells no TTL.
/// Errors: the system's words. Ends after a few seconds, whatever the name servers do.
[[nodiscard]] result<std::vector<std::string>, std::string> resolve_by_system(const std::string& host);

}  // namespace modelgate::control::runtime::external
