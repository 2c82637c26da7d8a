#pragma once

#include <cstddef>
#include <string_view>

namespace modelgate::control::runtime {

/// Without the bytes at its end that only begin a character of UTF-8: where a line that is too long is cut, so that each
/// piece can be decoded by itself. Of what is no text at all everything.
[[nodiscard]] constexpr std::size_t size_of_whole_characters(std::string_view text) noexcept {
  constexpr std::size_t longest = 4;
  for (std::size_t back = 1; back < longest && back <= text.size(); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xC0U) == 0x80U) continue;
    const std::size_t length = byte >= 0xF0U ? 4 : byte >= 0xE0U ? 3 : byte >= 0xC0U ? 2 : 1;
    return length > back ? text.size() - back : text.size();
  }
  return text.size();
}

}  // namespace modelgate::control::runtime
