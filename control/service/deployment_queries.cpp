#include "control/domain/names.hpp"
#include "control/service/deployment_service.hpp"
#include "control/service/visible_deployment.hpp"

#include <algorithm>

namespace modelgate::control::service {
namespace {

/// The groups to look in; absent means all of them.
std::optional<std::vector<std::string>> groups_to_search(const domain::principal& who, const deployment_query& query) {
  if (query.groups.empty()) {
    if (who.is_platform_admin()) return std::nullopt;
    return who.groups;
  }
  std::vector<std::string> groups;
  std::copy_if(query.groups.begin(), query.groups.end(), std::back_inserter(groups),
               [&](const std::string& group) { return who.may_act_on_group(group); });
  return groups;
}

}  // namespace

deployment_view deployment_service::view_of(store::stored_deployment stored) const {
  auto status = context_.reconciler.status_of(stored.deployment, stored.refusal);
  return {std::move(stored.deployment), std::move(status)};
}

answer<deployment_page> deployment_service::list(const domain::principal& who, const deployment_query& query) const {
  store::deployment_filter filter;
  filter.groups = groups_to_search(who, query);
  filter.search = query.search;
  if (query.mine) filter.created_by = who.user;
  if (query.after) filter.before = *query.after;
  filter.limit = query.page_size + 1;

  // The phase is not in the store, so it is looked for page by page until there is one more than asked for.
  deployment_page page;
  std::uint64_t last_taken = 0;
  for (;;) {
    auto batch =
        context_.database.read([&](store::transaction& within) -> answer<std::vector<store::stored_deployment>> {
          return store::deployment_store{within}.list(filter);
        });
    if (!batch) return batch.error();
    const bool exhausted = batch->size() < filter.limit;
    for (store::stored_deployment& stored : *batch) {
      const std::uint64_t sequence = stored.sequence;
      filter.before = sequence;
      deployment_view view = view_of(std::move(stored));
      if (query.phase && view.status.phase != *query.phase) continue;
      if (page.items.size() == query.page_size) {
        page.next = last_taken;
        return page;
      }
      last_taken = sequence;
      page.items.push_back(std::move(view));
    }
    if (exhausted) return page;
  }
}

answer<deployment_view> deployment_service::get(const domain::principal& who, const std::string& id) const {
  auto stored = context_.database.read([&](store::transaction& within) { return find_visible(within, who, id); });
  if (!stored) return stored.error();
  return view_of(std::move(*stored));
}

answer<std::vector<domain::recorded_revision>> deployment_service::history(const domain::principal& who,
                                                                           const std::string& id) const {
  return context_.database.read([&](store::transaction& within) -> answer<std::vector<domain::recorded_revision>> {
    if (const auto stored = find_visible(within, who, id); !stored) return stored.error();
    return store::deployment_store{within}.history(id);
  });
}

answer<domain::recorded_revision> deployment_service::revision(const domain::principal& who, const std::string& id,
                                                               std::uint64_t number) const {
  return context_.database.read([&](store::transaction& within) -> answer<domain::recorded_revision> {
    if (const auto stored = find_visible(within, who, id); !stored) return stored.error();
    auto revision = store::deployment_store{within}.revision(id, number);
    if (!revision) return not_found("revision", std::to_string(number));
    return std::move(*revision);
  });
}

answer<std::optional<std::string>> deployment_service::obstacle_to(const std::string& id) const {
  if (!domain::is_deployment_id(id))
    return std::optional<std::string>{"an id " + std::string{domain::deployment_id_rule}};
  return context_.database.read([&](store::transaction& within) -> answer<std::optional<std::string>> {
    if (!store::deployment_store{within}.exists(id)) return std::optional<std::string>{};
    return std::optional<std::string>{"there is a deployment with this id"};
  });
}

}  // namespace modelgate::control::service
