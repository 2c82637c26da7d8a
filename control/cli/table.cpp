#include "control/cli/table.hpp"

#include "control/cli/failure.hpp"

#include <algorithm>
#include <ostream>

namespace modelgate::control::cli {
namespace {

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

std::string coloured(std::string_view text, tone colour) {
  std::string_view start;
  switch (colour) {
    case tone::plain:
      return std::string{text};
    case tone::good:
      start = "\x1b[32m";
      break;
    case tone::busy:
      start = "\x1b[33m";
      break;
    case tone::bad:
      start = "\x1b[31m";
      break;
  }
  return std::string{start}.append(text).append("\x1b[0m");
}

void table::print(std::ostream& out, bool with_colours) const {
  std::vector<std::size_t> widths;
  for (const std::string& heading : headings_) widths.push_back(width_of(heading));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i].text));
  }
  // The last column is not filled up: trailing spaces would only make lines wrap.
  const auto gap_after = [&](std::size_t column, std::string_view text) {
    return column + 1 == headings_.size() ? std::string{} : std::string(widths[column] - width_of(text) + 2, ' ');
  };
  for (std::size_t i = 0; i < headings_.size(); ++i) out << headings_[i] << gap_after(i, headings_[i]);
  out << '\n';
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string text = printable(row[i].text);
      out << (with_colours ? coloured(text, row[i].colour) : text) << gap_after(i, text);
    }
    out << '\n';
  }
}

}  // namespace modelgate::control::cli
