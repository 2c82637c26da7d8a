#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace modelgate::control::cli {

enum class tone { plain, good, busy, bad };

struct cell {
  std::string text;
  tone colour = tone::plain;
};

/// Columns for people: as wide as their widest cell, two spaces apart, a heading in capitals.
///
/// Shape: widths are counted in code points; control characters are made harmless.
class table {
 public:
  explicit table(std::vector<std::string> headings) : headings_{std::move(headings)} {}

  void add(std::vector<cell> row) { rows_.push_back(std::move(row)); }
  [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }
  void print(std::ostream& out, bool coloured) const;

 private:
  std::vector<std::string> headings_;
  std::vector<std::vector<cell>> rows_;
};

/// "text" in its colour. Source: ECMA-48 SGR.
[[nodiscard]] std::string coloured(std::string_view text, tone colour);

}  // namespace modelgate::control::cli
