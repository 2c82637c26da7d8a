#pragma once

#include "control/api/rest/parameters.hpp"
#include "control/api/rest/problem.hpp"

#include "modelgate/http_io/message.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <string>
#include <vector>

/// The few shapes that answers have.
namespace modelgate::control::rest {

[[nodiscard]] http_io::response json_answer(unsigned status, const boost::json::object& document);
[[nodiscard]] http_io::response text_answer(std::string text);
[[nodiscard]] http_io::response empty_answer(unsigned status);
/// 201 with the place of what was made.
[[nodiscard]] http_io::response created_answer(const std::string& place, const boost::json::object& document);

/// {"items": [...], "nextPageToken": "..."}
[[nodiscard]] http_io::response list_answer(boost::json::array items, const std::string& next_page_token);

/// One page of a list that is at hand as a whole, sorted by `key_of`. The last key is the token of the next page, which
/// so goes on at the right place even when that item is gone by then.
template <class Item, class Key, class View>
outcome page_answer(parameters& query, const std::vector<Item>& items, Key key_of, View view_of) {
  const auto size = query.number("pageSize", 1, largest_page_size).value_or(default_page_size);
  const std::string token = query.text("pageToken").value_or("");
  if (auto wrong = query.wrong()) return *wrong;
  boost::json::array page;
  std::string last;
  for (const Item& item : items) {
    const std::string key = key_of(item);
    if (key <= token) continue;
    if (page.size() == size) return list_answer(std::move(page), last);
    page.push_back(view_of(item));
    last = key;
  }
  return list_answer(std::move(page), "");
}

}  // namespace modelgate::control::rest
