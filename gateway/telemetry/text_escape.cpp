#include "gateway/telemetry/text_escape.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace modelgate::telemetry {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

constexpr std::uint8_t byte(char c) noexcept {
  return static_cast<std::uint8_t>(c);
}

/// How many bytes the sequence at the front has; 0: it is none. Source: RFC 3629 section 4.
std::size_t sequence_size(std::string_view text) noexcept {
  const std::uint8_t first = byte(text[0]);
  const auto is_tail = [&](std::size_t at) { return at < text.size() && (byte(text[at]) & 0xc0) == 0x80; };
  const std::uint8_t second = text.size() > 1 ? byte(text[1]) : 0;
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return is_tail(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f)) return 0;
    return is_tail(1) && is_tail(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if ((first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) return 0;
    return is_tail(1) && is_tail(2) && is_tail(3) ? 4 : 0;
  }
  return 0;
}

constexpr std::array<bool, 256> plain_bytes = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x7f; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

bool is_plain(char c) noexcept {
  return plain_bytes[byte(c)];
}

void append_escaped(std::string& out, std::string_view& rest) {
  const char c = rest.front();
  if (c == '"' || c == '\\') {
    out += '\\';
    out += c;
    rest.remove_prefix(1);
    return;
  }
  if (byte(c) < 0x80) {
    out.append("\\u00") += digits[byte(c) >> 4];
    out += digits[byte(c) & 0xf];
    rest.remove_prefix(1);
    return;
  }
  const std::size_t size = sequence_size(rest);
  // U+0080 to U+009F are controls as well, and terminals obey them; U+2028 and U+2029 end lines for some.
  const bool is_control = size == 2 && byte(c) == 0xc2 && byte(rest[1]) < 0xa0;
  const bool ends_line = size == 3 && (rest.starts_with("\xe2\x80\xa8") || rest.starts_with("\xe2\x80\xa9"));
  if (size == 0 || is_control || ends_line)
    out += "\\ufffd";
  else
    out += rest.substr(0, size);
  rest.remove_prefix(std::max<std::size_t>(size, 1));
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const auto odd = std::find_if_not(text.begin(), text.end(), is_plain);
    const auto plain = static_cast<std::size_t>(odd - text.begin());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (!text.empty()) append_escaped(out, text);
  }
  out += '"';
}

void append_word(std::string& out, std::string_view text) {
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_plain(c) && c != ' ' && c != '=';
  });
  if (plain)
    out += text;
  else
    append_quoted(out, text);
}

}  // namespace modelgate::telemetry
