#pragma once

#include "modelgate/http/reason.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace modelgate::http {

/// The path and query of a request in the one form that is routed, authorised and forwarded.
///
/// Percent-encoded unreserved characters are decoded, other escapes are written in upper case. Refused is everything
/// that a second decoder could read differently: dot segments, empty segments, `;`, `\`, encoded `/`, `\`, `%`, `;` or
/// control characters, and bytes outside the grammar of RFC 3986.
///
/// Shape: views into `storage` or, where nothing had to change, into the target itself.
struct normal_target {
  std::string_view path;
  std::string_view query;  ///< without '?'
  bool has_query = false;
};

[[nodiscard]] boost::system::result<normal_target, refusal> normalise_target(std::string_view origin_form,
                                                                             std::string& storage);

}  // namespace modelgate::http
