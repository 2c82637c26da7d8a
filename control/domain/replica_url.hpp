#pragma once

#include "modelgate/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace modelgate::control::domain {

/// Where external replicas are reached: one address, or a name that stands for any number of them.
struct replica_url {
  std::string host;         ///< an IP literal as net::endpoint holds it, or a DNS name in lower case
  bool is_literal = false;  ///< `host` is an IP literal
  std::uint16_t port = 80;
  bool uses_tls = false;  ///< its certificate must be for `host`

  friend bool operator==(const replica_url&, const replica_url&) = default;
};

/// "http://10.0.0.7:9000", "http://[::1]:9000", "https://models.lan". Strict, so that nobody else can read it otherwise:
/// no user, path, query or fragment, no shortened or octal IPv4 address.
/// Errors: what is wrong, as the end of a sentence that begins with the URL.
[[nodiscard]] result<replica_url, std::string> parse_replica_url(std::string_view text);

/// "::ffff:10.0.0.7" is 10.0.0.7: one address has one spelling.
[[nodiscard]] std::string unmapped(std::string address);

}  // namespace modelgate::control::domain
