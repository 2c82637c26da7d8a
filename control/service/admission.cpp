#include "control/service/admission.hpp"

#include "control/domain/document_reader.hpp"
#include "control/store/deployment_store.hpp"
#include "control/store/group_store.hpp"
#include "control/store/instance_type_store.hpp"
#include "control/store/pull_secret_store.hpp"

#include <algorithm>

namespace modelgate::control::service {
namespace {

bool may_use(const domain::instance_type& type, const std::string& group) {
  return !type.groups || std::find(type.groups->begin(), type.groups->end(), group) != type.groups->end();
}

/// One of another group is told like one that is not there: its name is theirs.
void check_pull_secret(store::transaction& within, const requested_change& change, diagnostics& mistakes) {
  const auto& name = change.after.image_pull_secret;
  if (!name || (!change.starts() && change.before != nullptr && change.before->image_pull_secret == name)) return;
  const auto secret = store::pull_secret_store{within}.find(*name);
  if (secret && (!secret->group || *secret->group == change.group)) return;
  mistakes.push_back({"/imagePullSecret", std::string{domain::mistake_code::unknown_pull_secret},
                      "Image pull secret not found: " + *name});
}

}  // namespace

void check_references(store::transaction& within, const requested_change& change, diagnostics& mistakes) {
  namespace code = domain::mistake_code;
  const auto add = [&](const char* where, std::string_view what, std::string detail) {
    mistakes.push_back({where, std::string{what}, std::move(detail)});
  };
  std::optional<domain::group> group;
  // The group of a deployment that is there stays, whatever a patch said of it.
  if (change.before != nullptr || !domain::concerns(mistakes, "/group")) {
    group = store::group_store{within}.find(change.group);
    if (!group) add("/group", code::unknown_group, "Group not found: " + change.group);
  }
  if (group && change.starts() && !group->enabled_deployment) {
    add(change.before == nullptr ? "/group" : "/stop", code::deployment_not_enabled,
        std::string{domain::deployment_not_enabled});
  }
  if (!domain::concerns(mistakes, "/imagePullSecret")) check_pull_secret(within, change, mistakes);
  const bool type_matters =
      change.starts() || change.before == nullptr || change.before->instance_type != change.after.instance_type;
  if (!type_matters || domain::concerns(mistakes, "/instanceType")) return;
  if (change.after.external && change.after.instance_type.empty()) return;
  const auto type = store::instance_type_store{within}.find(change.after.instance_type);
  // One that others may use is told like one that is not there: its name is theirs.
  if (!type || (group && !may_use(*type, group->name))) {
    add("/instanceType", code::unknown_instance_type, "InstanceType not found: " + change.after.instance_type);
  }
}

answer<std::vector<domain::quota_line>> check_quota(store::transaction& within, const requested_change& change) {
  const auto group = store::group_store{within}.find(change.group);
  if (!group) return std::vector<domain::quota_line>{};
  const store::instance_type_store types{within};
  domain::quota_verdict verdict = domain::check_quota(
      *group, store::deployment_store{within}.usage_of(group->name, change.id), types.usage_of(change.after),
      change.before == nullptr ? domain::group_usage{} : types.usage_of(*change.before));
  if (verdict.fits()) return std::move(verdict.lines);
  service_error error{failure::over_quota, std::move(verdict.refusal)};
  error.quota = std::move(verdict.lines);
  return error;
}

}  // namespace modelgate::control::service
