#include "modelgate/base/nearest_word.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace modelgate {
namespace {

constexpr std::size_t longest_word = 128;

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::array<std::vector<std::size_t>, 3> rows;  // of the table a by b: before last, last, current
  for (auto& row : rows) row.assign(b.size() + 1, 0);
  for (std::size_t j = 0; j <= b.size(); ++j) rows[2][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::rotate(rows.begin(), rows.begin() + 1, rows.end());
    rows[2][0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      rows[2][j] = std::min({rows[1][j] + 1, rows[2][j - 1] + 1, rows[1][j - 1] + (same ? 0U : 1U)});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) rows[2][j] = std::min(rows[2][j], rows[0][j - 2] + 1);
    }
  }
  return rows[2][b.size()];
}

}  // namespace

std::optional<std::string_view> nearest_word(std::string_view text, std::span<const std::string_view> words) {
  if (text.size() > longest_word) return std::nullopt;
  std::optional<std::string_view> nearest;
  std::size_t least = 0;
  for (const std::string_view word : words) {
    const std::size_t far = distance(text, word);
    if (far > std::max<std::size_t>(1, word.size() / 3)) continue;
    if (nearest && far >= least) continue;
    nearest = word;
    least = far;
  }
  return nearest;
}

}  // namespace modelgate
