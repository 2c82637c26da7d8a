#include "modelgate/base/clock.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

namespace modelgate {
namespace {

std::tm utc_parts(system_time time) {
  const std::time_t seconds = system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return parts;
}

/// Reads exactly `width` digits at `position`, moving it on.
std::optional<int> read_digits(std::string_view text, std::size_t& position, std::size_t width) {
  if (position + width > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const char c = text[position + i];
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  position += width;
  return value;
}

bool read_char(std::string_view text, std::size_t& position, std::string_view allowed) {
  if (position >= text.size() || allowed.find(text[position]) == std::string_view::npos) return false;
  ++position;
  return true;
}

}  // namespace

std::string format_rfc3339(system_time time) {
  const std::tm parts = utc_parts(time);
  const auto millis =
      std::chrono::duration_cast<std::chrono::milliseconds>(time - std::chrono::floor<std::chrono::seconds>(time))
          .count();
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900,
                                 parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                                 static_cast<int>(millis));
  return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<system_time> parse_rfc3339(std::string_view text) {
  std::size_t at = 0;
  const auto year = read_digits(text, at, 4);
  if (!year || !read_char(text, at, "-")) return std::nullopt;
  const auto month = read_digits(text, at, 2);
  if (!month || !read_char(text, at, "-")) return std::nullopt;
  const auto day = read_digits(text, at, 2);
  if (!day || !read_char(text, at, "Tt ")) return std::nullopt;
  const auto hour = read_digits(text, at, 2);
  if (!hour || !read_char(text, at, ":")) return std::nullopt;
  const auto minute = read_digits(text, at, 2);
  if (!minute || !read_char(text, at, ":")) return std::nullopt;
  const auto second = read_digits(text, at, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;

  std::chrono::nanoseconds fraction{0};
  if (read_char(text, at, ".")) {
    std::int64_t unit = 100'000'000;
    const std::size_t first = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
      fraction += std::chrono::nanoseconds{unit * (text[at] - '0')};
      unit /= 10;
      ++at;
    }
    if (at == first) return std::nullopt;
  }

  std::chrono::minutes offset{0};
  if (!read_char(text, at, "Zz")) {
    if (at >= text.size() || (text[at] != '+' && text[at] != '-')) return std::nullopt;
    const bool negative = text[at++] == '-';
    const auto offset_hour = read_digits(text, at, 2);
    if (!offset_hour || !read_char(text, at, ":")) return std::nullopt;
    const auto offset_minute = read_digits(text, at, 2);
    if (!offset_minute || *offset_hour > 23 || *offset_minute > 59) return std::nullopt;
    offset = std::chrono::hours{*offset_hour} + std::chrono::minutes{*offset_minute};
    if (negative) offset = -offset;
  }
  if (at != text.size()) return std::nullopt;

  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  // The clock counts nanoseconds in 64 bits, which reach from 1677 to 2262; anything outside would overflow.
  if (!date.ok() || *year < 1678 || *year > 2261) return std::nullopt;
  const auto whole = std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute}
                     + std::chrono::seconds{*second} - offset;
  return std::chrono::time_point_cast<system_clock::duration>(whole + fraction);
}

std::string format_http_date(system_time time) {
  static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::tm parts = utc_parts(time);
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                 days[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                                 months[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900, parts.tm_hour,
                                 parts.tm_min, parts.tm_sec);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  if (text.empty() || text.front() < '0' || text.front() > '9')
    return std::nullopt;  // from_chars takes "-0", ".5", "inf"
  double number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (problem != std::errc{}) return std::nullopt;
  const std::string_view unit{end, static_cast<std::size_t>(text.data() + text.size() - end)};
  double factor = 0;
  if (unit == "ms")
    factor = 1;
  else if (unit == "s")
    factor = 1'000;
  else if (unit == "m")
    factor = 60'000;
  else if (unit == "h")
    factor = 3'600'000;
  else
    return std::nullopt;
  const double millis = number * factor;
  constexpr double longest = 1e12;  // thirty years: anything above is a mistake, and must not overflow
  if (millis > longest) return std::nullopt;
  return std::chrono::milliseconds{static_cast<std::int64_t>(millis + 0.5)};
}

}  // namespace modelgate
