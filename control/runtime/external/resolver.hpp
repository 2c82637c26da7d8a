#pragma once

#include "modelgate/base/result.hpp"
#include "modelgate/net/endpoint.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace modelgate::control::runtime::external {

/// What is known of a name, and for how long.
struct resolution {
  std::vector<std::string> addresses;
  std::optional<std::chrono::seconds> ttl;  ///< none where no name server has said one: /etc/hosts
};
using resolution_result = result<resolution, std::string>;

/// The addresses of a name, or why there are none. Blocks its thread.
using resolve_function = std::function<resolution_result(const std::string& host)>;

/// getaddrinfo: what the system's configuration says of a name, /etc/hosts included. It tells no TTL.
/// Errors: the system's words. Ends after a few seconds, whatever the name servers do.
[[nodiscard]] result<std::vector<std::string>, std::string> resolve_by_system(const std::string& host);

/// The same, and what the name servers say of how long it holds.
[[nodiscard]] resolution_result resolve_with_ttl(const std::string& host);

enum class record_type { a, aaaa };
/// The shortest TTL of the records of these types, aliases included. `server`, an IPv4 one, instead of the system's. Ends after
/// a second for each type.
[[nodiscard]] std::optional<std::chrono::seconds> time_to_live(const std::string& host,
                                                               const std::vector<record_type>& types,
                                                               const std::optional<net::endpoint>& server = {});

}  // namespace modelgate::control::runtime::external
