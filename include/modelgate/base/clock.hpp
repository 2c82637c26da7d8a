#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace modelgate {

/// Time that never jumps: deadlines, latencies. Pure code takes it as an argument, so tests need no sleep.
using steady_clock = std::chrono::steady_clock;
using steady_time = steady_clock::time_point;

/// Time of day, UTC: what people and other programs are shown.
using system_clock = std::chrono::system_clock;
using system_time = system_clock::time_point;

/// `2026-01-31T08:15:30.125Z`; always UTC, always milliseconds.
/// Source: RFC 3339.
[[nodiscard]] std::string format_rfc3339(system_time time);

/// Accepts any fraction of a second and any offset. Errors: absent when the text is not a date-time of RFC 3339, or its
/// year is outside 1678 to 2261, which is what the clock can count.
[[nodiscard]] std::optional<system_time> parse_rfc3339(std::string_view text);

/// `Sun, 06 Nov 1994 08:49:37 GMT`, for the Date field. Source: RFC 9110 section 5.6.7.
[[nodiscard]] std::string format_http_date(system_time time);

/// A duration as people write it in config files: "250ms", "1.5s", "2m", "1h".
/// Errors: absent for a missing unit, a negative number or anything else.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace modelgate
