#pragma once

#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>

#include <bit>
#endif

/// Where in a head a byte of a kind stands, looked for sixteen bytes at a time: the lines of heads are too short for calls of memchr to
/// pay, and too long for a look at each byte. With it and field_names.hpp parse_request_head of benchmarks/micro went from 5,542
/// instructions to 4,179.
namespace modelgate::http {

namespace detail {

/// First of `from` to `to` that `is_it` holds for, else `to`. `look` tells of sixteen bytes at once, a bit for each.
template <class Look, class IsIt>
[[nodiscard]] inline const char* find_first(const char* from, const char* to, Look look, IsIt is_it) noexcept {
#ifdef __SSE2__
  for (; to - from >= 16; from += 16) {
    __m128i bytes;
    std::memcpy(&bytes, from, sizeof bytes);
    if (const auto found = static_cast<std::uint32_t>(_mm_movemask_epi8(look(bytes))); found != 0)
      return from + std::countr_zero(found);
  }
#else
  static_cast<void>(look);
#endif
  while (from != to && !is_it(*from)) ++from;
  return from;
}

}  // namespace detail

/// The first `wanted` of `from` to `to`; `to` where there is none.
[[nodiscard]] inline const char* find_byte(const char* from, const char* to, char wanted) noexcept {
#ifdef __SSE2__
  const __m128i all = _mm_set1_epi8(wanted);
  const auto look = [all](__m128i bytes) { return _mm_cmpeq_epi8(bytes, all); };
#else
  const int look = 0;
#endif
  return detail::find_first(from, to, look, [wanted](char c) { return c == wanted; });
}

/// The first byte that is below `least`, or DEL; `to` where there is none.
[[nodiscard]] inline const char* find_control(const char* from, const char* to, std::uint8_t least) noexcept {
#ifdef __SSE2__
  const __m128i below = _mm_set1_epi8(static_cast<char>(least - 1));
  const __m128i del = _mm_set1_epi8(0x7f);
  const auto look = [below, del](__m128i bytes) {
    return _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(bytes, below), bytes), _mm_cmpeq_epi8(bytes, del));
  };
#else
  const int look = 0;
#endif
  return detail::find_first(from, to, look,
                            [least](char c) { return static_cast<std::uint8_t>(c) < least || c == 0x7f; });
}

}  // namespace modelgate::http
