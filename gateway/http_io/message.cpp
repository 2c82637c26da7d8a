#include "modelgate/http_io/message.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>

namespace modelgate::http_io {
namespace {

bool same_name(std::string_view a, std::string_view b) noexcept {
  return boost::beast::iequals({a.data(), a.size()}, {b.data(), b.size()});
}

}  // namespace

void field_list::set(std::string_view name, std::string value) {
  const auto named = [name](const auto& entry) { return same_name(entry.first, name); };
  const auto first = std::find_if(entries_.begin(), entries_.end(), named);
  if (first == entries_.end()) {
    add(std::string{name}, std::move(value));
    return;
  }
  first->second = std::move(value);
  entries_.erase(std::remove_if(first + 1, entries_.end(), named), entries_.end());
}

std::string_view field_list::get(std::string_view name) const noexcept {
  for (const auto& [held, value] : entries_) {
    if (same_name(held, name)) return value;
  }
  return {};
}

std::string field_list::combined(std::string_view name) const {
  std::string all;
  for (const auto& [held, value] : entries_) {
    if (same_name(held, name)) all.append(all.empty() ? "" : ",").append(value);
  }
  return all;
}

bool field_list::contains(std::string_view name) const noexcept {
  return count(name) > 0;
}

std::size_t field_list::count(std::string_view name) const noexcept {
  return static_cast<std::size_t>(std::count_if(entries_.begin(), entries_.end(),
                                                [name](const auto& entry) { return same_name(entry.first, name); }));
}

std::optional<std::string_view> request::query_value(std::string_view name) const noexcept {
  for (const auto& [held, value] : query) {
    if (held == name) return value;
  }
  return std::nullopt;
}

}  // namespace modelgate::http_io
