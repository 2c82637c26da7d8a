#include "control/domain/units.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace modelgate::control::domain {
namespace {

constexpr double gib = 1024.0 * 1024.0 * 1024.0;
constexpr double exactly_counted = 9007199254740992.0;  // 2^53: above it a double skips whole numbers

/// In GiB, with as few decimals as come less than `tolerance` bytes close; with all of them if `most_decimals` do not.
double shortest_within(double bytes, double tolerance, int most_decimals) noexcept {
  const double exact = bytes / gib;
  double power = 1.0;
  double shorter = exact;
  for (int decimals = 0; decimals <= most_decimals; ++decimals, power *= 10.0) {
    shorter = std::round(exact * power) / power;
    if (std::abs(shorter * gib - bytes) < tolerance) return shorter;
  }
  return tolerance > 1.0 ? shorter : exact;
}

}  // namespace

std::optional<std::int64_t> thousandths_from(double amount) noexcept {
  const double scaled = amount * 1'000.0;
  if (!(std::abs(scaled) < exactly_counted)) return std::nullopt;
  const double rounded = std::round(scaled);
  // 0.3 * 1000 is not 300 in binary; what is within a rounding error of it was meant to be it.
  if (std::abs(scaled - rounded) > 1e-6) return std::nullopt;
  return static_cast<std::int64_t>(rounded);
}

std::optional<std::int64_t> bytes_from_gib(double amount, byte_rounding rounding) noexcept {
  const double scaled = amount * gib;
  if (!(std::abs(scaled) < exactly_counted)) return std::nullopt;
  return static_cast<std::int64_t>(rounding == byte_rounding::down ? std::floor(scaled) : std::ceil(scaled));
}

double from_thousandths(std::int64_t count) noexcept {
  return static_cast<double>(count) / 1'000.0;
}

double gib_from(std::int64_t bytes) noexcept {
  return shortest_within(static_cast<double>(bytes), 1.0, 9);
}

double gib_from_sum(std::int64_t bytes) noexcept {
  // Each part is less than a byte short of what was given: so much is that of all together, when none is below a MiB.
  constexpr double least_part = 1024.0 * 1024.0;
  constexpr double most = 65'536.0;
  const auto sum = static_cast<double>(bytes);
  return shortest_within(sum, std::clamp(std::abs(sum) / least_part, 1.0, most), 6);
}

std::string decimal_text(double number) {
  std::array<char, 400> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  return {text.data(), end.ptr};
}

}  // namespace modelgate::control::domain
