#include "modelgate/http/fields.hpp"

#include "gateway/http/characters.hpp"
#include "gateway/http/field_names.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace modelgate::http {
namespace {

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

static_assert(std::is_sorted(known_names.begin(), known_names.end(),
                             [](const known_name& a, const known_name& b) { return a.name.size() < b.name.size(); }));

/// First entry of `known_names` that has at least this many characters: the table is sorted by length.
constexpr auto first_of_length = [] {
  std::array<std::uint8_t, longest_known + 2> first{};
  for (std::size_t length = 0; length < first.size(); ++length) {
    std::size_t at = 0;
    while (at < known_names.size() && known_names[at].name.size() < length) ++at;
    first[length] = static_cast<std::uint8_t>(at);
  }
  return first;
}();

/// -1: different; 0: equal; 1: equal only after folding `_` and `.` to `-`.
int compare_folded(std::string_view name, std::string_view known) noexcept {
  int folded = 0;
  for (std::size_t i = 0; i < known.size(); ++i) {
    const char c = lower(name[i]);
    if (c == known[i]) continue;
    if (known[i] != '-' || (c != '_' && c != '.')) return -1;
    folded = 1;
  }
  return folded;
}

}  // namespace

field_class classify_field(std::string_view name) noexcept {
  if (name.size() > longest_known) return {};
  for (std::size_t at = first_of_length[name.size()]; at < first_of_length[name.size() + 1]; ++at) {
    // All known names begin with a letter, and most others with another one.
    if (lower(name.front()) != known_names[at].name.front()) continue;
    const int order = compare_folded(name, known_names[at].name);
    if (order >= 0) return {known_names[at].id, order == 1};
  }
  return {};
}

bool is_hop_by_hop(field_id id) noexcept {
  switch (id) {
    case field_id::connection:
    case field_id::keep_alive:
    case field_id::proxy_authenticate:
    case field_id::proxy_authorization:
    case field_id::proxy_connection:
    case field_id::te:
    case field_id::trailer:
    case field_id::transfer_encoding:
    case field_id::upgrade:
      return true;
    default:
      return false;
  }
}

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  if (a == b) return true;  // nearly always, where it is true at all
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

bool list_has_token(std::string_view list, std::string_view token) noexcept {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (equals_ignoring_case(trim(list.substr(0, comma)), token)) return true;
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

bool is_token(std::string_view text) noexcept {
  return !text.empty() && all_in(in_token, text);
}

}  // namespace modelgate::http
