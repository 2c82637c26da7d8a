#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace modelgate::http_io {

/// The request target, taken apart and percent-decoded.
struct request_target {
  std::string path;
  std::vector<std::pair<std::string, std::string>> query;
};

/// Takes the origin form ("/a?b=c") and the absolute form ("http://host/a?b=c"); in a query '+' is a space.
/// Errors: absent for any other form, for bytes that RFC 3986 does not allow, and where decoding gives a control
/// character or
///         bytes that are not UTF-8: they would go into logs and JSON.
/// Source: RFC 9112 section 3.2.
[[nodiscard]] std::optional<request_target> parse_request_target(std::string_view text);

/// Whether text can be the value of a Host field: a host, and a port or none. Source: RFC 9110 section 7.2.
[[nodiscard]] bool is_valid_host(std::string_view text);

}  // namespace modelgate::http_io
