#include "modelgate/base/trace_context.hpp"

#include "gateway/base/hex_digits.hpp"

#include <algorithm>
#include <cstddef>

namespace modelgate {
namespace {

constexpr std::size_t most_entries = 32;
constexpr std::size_t longest_key = 256;
constexpr std::size_t longest_tenant = 241;
constexpr std::size_t longest_system = 14;
constexpr std::size_t longest_value = 256;

constexpr std::size_t version_at = 0;
constexpr std::size_t trace_at = 3;
constexpr std::size_t parent_at = 36;
constexpr std::size_t flags_at = 53;
constexpr std::uint64_t sampled_flag = 1;

/// Lower case only. Errors: absent.
constexpr std::optional<std::uint64_t> parse_hex(std::string_view text) noexcept {
  std::uint64_t number = 0;
  for (const char c : text) {
    std::uint64_t digit = 0;
    if (c >= '0' && c <= '9')
      digit = static_cast<std::uint64_t>(c - '0');
    else if (c >= 'a' && c <= 'f')
      digit = static_cast<std::uint64_t>(c - 'a') + 10;
    else
      return std::nullopt;
    number = number << 4 | digit;
  }
  return number;
}

constexpr bool is_lower(char c) noexcept {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool is_key_tail(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_lower(c) || is_digit(c) || c == '_' || c == '-' || c == '*' || c == '/'; });
}

/// "key", or "tenant@system".
bool is_valid_key(std::string_view key) noexcept {
  const std::size_t at = key.find('@');
  if (at == std::string_view::npos)
    return !key.empty() && key.size() <= longest_key && is_lower(key.front()) && is_key_tail(key.substr(1));
  const std::string_view tenant = key.substr(0, at);
  const std::string_view system = key.substr(at + 1);
  return !tenant.empty() && tenant.size() <= longest_tenant && (is_lower(tenant.front()) || is_digit(tenant.front()))
         && is_key_tail(tenant.substr(1)) && !system.empty() && system.size() <= longest_system
         && is_lower(system.front()) && is_key_tail(system.substr(1));
}

bool is_valid_value(std::string_view value) noexcept {
  const bool allowed =
      std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c <= 0x7e && c != ',' && c != '='; });
  return !value.empty() && value.size() <= longest_value && value.back() != ' ' && allowed;
}

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<trace_context> parse_traceparent(std::string_view text) noexcept {
  if (text.size() < traceparent_text{}.size()) return std::nullopt;
  if (text[trace_at - 1] != '-' || text[parent_at - 1] != '-' || text[flags_at - 1] != '-') return std::nullopt;
  const auto version = parse_hex(text.substr(version_at, 2));
  if (!version || *version == 0xff) return std::nullopt;
  if (text.size() > traceparent_text{}.size() && (*version == 0 || text[traceparent_text{}.size()] != '-'))
    return std::nullopt;
  const auto high = parse_hex(text.substr(trace_at, 16));
  const auto low = parse_hex(text.substr(trace_at + 16, 16));
  const auto parent = parse_hex(text.substr(parent_at, 16));
  const auto flags = parse_hex(text.substr(flags_at, 2));
  if (!high || !low || !parent || !flags) return std::nullopt;
  if ((*high == 0 && *low == 0) || *parent == 0) return std::nullopt;
  return trace_context{{*high, *low}, *parent, (*flags & sampled_flag) != 0};
}

traceparent_text format_traceparent(const trace_context& context) noexcept {
  traceparent_text text;
  text[0] = '0';
  text[1] = '0';
  text[trace_at - 1] = '-';
  put_hex(&text[trace_at], context.trace.high, 8);
  put_hex(&text[trace_at + 16], context.trace.low, 8);
  text[parent_at - 1] = '-';
  put_hex(&text[parent_at], context.parent, 8);
  text[flags_at - 1] = '-';
  text[flags_at] = '0';
  text[flags_at + 1] = context.sampled ? '1' : '0';
  return text;
}

trace_id_text to_hex(trace_id id) noexcept {
  trace_id_text text;
  put_hex(text.data(), id.high, 8);
  put_hex(text.data() + 16, id.low, 8);
  return text;
}

span_id_text to_hex(span_id id) noexcept {
  span_id_text text;
  put_hex(text.data(), id, 8);
  return text;
}

bool is_valid_tracestate(std::span<const std::string_view> values) noexcept {
  std::array<std::string_view, most_entries> keys;
  std::size_t entries = 0;
  for (std::string_view rest : values) {
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view entry = trim(rest.substr(0, comma));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      if (entry.empty()) continue;
      const std::size_t equals = entry.find('=');
      if (equals == std::string_view::npos || entries == most_entries) return false;
      const std::string_view key = entry.substr(0, equals);
      if (!is_valid_key(key) || !is_valid_value(entry.substr(equals + 1))) return false;
      const auto end = keys.begin() + static_cast<std::ptrdiff_t>(entries);
      if (std::find(keys.begin(), end, key) != end) return false;
      keys[entries++] = key;
    }
  }
  return true;
}

}  // namespace modelgate
