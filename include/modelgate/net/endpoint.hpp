#pragma once

#include "modelgate/base/result.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace modelgate::net {

/// An address to listen on or to connect to: an IP literal and a port, or, to connect to, a Unix-domain socket.
///
/// Shape: a value. Host names are resolved before they come here.
struct endpoint {
  std::string host;  ///< IPv4 or IPv6 literal, without brackets; or a socket's absolute path
  std::uint16_t port = 0;
  /// Whose server a Unix-domain socket has to lead to. Whoever may write the socket's folder could put a link there that
  /// leads to somebody else's.
  std::optional<std::uint32_t> user = std::nullopt;

  [[nodiscard]] bool is_unix() const noexcept { return host.starts_with('/'); }

  friend bool operator==(const endpoint&, const endpoint&) = default;
  friend auto operator<=>(const endpoint&, const endpoint&) = default;
};

/// The longest path that a Unix-domain socket can have, in bytes.
inline constexpr std::size_t longest_socket_path = 107;

/// "127.0.0.1:8080", "[::1]:8080". Errors: errc::invalid_argument.
[[nodiscard]] result<endpoint> parse_endpoint(std::string_view text);
/// The same, or "unix:/run/model.sock". Errors: errc::invalid_argument.
[[nodiscard]] result<endpoint> parse_peer(std::string_view text);
[[nodiscard]] std::string to_string(const endpoint& value);

/// For a Host field: a Unix-domain socket's is "localhost".
[[nodiscard]] std::string authority_of(const endpoint& value);

}  // namespace modelgate::net
