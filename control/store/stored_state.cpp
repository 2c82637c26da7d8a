#include "control/store/stored_state.hpp"

#include "control/domain/limits.hpp"
#include "control/domain/names.hpp"
#include "control/domain/quota.hpp"
#include "control/domain/rollback.hpp"
#include "control/store/audit_store.hpp"
#include "control/store/client_store.hpp"
#include "control/store/deployment_store.hpp"
#include "control/store/group_store.hpp"
#include "control/store/instance_type_store.hpp"
#include "control/store/pull_secret_store.hpp"

#include <chrono>
#include <memory>
#include <unordered_map>
#include <utility>

namespace modelgate::control::store {
namespace {

/// What a replica of it would be started with and that is not there any more; empty: nothing.
std::string find_missing(transaction& within, const domain::deployment_spec& spec) {
  if (!spec.external && !instance_type_store{within}.find(spec.instance_type))
    return "InstanceType not found: " + spec.instance_type;
  if (spec.image_pull_secret && !pull_secret_store{within}.find(*spec.image_pull_secret))
    return "Image pull secret not found: " + *spec.image_pull_secret;
  return {};
}

std::string cannot_be_made(const domain::revision& target, const std::string& why) {
  return "The rollback to revision " + std::to_string(target.number) + " cannot be made: " + why;
}

/// What a rollback could make of a revision that was good before a stop. Where the current one would not differ from it,
/// coming back changes nothing, and the next failure would bring the next rollback.
bool can_come_back(const domain::revision& current, const domain::revision& good) {
  return !good.spec.external && !current.spec.external
         && domain::needs_other_replicas(current.spec, domain::taken_back(current.spec, good.spec));
}

void add_before_stop(transaction& within, desired_deployment& to, std::uint64_t good) {
  auto last = deployment_store{within}.last_with_replicas(to.deployment.id, good);
  if (!last || !can_come_back(to.deployment.current, *last)) return;
  if (const std::string missing = find_missing(within, last->spec); !missing.empty())
    to.fallback_obstacle = cannot_be_made(*last, missing);
  else
    to.before_stop = std::move(last);
}

void add_earlier(transaction& within, desired_deployment& to, std::optional<std::uint64_t> good_before_stop) {
  const domain::deployment& deployment = to.deployment;
  const domain::revision& current = deployment.current;
  const auto good = deployment.good_replica_revision;
  if (current.spec.stop || deployment.deleting) return;
  const deployment_store deployments{within};
  // Where all is well and nothing was rolled back, there can be no others.
  if (good != current.replica_revision || current.number != current.replica_revision)
    to.earlier = deployments.beside(deployment.id, good.value_or(0), current.replica_revision);
  if (good_before_stop) add_before_stop(within, to, *good_before_stop);
  if (!good || *good == current.replica_revision) return;
  to.unproven = deployments.between(deployment.id, *good, current.replica_revision);
  auto last = deployments.last_with_replicas(deployment.id, *good);
  // Who runs external replicas keeps them running; there is nothing to start.
  if (!last || last->spec.external || current.spec.external) return;
  if (const std::string missing = find_missing(within, last->spec); !missing.empty()) {
    to.fallback_obstacle = cannot_be_made(*last, missing);
    return;
  }
  to.fallback_per_replica = instance_type_store{within}.find(last->spec.instance_type)->per_replica;
  to.fallback = std::move(last);
}

/// Lowers the number of replicas until the quota of the deployment's group allows `spec`. Where it allows not one, what
/// one lacks; else nothing.
std::string fit_quota(transaction& within, const domain::group& group, const domain::deployment& deployment,
                      domain::deployment_spec& spec) {
  if (spec.external) return {};
  const domain::group_usage others = deployment_store{within}.usage_of(group.name, deployment.id);
  const instance_type_store types{within};
  const domain::group_usage held = types.usage_of(deployment.current.spec);
  std::string lacks;
  for (; spec.replicas > 0; --spec.replicas) {
    const domain::quota_verdict verdict = domain::check_quota(group, others, types.usage_of(spec), held);
    if (verdict.fits()) return {};
    lacks = domain::to_text(verdict.lines);
  }
  return lacks;
}

}  // namespace

result<desired_changes> stored_state::load_changes(std::uint64_t since) {
  return from_.read([since](transaction& within) -> result<desired_changes> {
    const deployment_store deployments{within};
    const client_store clients{within};
    desired_changes answer;
    answer.until = deployments.last_change();
    answer.is_everything = since == 0 || answer.until - since > deployment_store::erased_kept;
    std::unordered_map<std::string, std::vector<domain::client>> all_clients;
    if (answer.is_everything) all_clients = clients.list_all();
    if (!answer.is_everything) answer.gone = deployments.erased_since(since);
    for (stored_deployment& stored : answer.is_everything ? deployments.list_all() : deployments.list_changed(since)) {
      auto each = std::make_shared<desired_deployment>(desired_deployment{
          std::move(stored.deployment), {}, stored.per_replica, std::move(stored.refusal), stored.group_limit});
      each->clients =
          answer.is_everything ? std::move(all_clients[each->deployment.id]) : clients.list(each->deployment.id);
      add_earlier(within, *each, stored.good_before_stop);
      answer.changed.push_back(std::move(each));
    }
    return answer;
  });
}

result<void> stored_state::mark_good(const std::string& deployment, std::uint64_t revision) {
  return from_.write([&](transaction& within) -> result<void> {
    deployment_store{within}.mark_good(deployment, revision);
    return {};
  });
}

result<rollback_outcome> stored_state::roll_back(const std::string& deployment, std::uint64_t failed,
                                                 const std::string& why) {
  return from_.write([&](transaction& within) -> result<rollback_outcome> {
    deployment_store deployments{within};
    const auto found = deployments.find(deployment);
    if (!found || found->deployment.deleting || found->deployment.current.number != failed) return rollback_outcome{};
    const domain::revision& current = found->deployment.current;
    const auto running = found->deployment.good_replica_revision;
    const auto good = running ? running : found->good_before_stop;
    if (!good || *good == current.replica_revision || current.spec.stop) return rollback_outcome{};
    auto target = deployments.last_with_replicas(deployment, *good);
    const auto group = group_store{within}.find(found->deployment.group);
    if (!target || !group || (!running && !can_come_back(current, *target))) return rollback_outcome{};
    if (const std::string missing = find_missing(within, target->spec); !missing.empty())
      return rollback_outcome{false, cannot_be_made(*target, missing)};
    const std::uint32_t wanted = target->spec.replicas;
    if (const std::string lacks = fit_quota(within, *group, found->deployment, target->spec); !lacks.empty()) {
      return rollback_outcome{false, "The rollback to revision " + std::to_string(target->number)
                                         + " waits for room in the quota of group " + group->name + ", for one replica "
                                         + lacks};
    }
    const std::string fewer = target->spec.replicas == wanted ? "" : ", with fewer replicas: the quota allows no more";
    target->spec = domain::taken_back(current.spec, target->spec);
    domain::revision next = domain::restored_revision(current, *target, running);
    next.update_message =
        domain::cut("Rolled back to revision " + std::to_string(target->number) + " by itself" + fewer + ": " + why,
                    domain::limits::update_message_length);
    next.created_at = std::chrono::floor<std::chrono::milliseconds>(system_clock::now());
    next.created_by = std::string{domain::own_name};
    deployments.add_revision(deployment, next);
    domain::audit_event event;
    event.at = next.created_at;
    event.user = next.created_by;
    event.method = "POST";
    event.resource = "deployments/" + deployment;
    event.path = "/" + event.resource + "/rollback";
    event.status = 200;
    audit_store{within}.add(event);
    return rollback_outcome{true, {}};
  });
}

result<void> stored_state::erase_deleted(const std::string& deployment) {
  return from_.write([&](transaction& within) -> result<void> {
    deployment_store{within}.erase_deleted(deployment);
    return {};
  });
}

}  // namespace modelgate::control::store
