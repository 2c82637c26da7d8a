#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace modelgate {

/// Two digits at a time: a byte's text is looked up.
inline constexpr auto hex_of_bytes = [] {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<std::array<char, 2>, 256> texts{};
  for (std::size_t byte = 0; byte < texts.size(); ++byte) texts[byte] = {digits[byte >> 4], digits[byte & 0xf]};
  return texts;
}();

/// Writes the lowest `bytes` bytes of a number, the highest of them first; answers where the text ends.
inline char* put_hex(char* at, std::uint64_t number, unsigned bytes) noexcept {
  while (bytes-- > 0) {
    const auto& text = hex_of_bytes[(number >> (8 * bytes)) & 0xff];
    *at++ = text[0];
    *at++ = text[1];
  }
  return at;
}

}  // namespace modelgate
