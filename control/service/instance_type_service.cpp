#include "control/service/instance_type_service.hpp"

#include "control/domain/instance_type_document.hpp"
#include "control/store/deployment_store.hpp"
#include "control/store/group_store.hpp"
#include "control/store/instance_type_store.hpp"

namespace modelgate::control::service {
namespace {

bool may_see(const domain::principal& who, const domain::instance_type& type) {
  return domain::audience_of(type).includes(who);
}

void check_groups(store::transaction& within, domain::parsed<domain::instance_type>& read) {
  if (!read.value.groups) return;
  const store::group_store groups{within};
  for (std::size_t i = 0; i < read.value.groups->size(); ++i) {
    const std::string& name = (*read.value.groups)[i];
    const std::string where = domain::pointer_to("/groups", i);
    if (domain::concerns(read.mistakes, where) || groups.find(name)) continue;
    read.mistakes.push_back({where, std::string{domain::mistake_code::unknown_group}, "Group not found: " + name});
  }
}

}  // namespace

answer<std::vector<domain::instance_type>> instance_type_service::list(const domain::principal& who) const {
  return context_.database.read([&](store::transaction& within) -> answer<std::vector<domain::instance_type>> {
    auto types = store::instance_type_store{within}.list();
    std::erase_if(types, [&](const domain::instance_type& type) { return !may_see(who, type); });
    return types;
  });
}

answer<domain::instance_type> instance_type_service::get(const domain::principal& who, const std::string& name) const {
  return context_.database.read([&](store::transaction& within) -> answer<domain::instance_type> {
    auto type = store::instance_type_store{within}.find(name);
    if (!type || !may_see(who, *type)) return not_found("instance type", name);
    return std::move(*type);
  });
}

answer<domain::instance_type> instance_type_service::create(const domain::principal& who,
                                                            const boost::json::value& document) const {
  if (!who.is_platform_admin()) return not_authorised();
  auto read = domain::read_instance_type(document);
  auto created = context_.database.write([&](store::transaction& within) -> answer<domain::instance_type> {
    check_groups(within, read);
    if (!read.ok()) return invalid(read.mistakes);
    store::instance_type_store types{within};
    if (types.find(read.value.name)) {
      return service_error{failure::conflict,
                           "Resource name already exist: there is an instance type \"" + read.value.name + "\""};
    }
    types.insert(read.value);
    return *types.find(read.value.name);
  });
  // A deployment may have been waiting for a type of that name.
  if (created) context_.reconciler.wake();
  return created;
}

answer<domain::instance_type> instance_type_service::patch(const domain::principal& who, const std::string& name,
                                                           const boost::json::value& patch) const {
  return amend(who, name, [&](const domain::instance_type&) -> answer<boost::json::value> { return patch; });
}

answer<domain::instance_type> instance_type_service::amend(const domain::principal& who, const std::string& name,
                                                           const patch_maker& patch_of) const {
  auto changed = context_.database.write([&](store::transaction& within) -> answer<domain::instance_type> {
    store::instance_type_store types{within};
    const auto current = types.find(name);
    if (!current || !may_see(who, *current)) return not_found("instance type", name);
    if (!who.is_platform_admin()) return not_authorised();
    const auto patch = patch_of(*current);
    if (!patch) return patch.error();
    auto read = domain::read_instance_type_patch(*current, *patch);
    check_groups(within, read);
    if (!read.ok()) return invalid(read.mistakes);
    types.update(read.value);
    return *types.find(name);
  });
  if (changed) context_.reconciler.wake();
  return changed;
}

answer<void> instance_type_service::remove(const domain::principal& who, const std::string& name) const {
  return context_.database.write([&](store::transaction& within) -> answer<void> {
    store::instance_type_store types{within};
    const auto current = types.find(name);
    if (!current || !may_see(who, *current)) return not_found("instance type", name);
    if (!who.is_platform_admin()) return not_authorised();
    const auto users = store::deployment_store{within}.ids_with_instance_type(name);
    if (!users.empty()) {
      std::string list;
      for (const std::string& id : users) list += (list.empty() ? "" : ", ") + id;
      return service_error{failure::conflict, "the instance type is in use by " + list};
    }
    types.erase(name);
    return {};
  });
}

}  // namespace modelgate::control::service
