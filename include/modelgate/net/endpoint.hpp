#pragma once

#include "modelgate/base/result.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace modelgate::net {

/// An address to listen on or to connect to: an IP literal and a port.
///
/// Shape: a value. Host names are resolved before they come here.
struct endpoint {
  std::string host;  ///< IPv4 or IPv6 literal, without brackets
  std::uint16_t port = 0;

  friend bool operator==(const endpoint&, const endpoint&) = default;
  friend auto operator<=>(const endpoint&, const endpoint&) = default;
};

/// "127.0.0.1:8080", "[::1]:8080". Errors: errc::invalid_argument.
[[nodiscard]] result<endpoint> parse_endpoint(std::string_view text);
[[nodiscard]] std::string to_string(const endpoint& value);

}  // namespace modelgate::net
