#pragma once

#include <string_view>

/// What a client would rather have. Source: RFC 9110 section 12.
namespace modelgate::http {

/// One alternative of an Accept or Accept-Encoding field.
struct alternative {
  std::string_view name;
  std::string_view version;  ///< its parameter of that name
  double weight = 1;
};

/// Takes the first alternative off the front of a field's value.
[[nodiscard]] alternative take_alternative(std::string_view& field) noexcept;

/// Whether Accept-Encoding takes gzip. Source: RFC 9110 section 12.5.3.
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding) noexcept;

}  // namespace modelgate::http
