#pragma once

#include "control/cli/failure.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace modelgate::control::cli {

/// A server's address as people write it, taken apart: "http://models.example.com:8081".
struct server_address {
  std::string host;  ///< a name or an IP literal without brackets
  std::uint16_t port = 80;
  bool uses_tls = false;
  std::string authority;  ///< for the Host field
  std::string prefix;     ///< path in front of /api/v1, without a slash at its end
};

/// Errors: usage, for what is no http or https address.
[[nodiscard]] outcome<server_address> parse_server_address(std::string_view text);

/// One segment of a path or one value of a query, percent-encoded.
[[nodiscard]] std::string encode(std::string_view text);

}  // namespace modelgate::control::cli
