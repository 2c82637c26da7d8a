#pragma once

#include <cstdint>
#include <optional>
#include <string>

/// The API speaks cores, requests per second and GiB with fractions; inside everything is whole thousandths and bytes.
namespace modelgate::control::domain {

/// Errors: absent when it is not a whole number of thousandths, or too large to be one.
[[nodiscard]] std::optional<std::int64_t> thousandths_from(double amount) noexcept;

/// What becomes of a part of a byte. Down for what is taken and up for what there is, so that a quota of 2.1 GiB holds
/// three times 0.7, though none of them is whole bytes.
enum class byte_rounding { down, up };
/// Errors: absent when it is too large.
[[nodiscard]] std::optional<std::int64_t> bytes_from_gib(double gib, byte_rounding rounding) noexcept;

[[nodiscard]] double from_thousandths(std::int64_t count) noexcept;
/// The number with the fewest decimals that is less than a byte away: what was given is what is shown.
[[nodiscard]] double gib_from(std::int64_t bytes) noexcept;
/// For a sum, which has the roundings of all its parts: a millionth of it, and 64 KiB at most, does not count, so that
/// 25 times 0.3 is shown as 7.5 and 10,000 times 0.2 as 2000.
[[nodiscard]] double gib_from_sum(std::int64_t bytes) noexcept;

/// As people write it: "2", "0.5". The shortest text that reads back as the same number.
[[nodiscard]] std::string decimal_text(double number);

}  // namespace modelgate::control::domain
