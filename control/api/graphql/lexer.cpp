#include "control/api/graphql/lexer.hpp"

#include "control/api/graphql/unicode.hpp"

#include <array>

namespace modelgate::control::graphql {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_name_start(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

int hex_digit(char c) noexcept {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

fault syntax_fault(const std::string& why, location at) {
  return {"Syntax Error: " + why + " (line " + std::to_string(at.line) + ", column " + std::to_string(at.column) + ")",
          parse_failed};
}

lexer::lexer(std::string_view document) noexcept : document_{document} {
  if (document_.starts_with(byte_order_mark)) document_.remove_prefix(byte_order_mark.size());
}

location lexer::here() const noexcept {
  return {line_, static_cast<std::uint32_t>(at_ - line_start_ + 1)};
}

fault lexer::broken(const std::string& why) const {
  return syntax_fault(why, here());
}

/// At a line feed or a carriage return.
void lexer::end_line() noexcept {
  at_ += peek() == '\r' && peek(1) == '\n' ? 2 : 1;
  ++line_;
  line_start_ = at_;
}

void lexer::skip_ignored() noexcept {
  while (!done()) {
    const char c = peek();
    if (c == '\n' || c == '\r') {
      end_line();
    } else if (c == ' ' || c == '\t' || c == ',') {
      ++at_;
    } else if (document_.substr(at_).starts_with(byte_order_mark)) {
      at_ += byte_order_mark.size();
    } else if (c == '#') {
      while (!done() && peek() != '\n' && peek() != '\r') ++at_;
    } else {
      return;
    }
  }
}

result<token, fault> lexer::next() {
  skip_ignored();
  token found{token_kind::end, {}, here()};
  if (done()) return found;
  const char c = peek();
  if (is_name_start(c)) {
    const std::size_t start = at_;
    while (is_name_start(peek()) || is_digit(peek())) ++at_;
    found.kind = token_kind::name;
    found.text = document_.substr(start, at_ - start);
    return found;
  }
  if (is_digit(c) || c == '-') return number();
  if (c == '"') return document_.substr(at_).starts_with(R"(""")") ? block_text() : text();
  found.kind = token_kind::punctuator;
  if (document_.substr(at_).starts_with("...")) {
    found.text = "...";
  } else if (std::string_view{"!$&()[]{}:=@|"}.find(c) != std::string_view::npos && c != '\0') {
    found.text = std::string(1, c);
  } else {
    return broken(c > ' ' && c < 0x7f ? std::string{"Unexpected character: \""} + c + "\"." : "Unexpected character.");
  }
  at_ += found.text.size();
  return found;
}

bool lexer::take_digits() noexcept {
  const std::size_t start = at_;
  while (is_digit(peek())) ++at_;
  return at_ > start;
}

result<token, fault> lexer::number() {
  token found{token_kind::integer, {}, here()};
  const std::size_t start = at_;
  if (peek() == '-') ++at_;
  if (peek() == '0' && is_digit(peek(1))) return broken("Invalid number, unexpected digit after 0.");
  if (!take_digits()) return broken("Invalid number, expected digit.");
  if (peek() == '.') {
    found.kind = token_kind::floating;
    ++at_;
    if (!take_digits()) return broken("Invalid number, expected digit after \".\".");
  }
  if (peek() == 'e' || peek() == 'E') {
    found.kind = token_kind::floating;
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    if (!take_digits()) return broken("Invalid number, expected digit in exponent.");
  }
  if (peek() == '.' || is_name_start(peek())) return broken("Invalid number, expected digit.");
  found.text = document_.substr(start, at_ - start);
  return found;
}

result<std::uint32_t, fault> lexer::unicode_escape() {
  std::uint32_t code = 0;
  const auto take = [&]() -> bool {
    const int digit = hex_digit(peek());
    if (digit < 0 || code > 0x10'FFFF) return false;
    code = code * 16 + static_cast<std::uint32_t>(digit);
    ++at_;
    return true;
  };
  if (peek() == '{') {
    ++at_;
    std::size_t digits = 0;
    while (peek() != '}') {
      if (!take()) return broken("Invalid Unicode escape sequence.");
      ++digits;
    }
    ++at_;
    if (digits == 0 || !is_unicode_scalar(code)) return broken("Invalid Unicode escape sequence.");
    return code;
  }
  for (int i = 0; i < 4; ++i) {
    if (!take()) return broken("Invalid Unicode escape sequence.");
  }
  if (is_unicode_scalar(code)) return code;
  // A pair of surrogates is one character.
  const std::uint32_t high = code;
  if (high >= 0xDC00 || peek() != '\\' || peek(1) != 'u') return broken("Invalid Unicode escape sequence.");
  at_ += 2;
  code = 0;
  for (int i = 0; i < 4; ++i) {
    if (!take()) return broken("Invalid Unicode escape sequence.");
  }
  if (code < 0xDC00 || code > 0xDFFF) return broken("Invalid Unicode escape sequence.");
  return 0x1'0000 + ((high - 0xD800) << 10) + (code - 0xDC00);
}

/// Behind the backslash.
result<void, fault> lexer::escape(std::string& value) {
  constexpr std::array<std::pair<char, char>, 8> simple{
      {{'"', '"'}, {'\\', '\\'}, {'/', '/'}, {'b', '\b'}, {'f', '\f'}, {'n', '\n'}, {'r', '\r'}, {'t', '\t'}}};
  const char c = peek();
  for (const auto& [written, meant] : simple) {
    if (c != written) continue;
    value.push_back(meant);
    ++at_;
    return {};
  }
  if (c != 'u') return broken("Invalid character escape sequence.");
  ++at_;
  const auto code = unicode_escape();
  if (!code) return code.error();
  append_utf8(value, *code);
  return {};
}

result<token, fault> lexer::text() {
  token found{token_kind::text, {}, here()};
  ++at_;
  while (!done() && peek() != '\n' && peek() != '\r') {
    const char c = peek();
    if (c == '"') {
      ++at_;
      return found;
    }
    if (c == '\\') {
      ++at_;
      if (auto taken = escape(found.text); !taken) return taken.error();
      continue;
    }
    const std::size_t size = utf8_size(document_.substr(at_));
    if (size == 0) return broken("Invalid character within String.");
    found.text += document_.substr(at_, size);
    at_ += size;
  }
  return broken("Unterminated string.");
}

result<token, fault> lexer::block_text() {
  token found{token_kind::block_text, {}, here()};
  at_ += 3;
  std::string raw;
  while (!done()) {
    const std::string_view rest = document_.substr(at_);
    if (rest.starts_with(R"(""")")) {
      at_ += 3;
      found.text = block_text_value(raw);
      return found;
    }
    if (rest.starts_with(R"(\""")")) {
      raw += R"(""")";
      at_ += 4;
    } else if (rest.front() == '\n' || rest.front() == '\r') {
      raw.push_back('\n');
      end_line();
    } else {
      const std::size_t size = utf8_size(rest);
      if (size == 0) return broken("Invalid character within String.");
      raw += rest.substr(0, size);
      at_ += size;
    }
  }
  return broken("Unterminated string.");
}

}  // namespace modelgate::control::graphql
