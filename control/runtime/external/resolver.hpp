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

/// The same, and what a name server says of how long it holds. One that is silent is not asked again for a minute: most names
/// there are in /etc/hosts, where the resolution had succeeded without it.
[[nodiscard]] resolution_result resolve_with_ttl(const std::string& host);

enum class record_type { a, aaaa };
struct ttl_answer {
  std::optional<std::chrono::seconds> ttl;
  bool is_silent = false;  ///< the server, so that nobody knows
};
/// The shortest TTL of the records of these types, aliases included, as the first name server says. `name`: in full, no
/// search domain is tried. `server`, an IPv4 one, instead of the system's. Ends after about a second for each type.
[[nodiscard]] ttl_answer time_to_live(const std::string& name, const std::vector<record_type>& types,
                                      const std::optional<net::endpoint>& server = {});

}  // namespace modelgate::control::runtime::external
