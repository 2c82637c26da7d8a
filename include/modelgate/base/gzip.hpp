#pragma once

#include <string>
#include <string_view>

namespace modelgate {

/// The text as one gzip member, packed fast rather than small. Source: RFC 1952.
/// Errors: empty when there is no memory for it.
[[nodiscard]] std::string gzip(std::string_view text);

}  // namespace modelgate
