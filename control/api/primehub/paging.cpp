#include "control/api/primehub/paging.hpp"

#include "control/api/primehub/words.hpp"

#include <algorithm>

namespace modelgate::control::primehub {
namespace {

constexpr std::size_t page_size = 10;

std::optional<std::size_t> place_of(const std::vector<std::string>& ids, const std::optional<std::string>& id) {
  if (!id) return std::nullopt;
  const auto found = std::find(ids.begin(), ids.end(), *id);
  if (found == ids.end()) return std::nullopt;
  return static_cast<std::size_t>(found - ids.begin());
}

}  // namespace

cursor_page page_of(const std::vector<std::string>& ids, const cursor_request& asked) {
  cursor_page page{0, ids.size(), false, false};
  if (const auto place = place_of(ids, asked.before)) page.end = *place;
  if (const auto place = place_of(ids, asked.after)) page.begin = std::min(*place + 1, page.end);
  const auto at_most = [&](std::int64_t count) {
    return std::min<std::size_t>(static_cast<std::size_t>(count), page.end - page.begin);
  };
  if (asked.first) page.end = page.begin + at_most(*asked.first);
  if (asked.last) page.begin = page.end - at_most(*asked.last);
  if (page.begin == page.end || !asked.asks_for_part()) return page;
  page.has_next = page.end < ids.size();
  page.has_previous = page.begin > 0;
  return page;
}

result<cursor_request, graphql::fault> read_cursors(const boost::json::object& arguments) {
  cursor_request asked;
  for (const auto& [name, to] : {std::pair{"before", &asked.before}, std::pair{"after", &asked.after}}) {
    if (given(arguments, name) != nullptr) *to = given_text(arguments, name);
  }
  for (const auto& [name, to] : {std::pair{"first", &asked.first}, std::pair{"last", &asked.last}}) {
    const auto* number = given(arguments, name);
    if (number == nullptr) continue;
    *to = number->to_number<std::int64_t>();
    if (**to < 0) {
      return graphql::fault{"Argument \"" + std::string{name} + "\" must not be negative.", graphql::bad_user_input};
    }
  }
  return asked;
}

numbered_page numbered(std::size_t items, std::int64_t page) {
  numbered_page found;
  found.current = std::max<std::int64_t>(page, 1);
  found.total = static_cast<std::int64_t>((items + page_size - 1) / page_size);
  found.begin = found.current > found.total ? items : static_cast<std::size_t>(found.current - 1) * page_size;
  found.end = std::min(found.begin + page_size, items);
  return found;
}

}  // namespace modelgate::control::primehub
