#include "control/api/graphql/unicode.hpp"

#include <algorithm>
#include <vector>

namespace modelgate::control::graphql {

void append_utf8(std::string& text, std::uint32_t code) {
  const auto tail = [&](unsigned shift) { text.push_back(static_cast<char>(0x80 | ((code >> shift) & 0x3F))); };
  if (code < 0x80) {
    text.push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    text.push_back(static_cast<char>(0xC0 | (code >> 6)));
    tail(0);
  } else if (code < 0x1'0000) {
    text.push_back(static_cast<char>(0xE0 | (code >> 12)));
    tail(6);
    tail(0);
  } else {
    text.push_back(static_cast<char>(0xF0 | (code >> 18)));
    tail(12);
    tail(6);
    tail(0);
  }
}

std::size_t utf8_size(std::string_view text) noexcept {
  if (text.empty()) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const unsigned second = byte(1);
  const bool wrong = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)
                     || (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
  return wrong ? 0 : size;
}

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t size = utf8_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

std::string block_text_value(std::string_view raw) {
  std::vector<std::string_view> lines;
  while (true) {
    const auto end = raw.find('\n');
    lines.push_back(raw.substr(0, end));
    if (end == std::string_view::npos) break;
    raw.remove_prefix(end + 1);
  }
  const auto indent_of = [](std::string_view line) { return std::min(line.find_first_not_of(" \t"), line.size()); };
  std::size_t common = std::string_view::npos;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::size_t indent = indent_of(lines[i]);
    if (indent < lines[i].size()) common = std::min(common, indent);
  }
  const auto is_blank = [&](std::string_view line) { return indent_of(line) == line.size(); };
  for (std::size_t i = 1; common != std::string_view::npos && i < lines.size(); ++i) {
    lines[i].remove_prefix(std::min(common, lines[i].size()));
  }
  auto first = lines.begin();
  auto last = lines.end();
  while (first != last && is_blank(*first)) ++first;
  while (first != last && is_blank(*(last - 1))) --last;
  std::string text;
  for (auto line = first; line != last; ++line) {
    if (line != first) text.push_back('\n');
    text += *line;
  }
  return text;
}

}  // namespace modelgate::control::graphql
