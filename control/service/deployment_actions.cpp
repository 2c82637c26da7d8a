#include "control/domain/account_document.hpp"
#include "control/service/admission.hpp"
#include "control/service/deployment_service.hpp"
#include "control/service/visible_deployment.hpp"

#include <algorithm>

namespace modelgate::control::service {
namespace {

/// Whether the deployment may become what the revision asks for, as things are now.
answer<void> admit(store::transaction& within, const domain::deployment& deployment,
                   const domain::deployment_spec& after) {
  const requested_change change{&deployment.current.spec, after, deployment.group, deployment.id};
  diagnostics mistakes;
  check_references(within, change, mistakes);
  // There is no document here to point into: it is how things are that does not allow it.
  if (!mistakes.empty()) return service_error{failure::conflict, mistakes.front().detail};
  if (auto quota = check_quota(within, change); !quota) return quota.error();
  return {};
}

}  // namespace

answer<deployment_view> deployment_service::revise(const domain::principal& who, const std::string& id,
                                                   const std::optional<revision_condition>& condition,
                                                   const revision_maker& make) const {
  domain::deployment_spec before;
  auto stored = context_.database.write([&](store::transaction& within) -> answer<store::stored_deployment> {
    auto found = find_changeable(within, who, id);
    if (!found) return found.error();
    const domain::deployment& deployment = found->deployment;
    before = deployment.current.spec;
    if (auto holds = check_condition(within, deployment, condition, condition_rule::optional); !holds)
      return holds.error();
    auto next = make(within, deployment);
    if (!next) return next.error();
    if (next->number == deployment.current.number) return found;
    if (auto admitted = admit(within, deployment, next->spec); !admitted) return admitted.error();
    next->created_at = context_.now();
    next->created_by = who.user;
    store::deployment_store{within}.add_revision(id, *next);
    return find_visible(within, who, id);
  });
  if (!stored) return stored.error();
  announce(before, stored->deployment.current.spec);
  return view_of(std::move(*stored));
}

answer<deployment_view> deployment_service::start(const domain::principal& who, const std::string& id,
                                                  const std::optional<std::string>& message,
                                                  const std::optional<revision_condition>& condition) const {
  return set_stopped(who, id, false, message.value_or("Deployment Started"), condition);
}

answer<deployment_view> deployment_service::stop(const domain::principal& who, const std::string& id,
                                                 const std::optional<std::string>& message,
                                                 const std::optional<revision_condition>& condition) const {
  return set_stopped(who, id, true, message.value_or("Deployment Stopped"), condition);
}

answer<deployment_view> deployment_service::set_stopped(const domain::principal& who, const std::string& id, bool stop,
                                                        const std::string& message,
                                                        const std::optional<revision_condition>& condition) const {
  return revise(who, id, condition,
                [&](store::transaction&, const domain::deployment& deployment) -> answer<domain::revision> {
                  if (deployment.current.spec.stop == stop) return deployment.current;
                  domain::deployment_spec spec = deployment.current.spec;
                  spec.stop = stop;
                  domain::revision next = domain::next_revision(deployment.current, std::move(spec));
                  next.update_message = message;
                  return next;
                });
}

answer<deployment_view> deployment_service::restart(const domain::principal& who, const std::string& id,
                                                    const std::optional<std::string>& message,
                                                    const std::optional<revision_condition>& condition) const {
  return revise(
      who, id, condition, [&](store::transaction&, const domain::deployment& deployment) -> answer<domain::revision> {
        if (deployment.current.spec.stop) {
          return service_error{failure::conflict, "the deployment is stopped; start it instead"};
        }
        if (deployment.current.spec.external) {
          return service_error{failure::conflict, "its replicas are external: whoever runs them can restart them"};
        }
        domain::revision next = domain::restarted_revision(deployment.current);
        next.update_message = message.value_or("Deployment Restarted");
        return next;
      });
}

answer<deployment_view> deployment_service::rollback(const domain::principal& who, const std::string& id,
                                                     const boost::json::value& document,
                                                     const std::optional<revision_condition>& condition) const {
  const auto asked = domain::read_rollback(document);
  // Asked outside of the transaction. Replicas that end meanwhile are started again by their old name: that is no harm.
  const auto seen = get(who, id);
  if (!seen) return seen.error();
  const auto still_serves = [&](std::uint64_t replica_revision) {
    return std::any_of(seen->status.replicas.begin(), seen->status.replicas.end(), [&](const auto& replica) {
      return replica.revision == replica_revision && replica.phase == domain::replica_phase::ready;
    });
  };
  return revise(who, id, condition,
                [&](store::transaction& within, const domain::deployment& deployment) -> answer<domain::revision> {
                  if (!asked.ok()) return invalid(asked.mistakes);
                  const auto target = store::deployment_store{within}.revision(id, asked.value.revision);
                  if (!target) {
                    return invalid({{"/revision", std::string{domain::mistake_code::unknown_revision},
                                     "there is no revision " + std::to_string(asked.value.revision)
                                         + " in the history of this deployment"}});
                  }
                  auto good = deployment.good_replica_revision;
                  if (good && !still_serves(*good)) good.reset();
                  domain::revision next = domain::restored_revision(deployment.current, *target, good);
                  next.update_message =
                      asked.value.update_message.value_or("Rolled back to revision " + std::to_string(target->number));
                  return next;
                });
}

}  // namespace modelgate::control::service
