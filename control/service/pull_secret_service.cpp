#include "control/service/pull_secret_service.hpp"

#include "control/domain/limits.hpp"
#include "control/domain/pull_secret_document.hpp"
#include "control/store/deployment_store.hpp"
#include "control/store/group_store.hpp"
#include "control/store/pull_secret_store.hpp"

namespace modelgate::control::service {
namespace {

bool may_see(const domain::principal& who, const domain::pull_secret& secret) {
  return !secret.group || who.may_act_on_group(*secret.group);
}

bool may_change(const domain::principal& who, const std::optional<std::string>& group) {
  return group ? who.may_administer_group(*group) : who.is_platform_admin();
}

/// Errors: not_found, the same for one of other people's; forbidden.
answer<domain::pull_secret> find_changeable(store::transaction& within, const domain::principal& who,
                                            const std::string& name) {
  auto secret = store::pull_secret_store{within}.find(name);
  if (!secret || !may_see(who, *secret)) return not_found("pull secret", name);
  if (!may_change(who, secret->group)) return not_authorised();
  return std::move(*secret);
}

}  // namespace

answer<std::vector<domain::pull_secret>> pull_secret_service::list(const domain::principal& who) const {
  return context_.database.read([&](store::transaction& within) -> answer<std::vector<domain::pull_secret>> {
    auto secrets = store::pull_secret_store{within}.list();
    std::erase_if(secrets, [&](const domain::pull_secret& each) { return !may_see(who, each); });
    return secrets;
  });
}

answer<domain::pull_secret> pull_secret_service::get(const domain::principal& who, const std::string& name) const {
  return context_.database.read([&](store::transaction& within) -> answer<domain::pull_secret> {
    auto secret = store::pull_secret_store{within}.find(name);
    if (!secret || !may_see(who, *secret)) return not_found("pull secret", name);
    return std::move(*secret);
  });
}

answer<domain::pull_secret> pull_secret_service::create(const domain::principal& who,
                                                        const boost::json::value& document) const {
  auto read = domain::read_pull_secret(document);
  domain::pull_secret& record = read.value.record;
  if (!domain::concerns(read.mistakes, "/group") && !may_change(who, record.group)) return not_authorised();
  record.created_at = record.updated_at = context_.now();
  record.created_by = record.updated_by = who.user;
  return context_.database.write([&](store::transaction& within) -> answer<domain::pull_secret> {
    if (record.group && !domain::concerns(read.mistakes, "/group") && !store::group_store{within}.find(*record.group)) {
      read.mistakes.push_back(
          {"/group", std::string{domain::mistake_code::unknown_group}, "Group not found: " + *record.group});
    }
    if (!read.ok()) return invalid(read.mistakes);
    store::pull_secret_store secrets{within};
    if (secrets.find(record.name)) {
      return service_error{failure::conflict,
                           "Resource name already exist: there is a pull secret \"" + record.name + "\""};
    }
    if (secrets.count() >= domain::limits::pull_secrets) {
      return service_error{failure::conflict, "there are " + std::to_string(domain::limits::pull_secrets)
                                                  + " pull secrets, which is as many as there may be"};
    }
    secrets.insert({record, vault_.seal(record.name, read.value.docker_config.reveal())});
    return record;
  });
}

answer<domain::pull_secret> pull_secret_service::patch(const domain::principal& who, const std::string& name,
                                                       const boost::json::value& patch) const {
  return context_.database.write([&](store::transaction& within) -> answer<domain::pull_secret> {
    const auto current = find_changeable(within, who, name);
    if (!current) return current.error();
    auto read = domain::read_pull_secret_patch(*current, patch);
    if (!read.ok()) return invalid(std::move(read.mistakes));
    domain::pull_secret& record = read.value.record;
    if (read.value.docker_config.empty()) return record;
    record.updated_at = context_.now();
    record.updated_by = who.user;
    store::pull_secret_store{within}.update({record, vault_.seal(name, read.value.docker_config.reveal())});
    return record;
  });
}

answer<void> pull_secret_service::remove(const domain::principal& who, const std::string& name) const {
  return context_.database.write([&](store::transaction& within) -> answer<void> {
    if (auto found = find_changeable(within, who, name); !found) return found.error();
    std::string users;
    bool hidden = false;
    const store::deployment_store deployments{within};
    for (const std::string& id : deployments.ids_with_pull_secret(name)) {
      const auto user = deployments.find(id);
      if (user && who.may_act_on_group(user->deployment.group)) {
        users += (users.empty() ? "" : ", ") + id;
      } else {
        hidden = true;
      }
    }
    if (hidden) users += std::string{users.empty() ? "" : ", "} + "deployments of other groups";
    if (!users.empty()) return service_error{failure::conflict, "the pull secret is in use by " + users};
    store::pull_secret_store{within}.erase(name);
    return {};
  });
}

answer<std::size_t> pull_secret_service::change_key(const domain::principal& who) const {
  if (!who.is_platform_admin()) return not_authorised();
  return vault_.change_key(context_.database);
}

}  // namespace modelgate::control::service
