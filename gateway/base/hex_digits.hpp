#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace modelgate {

/// The eight hexadecimal digits of a number, as the bytes of another, the lowest first: each half byte gets a byte of its own,
/// and all eight become digits at once.
constexpr std::uint64_t hex_digits_of(std::uint32_t number) noexcept {
  constexpr std::uint64_t ones = ~0ULL / 255;
  std::uint64_t halves = number;
  halves = (halves | halves << 16) & 0x0000'ffff'0000'ffffULL;
  halves = (halves | halves << 8) & 0x00ff'00ff'00ff'00ffULL;
  halves = (halves | halves << 4) & 0x0f0f'0f0f'0f0f'0f0fULL;
  const std::uint64_t letters = (halves + 6 * ones) >> 4 & ones;  // one where the digit is over 9
  return halves + '0' * ones + letters * ('a' - '0' - 10);
}

/// Writes the lowest `bytes` bytes of a number, eight at most, the highest of them first; answers where the text ends.
inline char* put_hex(char* at, std::uint64_t number, unsigned bytes) noexcept {
  const auto put = [&at](std::uint64_t part, unsigned part_bytes) {
    const std::size_t size = std::size_t{2} * part_bytes;
    const std::uint64_t digits = hex_digits_of(static_cast<std::uint32_t>(part));
    if constexpr (std::endian::native == std::endian::little) {
      const std::uint64_t in_order = __builtin_bswap64(digits) >> (64 - 8 * size);
      std::memcpy(at, &in_order, size);
    } else {
      for (std::size_t i = 0; i < size; ++i) at[i] = static_cast<char>(digits >> 8 * (size - 1 - i));
    }
    at += size;
  };
  if (bytes > 4) put(number >> 32, bytes - 4);
  if (bytes > 0) put(number, bytes < 4 ? bytes : 4);
  return at;
}

}  // namespace modelgate
