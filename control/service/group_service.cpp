#include "control/service/group_service.hpp"

#include "control/domain/group_document.hpp"
#include "control/store/audit_store.hpp"
#include "control/store/deployment_store.hpp"
#include "control/store/group_store.hpp"
#include "control/store/user_store.hpp"

#include <algorithm>

namespace modelgate::control::service {
namespace {

group_view view_of(store::transaction& within, domain::group group) {
  auto usage = store::deployment_store{within}.usage_of(group.name);
  return {std::move(group), usage};
}

void check_people(store::transaction& within, const std::vector<std::string>& people, const char* pointer,
                  diagnostics& mistakes) {
  const store::user_store users{within};
  for (std::size_t i = 0; i < people.size(); ++i) {
    const std::string where = domain::pointer_to(pointer, i);
    if (domain::concerns(mistakes, where) || users.find(people[i])) continue;
    mistakes.push_back(
        {where, std::string{domain::mistake_code::unknown_user}, "there is no user \"" + people[i] + "\""});
  }
}

void check_people(store::transaction& within, domain::parsed<domain::group>& read) {
  check_people(within, read.value.admins, "/admins", read.mistakes);
  check_people(within, read.value.members, "/members", read.mistakes);
}

/// Whether everything stays that says what the group may use.
bool same_but_for_people(domain::group before, const domain::group& after) {
  before.display_name = after.display_name;
  before.admins = after.admins;
  before.members = after.members;
  return before == after;
}

constexpr unsigned accepted = 202;  // what deleting each of them would have been answered with

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

}  // namespace

answer<std::vector<group_view>> group_service::list(const domain::principal& who) const {
  return context_.database.read([&](store::transaction& within) -> answer<std::vector<group_view>> {
    std::vector<group_view> views;
    for (domain::group& group : store::group_store{within}.list()) {
      if (who.may_act_on_group(group.name)) views.push_back(view_of(within, std::move(group)));
    }
    return views;
  });
}

answer<group_view> group_service::get(const domain::principal& who, const std::string& name) const {
  return context_.database.read([&](store::transaction& within) -> answer<group_view> {
    auto group = store::group_store{within}.find(name);
    if (!group || !who.may_act_on_group(name)) return not_found("group", name);
    return view_of(within, std::move(*group));
  });
}

answer<group_view> group_service::create(const domain::principal& who, const boost::json::value& document) const {
  if (!who.is_platform_admin()) return not_authorised();
  auto read = domain::read_group(document);
  return context_.database.write([&](store::transaction& within) -> answer<group_view> {
    check_people(within, read);
    if (!read.ok()) return invalid(read.mistakes);
    store::group_store groups{within};
    if (const auto alike = groups.name_alike(read.value.name)) {
      return service_error{failure::conflict, "Resource name already exist: there is a group \"" + *alike
                                                  + "\"; case does not count, and _ is -"};
    }
    groups.insert(read.value);
    return view_of(within, *groups.find(read.value.name));
  });
}

answer<group_view> group_service::patch(const domain::principal& who, const std::string& name,
                                        const boost::json::value& patch) const {
  return amend(who, name, [&](const domain::group&) -> answer<boost::json::value> { return patch; });
}

answer<group_view> group_service::amend(const domain::principal& who, const std::string& name,
                                        const patch_maker& patch_of) const {
  auto changed = context_.database.write([&](store::transaction& within) -> answer<group_view> {
    store::group_store groups{within};
    const auto current = groups.find(name);
    if (!current || !who.may_act_on_group(name)) return not_found("group", name);
    if (!who.may_administer_group(name)) return not_authorised();
    const auto patch = patch_of(*current);
    if (!patch) return patch.error();
    auto read = domain::read_group_patch(*current, *patch);
    if (!who.is_platform_admin() && !same_but_for_people(*current, read.value)) {
      return service_error{failure::forbidden,
                           "a group's administrator changes displayName, admins and members; the rest is the platform "
                           "administrators'"};
    }
    check_people(within, read);
    if (!read.ok()) return invalid(read.mistakes);
    groups.update(read.value);
    return view_of(within, *groups.find(name));
  });
  // Deployments of a group that was disabled must end, those of one that was enabled may run.
  if (changed) context_.reconciler.wake();
  return changed;
}

answer<bool> group_service::remove(const domain::principal& who, const std::string& name,
                                   std::vector<std::string> confirmed, const domain::audit_event& cause) const {
  std::sort(confirmed.begin(), confirmed.end());
  auto draining = context_.database.write([&](store::transaction& within) -> answer<std::vector<std::string>> {
    store::group_store groups{within};
    if (!groups.find(name) || !who.may_act_on_group(name)) return not_found("group", name);
    if (!who.is_platform_admin()) return not_authorised();
    store::deployment_store deployments{within};
    const auto ids = deployments.ids_in_group(name);
    if (ids != confirmed) {
      return service_error{
          failure::conflict,
          ids.empty()
              ? "the group has no deployments; delete it without ?confirm"
              : "the group has deployments, which would be deleted with it; repeat with ?confirm=" + joined(ids)};
    }
    store::audit_store audit{within};
    for (const std::string& id : ids) {
      deployments.mark_deleting(id);
      domain::audit_event event = cause;
      event.at = context_.now();
      event.user = who.user;
      event.credential = who.credential;
      event.path = "/deployments/" + id;
      event.resource = "deployments/" + id;
      event.status = accepted;
      audit.add(event);
    }
    groups.erase(name);
    return ids;
  });
  if (!draining) return draining.error();
  context_.reconciler.wake();
  return answer<bool>{boost::system::in_place_value, !draining->empty()};
}

}  // namespace modelgate::control::service
