#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace CLI {
class Validator;
}

/// Values that several options take, read and refused in one way. A value is never repeated: it may be a secret.
namespace modelgate::control::cli {

/// "90s", "5m", "1h", or a plain number of seconds. Errors: absent for anything else.
[[nodiscard]] std::optional<std::chrono::milliseconds> duration_from(std::string_view text);
/// The same for the server, which takes whole seconds: rounded up.
[[nodiscard]] std::optional<std::chrono::seconds> seconds_from(std::string_view text);

/// Refuses what `duration_from` cannot read.
[[nodiscard]] CLI::Validator a_duration();
/// Refuses all but times of RFC 3339 and what `duration_from` can read.
[[nodiscard]] CLI::Validator a_time();
/// Refuses all but whole numbers and "all".
[[nodiscard]] CLI::Validator a_line_count();
/// Refuses all but whole numbers from 1 on.
[[nodiscard]] CLI::Validator a_revision();

/// A time as RFC 3339 that was given as such or as how long ago it was.
[[nodiscard]] std::string time_from(const std::string& text);

}  // namespace modelgate::control::cli
