#pragma once

#include <cstdint>
#include <optional>
#include <string>

/// The API speaks cores and GiB with fractions; inside everything is whole millicores and bytes.
namespace modelgate::control::domain {

/// Errors: absent when it is not a whole number of thousandths, or too large to be one.
[[nodiscard]] std::optional<std::int64_t> millicores_from(double cores) noexcept;
/// The nearest byte. Errors: absent when it is too large.
[[nodiscard]] std::optional<std::int64_t> bytes_from_gib(double gib) noexcept;

[[nodiscard]] double cores_from(std::int64_t millicores) noexcept;
/// The number with the fewest decimals that `bytes_from_gib` takes back to the same bytes: what was given is what is
/// shown.
[[nodiscard]] double gib_from(std::int64_t bytes) noexcept;

/// As people write it: "2", "0.5". The shortest text that reads back as the same number.
[[nodiscard]] std::string decimal_text(double number);

}  // namespace modelgate::control::domain
