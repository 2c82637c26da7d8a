#include "modelgate/crypto/base64.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace modelgate::crypto {
namespace {

// As many as fill four vector registers; a multiple of four characters.
constexpr std::size_t block = 32;

/// The six bits of a character; -1: it has none. Each line adds what it is worth if it lies between two bounds: the
/// product of two negative differences' signs is a mask. No branch, no table, so that the compiler can take many at once.
constexpr std::int16_t sextet_of(std::int16_t c) noexcept {
  int value = -1;
  value += (((0x40 - c) & (c - 0x5b)) >> 8) & (c - 0x40);  // A-Z: 1 to 26
  value += (((0x60 - c) & (c - 0x7b)) >> 8) & (c - 0x46);  // a-z
  value += (((0x2f - c) & (c - 0x3a)) >> 8) & (c + 0x05);  // 0-9
  value += (((0x2a - c) & (c - 0x2c)) >> 8) & 0x3f;        // +
  value += (((0x2e - c) & (c - 0x30)) >> 8) & 0x40;        // /
  return static_cast<std::int16_t>(value);
}

using sextets = std::array<std::int16_t, block>;

/// Answers a negative number when one of them is none.
std::int16_t to_sextets(const std::array<unsigned char, block>& characters, sextets& values) noexcept {
  std::int16_t worst = 0;
  for (std::size_t i = 0; i < block; ++i) {
    values[i] = sextet_of(characters[i]);
    worst = static_cast<std::int16_t>(worst | values[i]);
  }
  return worst;
}

}  // namespace

std::optional<std::size_t> decode_base64(std::string_view text, std::span<char> into) noexcept {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && text.ends_with('=')) {
    text.remove_suffix(1);
    ++padding;
  }
  const std::size_t size = (text.size() + padding) / 4 * 3 - padding;
  if (size > into.size()) return std::nullopt;

  std::int16_t worst = 0;
  std::size_t written = 0;
  std::uint32_t last = 0;  // the 24 bits of the last four
  while (!text.empty()) {
    std::array<unsigned char, block> characters;
    characters.fill('A');  // worth nothing
    const std::size_t taken = std::min(block, text.size());
    std::memcpy(characters.data(), text.data(), taken);
    text.remove_prefix(taken);
    sextets values;
    worst = static_cast<std::int16_t>(worst | to_sextets(characters, values));
    for (std::size_t i = 0; i < taken; i += 4) {
      last = static_cast<std::uint32_t>(values[i]) << 18 | static_cast<std::uint32_t>(values[i + 1]) << 12
             | static_cast<std::uint32_t>(values[i + 2]) << 6 | static_cast<std::uint32_t>(values[i + 3]);
      const std::array<char, 3> bytes{static_cast<char>(last >> 16), static_cast<char>(last >> 8),
                                      static_cast<char>(last)};
      const std::size_t fits = std::min<std::size_t>(3, size - written);
      std::memcpy(into.data() + written, bytes.data(), fits);
      written += fits;
    }
  }
  const std::uint32_t left_over = last & ((1U << (8 * padding)) - 1);
  if (worst < 0 || left_over != 0) return std::nullopt;
  return size;
}

}  // namespace modelgate::crypto
