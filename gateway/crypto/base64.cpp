#include "modelgate/crypto/base64.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace modelgate::crypto {
namespace {

/// Eight characters, or what they stand for: arithmetic on it is done for all of them at once.
using lanes = std::int16_t __attribute__((vector_size(16)));
using characters = std::uint8_t __attribute__((vector_size(8)));

constexpr std::size_t block = sizeof(characters);  // a multiple of four
using sextets = std::array<std::int16_t, block>;

/// The six bits of each character; negative: it has none. Each line adds what they are worth between two bounds: of two
/// differences that are both negative the sign is a mask. No branch and no table.
lanes sextets_of(lanes c) noexcept {
  lanes values = c - c - 1;
  values += (((0x40 - c) & (c - 0x5b)) >> 8) & (c - 0x40);  // A-Z: 1 to 26
  values += (((0x60 - c) & (c - 0x7b)) >> 8) & (c - 0x46);  // a-z
  values += (((0x2f - c) & (c - 0x3a)) >> 8) & (c + 0x05);  // 0-9
  values += (((0x2a - c) & (c - 0x2c)) >> 8) & 0x3f;        // +
  values += (((0x2e - c) & (c - 0x30)) >> 8) & 0x40;        // /
  return values;
}

/// Takes `taken` characters, at most a block; `odd` gets the sign of any that has no bits.
sextets take_sextets(std::string_view& text, std::size_t taken, lanes& odd) noexcept {
  std::array<char, block> bytes;
  if (taken == block) {
    std::memcpy(bytes.data(), text.data(), block);
  } else {
    bytes.fill('A');  // worth nothing
    std::copy_n(text.begin(), taken, bytes.begin());
  }
  text.remove_prefix(taken);
  characters packed;
  std::memcpy(&packed, bytes.data(), sizeof packed);
  const lanes values = sextets_of(__builtin_convertvector(packed, lanes));
  odd |= values;
  sextets found;
  std::memcpy(found.data(), &values, sizeof values);
  return found;
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

  lanes odd{};
  std::size_t written = 0;
  std::uint32_t last = 0;  // the 24 bits of the last four
  while (!text.empty()) {
    const std::size_t taken = std::min(block, text.size());
    const sextets values = take_sextets(text, taken, odd);
    for (std::size_t i = 0; i < taken; i += 4) {
      last = static_cast<std::uint32_t>(values[i]) << 18 | static_cast<std::uint32_t>(values[i + 1]) << 12
             | static_cast<std::uint32_t>(values[i + 2]) << 6 | static_cast<std::uint32_t>(values[i + 3]);
      const std::array<char, 3> bytes{static_cast<char>(last >> 16), static_cast<char>(last >> 8),
                                      static_cast<char>(last)};
      const std::size_t fits = std::min(bytes.size(), size - written);
      if (fits == bytes.size()) {
        std::memcpy(into.data() + written, bytes.data(), bytes.size());
      } else {
        std::copy_n(bytes.begin(), fits, into.begin() + static_cast<std::ptrdiff_t>(written));
      }
      written += fits;
    }
  }
  const std::uint32_t left_over = last & ((1U << (8 * padding)) - 1);
  bool is_odd = left_over != 0;
  for (std::size_t i = 0; i < block; ++i) is_odd |= odd[i] < 0;
  if (is_odd) return std::nullopt;
  return size;
}

}  // namespace modelgate::crypto
