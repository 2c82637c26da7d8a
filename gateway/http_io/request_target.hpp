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

/// Takes the origin form, "/a?b=c"; in a query '+' is a space.
///
/// Errors: absent for any other form, for bytes that RFC 3986 does not allow, and where decoding gives a control
///         character or bytes that are not UTF-8: they would go into logs and JSON.
[[nodiscard]] std::optional<request_target> parse_request_target(std::string_view origin_form);

}  // namespace modelgate::http_io
