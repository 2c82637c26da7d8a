#pragma once

#include <cstdint>
#include <limits>

namespace modelgate::control::domain {

/// Sums and products that stop at the largest number instead of overflowing: too much stays too much.
[[nodiscard]] constexpr std::int64_t saturating_add(std::int64_t a, std::int64_t b) noexcept {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return a < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}
[[nodiscard]] constexpr std::int64_t saturating_multiply(std::int64_t a, std::int64_t b) noexcept {
  std::int64_t product = 0;
  if (!__builtin_mul_overflow(a, b, &product)) return product;
  return (a < 0) != (b < 0) ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

/// What a replica needs, a deployment uses or a group may use.
///
/// Units: thousandths of a core, bytes, whole devices. The API speaks cores and GiB; conversion is in units.hpp.
struct resources {
  std::int64_t cpu_milli = 0;
  std::int64_t memory_bytes = 0;
  std::int64_t gpu = 0;

  friend bool operator==(const resources&, const resources&) = default;
  friend constexpr resources operator+(const resources& a, const resources& b) noexcept {
    return {saturating_add(a.cpu_milli, b.cpu_milli), saturating_add(a.memory_bytes, b.memory_bytes),
            saturating_add(a.gpu, b.gpu)};
  }
  friend constexpr resources operator*(const resources& a, std::int64_t times) noexcept {
    return {saturating_multiply(a.cpu_milli, times), saturating_multiply(a.memory_bytes, times),
            saturating_multiply(a.gpu, times)};
  }
};

}  // namespace modelgate::control::domain
