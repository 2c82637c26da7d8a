#include "control/api/primehub/administration_nodes.hpp"

#include "control/api/primehub/administration_document.hpp"
#include "control/api/primehub/words.hpp"
#include "control/domain/units.hpp"
#include "control/service/account_service.hpp"
#include "control/service/deployment_service.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace modelgate::control::primehub {
namespace {

namespace json = boost::json;
using graphql::object_ptr;
using graphql::resolution;
using graphql::resolved;

constexpr std::string_view secret_prefix = "image-";
constexpr std::size_t largest_page = 500;

resolved none() {
  return std::vector<resolved>{};
}

/// Those of the group, and those for all.
resolution instance_types_of(const caller& by, const std::string& group) {
  const auto known = by.instance_types();
  if (!known) return fault_of(known.error());
  std::vector<resolved> nodes;
  for (const auto& [name, type] : **known) {
    const bool global = !type.groups;
    const bool own = type.groups && std::find(type.groups->begin(), type.groups->end(), group) != type.groups->end();
    if (global || own) nodes.emplace_back(instance_type_node(by, type));
  }
  return resolved{std::move(nodes)};
}

class group_object : public graphql::object {
 public:
  group_object(const caller& by, service::group_view view) : by_{by}, view_{std::move(view)} {}

  resolution get(std::string_view field, const json::object&) const override {
    const domain::group& group = view_.group;
    if (field == "id" || field == "name") return text(group.name);
    if (field == "displayName") return text(group.display_name);
    if (field == "projectQuotaCpu") {
      return group.quota.cpu_milli ? number(domain::from_thousandths(*group.quota.cpu_milli)) : resolved{};
    }
    if (field == "projectQuotaMemory") {
      return group.quota.memory_bytes ? number(domain::gib_from(*group.quota.memory_bytes)) : resolved{};
    }
    if (field == "projectQuotaGpu") return group.quota.gpu ? count(*group.quota.gpu) : resolved{};
    if (field == "users") return users();
    if (field == "admins") return text(joined(group.admins));
    if (field == "instanceTypes") return instance_types_of(by_, group.name);
    if (field == "images" || field == "groupImages" || field == "datasets") return none();
    if (field == "resourceStatus") return resource_status();
    if (field == "resourceDetails") return resource_details();
    if (field == "enabledDeployment") return yes_or_no(group.enabled_deployment);
    if (field == "maxDeploy") return group.max_deploy ? count(*group.max_deploy) : resolved{};
    if (field == "deploymentsUsage") return count(view_.usage.deployments);
    if (field == "enabledSharedVolume" || field == "launchGroupOnly" || field == "homeSymlink") return yes_or_no(false);
    return resolved{};
  }

 private:
  static std::string joined(const std::vector<std::string>& names) {
    std::string all;
    for (const std::string& name : names) all += (all.empty() ? "" : ",") + name;
    return all;
  }

  [[nodiscard]] resolved users() const {
    std::set<std::string> names{view_.group.members.begin(), view_.group.members.end()};
    names.insert(view_.group.admins.begin(), view_.group.admins.end());
    std::vector<resolved> nodes;
    for (const std::string& name : names) nodes.emplace_back(user_node(by_, name));
    return nodes;
  }

  [[nodiscard]] resolved resource_status() const {
    const domain::resources& used = view_.usage.total;
    const double memory = std::round(domain::gib_from_sum(used.memory_bytes) * 10) / 10;
    return make_record({{"groupId", text(view_.group.name)},
                        {"cpuUsage", number(domain::from_thousandths(used.cpu_milli))},
                        {"memUsage", number(memory)},
                        {"gpuUsage", count(used.gpu)}});
  }

  /// What each deployment takes.
  [[nodiscard]] resolution resource_details() const {
    const auto types = by_.instance_types();
    if (!types) return fault_of(types.error());
    service::deployment_query wanted;
    wanted.groups = {view_.group.name};
    wanted.page_size = largest_page;
    json::array details;
    do {
      const auto page = service::deployment_service{by_.context()}.list(by_.who(), wanted);
      if (!page) return fault_of(page.error());
      for (const service::deployment_view& each : page->items) {
        const domain::revision& now = each.deployment.current;
        const auto type = (*types)->find(now.spec.instance_type);
        if (now.spec.stop || type == (*types)->end()) continue;
        const domain::resources used = type->second.per_replica * now.spec.replicas;
        details.push_back(json::object{{"name", each.deployment.id},
                                       {"type", "model_deploy"},
                                       {"user", now.created_by},
                                       {"instanceType", now.spec.instance_type},
                                       {"cpu", number(domain::from_thousandths(used.cpu_milli)).value()},
                                       {"mem", number(domain::gib_from_sum(used.memory_bytes)).value()},
                                       {"gpu", used.gpu}});
      }
      wanted.after = page->next;
    } while (wanted.after);
    return resolved{make_record({{"details", resolved{json::value(std::move(details))}}})};
  }

  const caller& by_;
  const service::group_view view_;
};

class everyone_object : public graphql::object {
 public:
  explicit everyone_object(const caller& by) : by_{by} {}

  resolution get(std::string_view field, const json::object&) const override {
    if (field == "id" || field == "name") return text(everyone);
    if (field == "displayName") return text("Global");
    if (field == "admins") return text("");
    if (field == "instanceTypes") return instance_types_of(by_, std::string{everyone});
    if (field == "users" || field == "images" || field == "groupImages" || field == "datasets") return none();
    if (field == "enabledDeployment") return yes_or_no(false);
    if (field == "deploymentsUsage") return count(0);
    return resolved{};
  }

 private:
  const caller& by_;
};

class instance_type_object : public graphql::object {
 public:
  instance_type_object(const caller& by, domain::instance_type type) : by_{by}, type_{std::move(type)} {}

  resolution get(std::string_view field, const json::object&) const override {
    const domain::resources& size = type_.per_replica;
    if (field == "id" || field == "name") return text(type_.name);
    if (field == "displayName") return text(type_.display_name);
    if (field == "description") return text(type_.description);
    if (field == "cpuLimit") return number(domain::from_thousandths(size.cpu_milli));
    if (field == "memoryLimit") return number(domain::gib_from(size.memory_bytes));
    if (field == "gpuLimit") return count(size.gpu);
    if (field == "global") return yes_or_no(!type_.groups);
    if (field == "spec") return spec();
    if (field == "tolerations") return none();
    if (field == "groups") return groups();
    return resolved{};
  }

 private:
  [[nodiscard]] resolved spec() const {
    json::object limits{{"displayName", type_.display_name},
                        {"description", type_.description},
                        {"limits.cpu", number(domain::from_thousandths(type_.per_replica.cpu_milli)).value()},
                        {"limits.memory", domain::decimal_text(domain::gib_from(type_.per_replica.memory_bytes)) + "G"},
                        {"limits.gpu", type_.per_replica.gpu}};
    return {json::value(std::move(limits))};
  }

  [[nodiscard]] resolution groups() const {
    if (!type_.groups) return resolved{std::vector<resolved>{everyone_node(by_)}};
    const auto known = by_.groups();
    if (!known) return fault_of(known.error());
    std::vector<resolved> nodes;
    for (const service::group_view& each : **known) {
      const auto& names = *type_.groups;
      if (std::find(names.begin(), names.end(), each.group.name) != names.end()) {
        nodes.emplace_back(group_node(by_, each));
      }
    }
    return resolved{std::move(nodes)};
  }

  const caller& by_;
  const domain::instance_type type_;
};

class user_object : public graphql::object {
 public:
  user_object(const caller& by, std::string name) : by_{by}, name_{std::move(name)} {}

  resolution get(std::string_view field, const json::object&) const override {
    if (field == "id" || field == "username") return text(name_);
    if (field == "groups") return groups(true);
    if (field == "effectiveGroups") return groups(false);
    if (field == "apiTokenCount") return token_count();
    if (field == "announcements") return none();
    const domain::user* user = by_.find_user(name_);
    if (user == nullptr) return resolved{};
    if (field == "firstName") return text(first_and_last(user->display_name).first);
    if (field == "lastName") return text_or_null(first_and_last(user->display_name).second);
    if (field == "isAdmin") return yes_or_no(user->role == domain::platform_role::admin);
    if (field == "enabled") return yes_or_no(!user->disabled);
    if (field == "createdTimestamp") return count(milliseconds(user->created_at));
    if (field == "totp" || field == "federated" || field == "enableInviteUsers") return yes_or_no(false);
    return resolved{};
  }

 private:
  static std::int64_t milliseconds(system_time at) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
  }

  /// The caller acts on all groups that he may know of; another user's are those that he is in.
  [[nodiscard]] resolution groups(bool with_everyone) const {
    const auto known = by_.groups();
    if (!known) return fault_of(known.error());
    const bool own = name_ == by_.who().user;
    std::vector<resolved> nodes;
    for (const service::group_view& each : **known) {
      const auto contains = [&](const std::vector<std::string>& names) {
        return std::binary_search(names.begin(), names.end(), name_);
      };
      if (own || contains(each.group.members) || contains(each.group.admins)) {
        nodes.emplace_back(group_node(by_, each));
      }
    }
    if (with_everyone) nodes.emplace_back(everyone_node(by_));
    return resolved{std::move(nodes)};
  }

  [[nodiscard]] resolution token_count() const {
    const auto tokens =
        service::account_service{by_.context(), by_.all().logins}.list_tokens(by_.who(), std::optional{name_});
    if (!tokens) return fault_of(tokens.error());
    return count(static_cast<std::int64_t>(tokens->size()));
  }

  const caller& by_;
  const std::string name_;
};

}  // namespace

object_ptr group_node(const caller& by, const service::group_view& view) {
  return std::make_shared<group_object>(by, view);
}

object_ptr everyone_node(const caller& by) {
  return std::make_shared<everyone_object>(by);
}

object_ptr instance_type_node(const caller& by, const domain::instance_type& type) {
  return std::make_shared<instance_type_object>(by, type);
}

object_ptr user_node(const caller& by, const std::string& name) {
  return std::make_shared<user_object>(by, name);
}

object_ptr secret_node(const domain::pull_secret& secret) {
  return make_record(
      {{"id", text(pull_secret_id(secret.name))}, {"name", text(secret.name)}, {"type", text("kubernetes")}});
}

std::string pull_secret_id(const std::string& name) {
  return std::string{secret_prefix} + name;
}

std::string pull_secret_name(const std::string& id) {
  return id.starts_with(secret_prefix) ? id.substr(secret_prefix.size()) : id;
}

}  // namespace modelgate::control::primehub
