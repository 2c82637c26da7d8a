#include "gateway/filter/request_timeout.hpp"

#include <algorithm>
#include <cstdint>

namespace modelgate::filter {
namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t most = nanoseconds{longest_request_timeout}.count();

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

}  // namespace

std::optional<nanoseconds> parse_request_timeout(std::string_view text) noexcept {
  std::int64_t unit = second;
  if (text.ends_with("ms")) {
    unit = second / 1'000;
    text.remove_suffix(2);
  } else if (text.ends_with('s')) {
    text.remove_suffix(1);
  }
  const std::size_t whole_digits = std::min(text.find('.'), text.size());
  if (whole_digits == 0 || whole_digits + 1 == text.size()) return std::nullopt;
  std::int64_t time = 0;
  for (const char c : text.substr(0, whole_digits)) {
    if (!is_digit(c)) return std::nullopt;
    time = std::min(most, std::min(time, most / 10) * 10 + (c - '0') * unit);
  }
  if (whole_digits < text.size()) {
    for (const char c : text.substr(whole_digits + 1)) {
      if (!is_digit(c)) return std::nullopt;
      unit /= 10;
      time = std::min(most, time + (c - '0') * unit);
    }
  }
  if (time == 0) return std::nullopt;
  return nanoseconds{time};
}

boost::system::result<nanoseconds, http::refusal> requested_timeout(const http::request_head& head) noexcept {
  std::optional<std::string_view> asked;
  for (const http::field& each : head.fields) {
    if (each.id != http::field_id::x_request_timeout || each.alias) continue;
    if (asked) return http::refusal{http::reason::bad_request, "X-Request-Timeout stands there twice; send it once"};
    asked = each.value;
  }
  if (!asked) return nanoseconds{longest_request_timeout};
  if (const auto time = parse_request_timeout(*asked)) return *time;
  return http::refusal{
      http::reason::bad_request,
      "X-Request-Timeout must be a time above zero, in seconds such as 2.5, or with its unit: 2s, 500ms"};
}

}  // namespace modelgate::filter
