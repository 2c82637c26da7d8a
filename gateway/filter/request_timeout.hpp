#pragma once

#include "modelgate/http/head.hpp"

#include <boost/system/result.hpp>

#include <chrono>
#include <optional>
#include <string_view>

namespace modelgate::filter {

/// Longer than any deployment waits: what is asked beyond that is taken as this.
inline constexpr std::chrono::hours longest_request_timeout{24 * 366};

/// "2.5" and "2.5s" are seconds, "250ms" are milliseconds: digits, a point and more digits if wanted, the unit if wanted.
/// Absent: text of another form, or nothing above zero. Finer than a nanosecond is not kept.
[[nodiscard]] std::optional<std::chrono::nanoseconds> parse_request_timeout(std::string_view text) noexcept;

/// How long the client is ready to wait, as its X-Request-Timeout says; `longest_request_timeout` without one.
/// Errors: 400 for a value that cannot be read, and for more than one.
[[nodiscard]] boost::system::result<std::chrono::nanoseconds, http::refusal> requested_timeout(
    const http::request_head& head) noexcept;

}  // namespace modelgate::filter
