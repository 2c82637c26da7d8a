#include "control/api/primehub/administration_list.hpp"

#include "control/api/primehub/administration_nodes.hpp"
#include "control/api/primehub/paging.hpp"
#include "control/api/primehub/words.hpp"
#include "control/service/account_service.hpp"
#include "control/service/pull_secret_service.hpp"

#include <algorithm>
#include <charconv>

namespace modelgate::control::primehub {
namespace {

namespace json = boost::json;
using graphql::resolution;
using graphql::resolved;

struct listed {
  std::string name;
  std::string display_name;
  graphql::object_ptr node;
};

std::string in_small_letters(std::string words) {
  std::transform(words.begin(), words.end(), words.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return words;
}

bool contains(const std::string& all, const std::string& part) {
  return all.find(part) != std::string::npos;
}

/// `name_member`: what the condition calls the name.
bool fits(const listed& item, const json::object& where, const char* name_member) {
  if (given(where, "id") != nullptr && given_text(where, "id") != item.name) return false;
  if (!contains(item.name, given_text(where, name_member))) return false;
  if (!contains(item.display_name, given_text(where, "displayName_contains"))) return false;
  const std::string search = in_small_letters(given_text(where, "search"));
  return contains(in_small_letters(item.name), search) || contains(in_small_letters(item.display_name), search);
}

void filter(std::vector<listed>& items, const json::object& arguments, const char* name_member = "name_contains") {
  const auto* where = given(arguments, "where");
  if (where == nullptr) return;
  std::erase_if(items, [&](const listed& each) { return !fits(each, where->get_object(), name_member); });
}

/// By name or display name; other columns of PrimeHub's tables leave the order as it is.
void sort(std::vector<listed>& items, const json::object& arguments) {
  const auto* order = given(arguments, "orderBy");
  if (order == nullptr) return;
  for (const auto& [member, key] :
       {std::pair{"name", &listed::name}, std::pair{"displayName", &listed::display_name}}) {
    const std::string direction = given_text(order->get_object(), member);
    if (direction.empty()) continue;
    std::stable_sort(items.begin(), items.end(),
                     [key = key](const listed& a, const listed& b) { return a.*key < b.*key; });
    if (direction.starts_with("desc")) std::reverse(items.begin(), items.end());
  }
}

resolved edge_of(const listed& item) {
  return make_record({{"cursor", text(item.name)}, {"node", item.node}});
}

resolved nodes_of(const std::vector<listed>& items) {
  std::vector<resolved> nodes;
  for (const listed& each : items) nodes.emplace_back(each.node);
  return nodes;
}

std::int64_t page_of(const json::object& arguments) {
  const auto* page = given(arguments, "page");
  return page == nullptr ? 1 : page->to_number<std::int64_t>();
}

resolved connection(const std::vector<listed>& items, const numbered_page& page, bool cursors_are_pages) {
  std::vector<resolved> edges;
  for (std::size_t i = page.begin; i < page.end; ++i) edges.emplace_back(edge_of(items[i]));
  std::string first = edges.empty() ? "" : items[page.begin].name;
  std::string last = edges.empty() ? "" : items[page.end - 1].name;
  if (cursors_are_pages) {
    first = std::to_string(page.current - 1);
    last = std::to_string(page.current);
  }
  auto info = make_record({{"currentPage", count(page.current)},
                           {"totalPage", count(page.total)},
                           {"hasNextPage", yes_or_no(page.current < page.total)},
                           {"hasPreviousPage", yes_or_no(page.current > 1)},
                           {"startCursor", text_or_null(first)},
                           {"endCursor", text_or_null(last)}});
  return make_record({{"edges", std::move(edges)}, {"pageInfo", std::move(info)}});
}

resolved told(std::vector<listed> items, const json::object& arguments, list_form form) {
  filter(items, arguments);
  sort(items, arguments);
  if (form == list_form::whole) return nodes_of(items);
  return connection(items, numbered(items.size(), page_of(arguments)), false);
}

/// The page after so many, or before the one of that number; the first when nothing of the kind is said.
std::int64_t page_by_cursor(const json::object& arguments) {
  const auto number = [&](const char* member) -> std::optional<std::int64_t> {
    const std::string digits = given_text(arguments, member);
    std::int64_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stopped, error] = std::from_chars(digits.data(), end, value);
    constexpr std::int64_t largest = 1'000'000;
    if (error != std::errc{} || stopped != end || value < 0 || value > largest) return std::nullopt;
    return value;
  };
  if (const auto after = number("after")) return *after + 1;
  if (const auto before = number("before")) return *before;
  return 1;
}

}  // namespace

resolution group_list(const caller& by, const json::object& arguments, list_form form) {
  const auto known = by.groups();
  if (!known) return fault_of(known.error());
  std::vector<listed> items;
  for (const service::group_view& each : **known) {
    items.push_back({each.group.name, each.group.display_name, group_node(by, each)});
  }
  return told(std::move(items), arguments, form);
}

resolution instance_type_list(const caller& by, const json::object& arguments, list_form form) {
  const auto known = by.instance_types();
  if (!known) return fault_of(known.error());
  std::vector<listed> items;
  for (const auto& [name, type] : **known) {
    items.push_back({name, type.display_name, instance_type_node(by, type)});
  }
  return told(std::move(items), arguments, form);
}

resolution user_list(const caller& by, const json::object& arguments, list_form form) {
  const auto known = service::account_service{by.context(), by.all().logins}.list_users(by.who());
  if (!known) return fault_of(known.error());
  std::vector<listed> items;
  for (const domain::user& each : *known) {
    items.push_back({each.name, each.display_name, user_node(by, each.name)});
  }
  filter(items, arguments, "username_contains");
  if (form == list_form::whole) return nodes_of(items);
  return connection(items, numbered(items.size(), page_by_cursor(arguments)), true);
}

resolution secret_list(const caller& by, const json::object&) {
  const auto known = service::pull_secret_service{by.context(), by.all().vault}.list(by.who());
  if (!known) return fault_of(known.error());
  std::vector<resolved> nodes;
  for (const domain::pull_secret& each : *known) nodes.emplace_back(secret_node(each));
  return resolved{std::move(nodes)};
}

}  // namespace modelgate::control::primehub
