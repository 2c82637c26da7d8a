#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace modelgate::control::graphql {

/// Source: Unicode 15, definition D76.
[[nodiscard]] constexpr bool is_unicode_scalar(std::uint32_t code) noexcept {
  return code < 0xD800 || (code > 0xDFFF && code <= 0x10'FFFF);
}

/// `code` is a Unicode scalar.
void append_utf8(std::string& text, std::uint32_t code);

/// The bytes of the first character; 0 when it is none. Source: RFC 3629 section 4.
[[nodiscard]] std::size_t utf8_size(std::string_view text) noexcept;
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// What is meant by a block string: without the indentation of all its lines, and without empty lines around.
/// Source: GraphQL specification, October 2021, section 2.9.4, BlockStringValue().
[[nodiscard]] std::string block_text_value(std::string_view raw);

}  // namespace modelgate::control::graphql
