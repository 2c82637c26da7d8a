#pragma once

#include <array>
#include <cstdint>
#include <string_view>

/// What a byte of a head may be part of: one table, so that a look at a byte is one load.
///
/// Source: RFC 9110 sections 5.5 and 5.6.2, RFC 3986 section 2.
namespace modelgate::http {

enum character_class : std::uint8_t {
  in_token = 1,
  in_value = 2,
  in_target = 4,
  in_host = 8,   ///< of a registered name: what is unreserved in a URL
  in_path = 16,  ///< may stand in a path as it is, slashes included
};

namespace detail {

inline constexpr std::array<std::uint8_t, 256> character_classes = [] {
  std::array<std::uint8_t, 256> classes{};
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const auto is_one_of = [c](std::string_view some) {
      return some.find(static_cast<char>(c)) != std::string_view::npos;
    };
    const bool is_alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (is_alphanumeric || is_one_of("!#$%&'*+-.^_`|~")) classes[c] |= in_token;
    if ((c >= 0x20 && c != 0x7f) || c == '\t') classes[c] |= in_value;
    if (c > 0x20 && c != 0x7f) classes[c] |= in_target;
    if (is_alphanumeric || is_one_of("-._~")) classes[c] |= in_host | in_path;
    if (is_one_of("/:@!$&'()*+,=")) classes[c] |= in_path;
  }
  return classes;
}();

}  // namespace detail

[[nodiscard]] constexpr bool is_in(character_class what, char c) noexcept {
  return (detail::character_classes[static_cast<unsigned char>(c)] & what) != 0;
}

/// Whether all of it is; an empty text is.
[[nodiscard]] constexpr bool all_in(character_class what, std::string_view text) noexcept {
  for (const char c : text) {
    if (!is_in(what, c)) return false;
  }
  return true;
}

}  // namespace modelgate::http
