#include "control/api/primehub/deployment_list.hpp"

#include "control/api/primehub/deployment_node.hpp"
#include "control/api/primehub/words.hpp"

#include <boost/json/array.hpp>

namespace modelgate::control::primehub {
namespace {

namespace json = boost::json;
using graphql::resolved;
using service::deployment_view;
using views = std::vector<deployment_view>;

constexpr std::size_t batch = 500;

/// False: groups are asked for by name, and there is none among them.
bool read_groups(const json::object& where, std::vector<std::string>& groups) {
  const auto* names = given(where, "groupId_in");
  if (names == nullptr || names->get_array().empty()) return true;
  for (const json::value& each : names->get_array()) {
    if (each.is_string()) groups.emplace_back(each.get_string());
  }
  return !groups.empty();
}

result<views, graphql::fault> one(const caller& by, const std::string& id) {
  auto view = service::deployment_service{by.context()}.get(by.who(), id);
  if (!view) return fault_of(view.error(), resource_kind::deployment, id);
  views only;
  only.push_back(std::move(*view));
  return only;
}

struct part {
  views items;
  cursor_page place;
  std::size_t all = 0;
};

result<part, graphql::fault> asked_part(const caller& by, const json::object& arguments) {
  const auto cursors = read_cursors(arguments);
  if (!cursors) return cursors.error();
  auto all = deployments_where(by, arguments);
  if (!all) return all.error();
  std::vector<std::string> ids;
  for (const deployment_view& each : *all) ids.push_back(each.deployment.id);
  part found;
  found.place = page_of(ids, *cursors);
  found.all = all->size();
  for (std::size_t i = found.place.begin; i < found.place.end; ++i) found.items.push_back(std::move((*all)[i]));
  return found;
}

}  // namespace

result<views, graphql::fault> deployments_where(const caller& by, const json::object& arguments) {
  static const json::object everything;
  const auto* condition = given(arguments, "where");
  const json::object& where = condition == nullptr ? everything : condition->get_object();
  if (given(where, "id") != nullptr) return one(by, given_text(where, "id"));

  service::deployment_query wanted;
  if (!read_groups(where, wanted.groups)) return views{};
  wanted.search = given_text(where, "search");
  wanted.page_size = batch;
  const std::string part_of_name = given_text(where, "name_contains");
  const auto* mine = given(where, "mine");
  const bool only_mine = mine != nullptr && mine->get_bool();

  const service::deployment_service deployments{by.context()};
  views all;
  for (;;) {
    auto page = deployments.list(by.who(), wanted);
    if (!page) return fault_of(page.error());
    for (deployment_view& each : page->items) {
      if (each.deployment.name.find(part_of_name) == std::string::npos) continue;
      if (only_mine && each.deployment.current.created_by != by.who().user) continue;
      all.push_back(std::move(each));
    }
    if (!page->next) return all;
    wanted.after = page->next;
  }
}

graphql::resolution deployment_list(const caller& by, const json::object& arguments) {
  auto found = asked_part(by, arguments);
  if (!found) return found.error();
  std::vector<resolved> nodes;
  for (deployment_view& each : found->items) nodes.emplace_back(deployment_node(by, std::move(each)));
  return resolved{std::move(nodes)};
}

graphql::resolution deployment_connection(const caller& by, const json::object& arguments) {
  auto found = asked_part(by, arguments);
  if (!found) return found.error();
  std::vector<resolved> edges;
  std::string first;
  std::string last;
  for (deployment_view& each : found->items) {
    last = each.deployment.id;
    if (first.empty()) first = last;
    edges.emplace_back(make_record({{"cursor", text(last)}, {"node", deployment_node(by, std::move(each))}}));
  }
  auto page = make_record({{"hasNextPage", yes_or_no(found->place.has_next)},
                           {"hasPreviousPage", yes_or_no(found->place.has_previous)},
                           {"startCursor", text_or_null(first)},
                           {"endCursor", text_or_null(last)}});
  return resolved{make_record({{"edges", std::move(edges)}, {"pageInfo", std::move(page)}})};
}

}  // namespace modelgate::control::primehub
