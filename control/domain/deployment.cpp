#include "control/domain/deployment.hpp"

#include <tuple>

namespace modelgate::control::domain {

bool needs_other_replicas(const deployment_spec& before, const deployment_spec& after) noexcept {
  const auto what_runs = [](const deployment_spec& spec) {
    return std::tie(spec.model_image, spec.external, spec.model_uri, spec.image_pull_secret, spec.instance_type,
                    spec.env);
  };
  return what_runs(before) != what_runs(after);
}

revision next_revision(const revision& current, deployment_spec spec) {
  revision next;
  next.number = current.number + 1;
  const bool started = current.spec.stop && !spec.stop;
  next.replica_revision = started || needs_other_replicas(current.spec, spec) ? next.number : current.replica_revision;
  next.spec = std::move(spec);
  return next;
}

revision restarted_revision(const revision& current) {
  revision next = next_revision(current, current.spec);
  next.replica_revision = next.number;
  return next;
}

revision restored_revision(const revision& current, const revision& target,
                           std::optional<std::uint64_t> good_replicas) {
  deployment_spec spec = target.spec;
  spec.stop = current.spec.stop;
  revision next = next_revision(current, std::move(spec));
  if (good_replicas == target.replica_revision && !next.spec.stop) next.replica_revision = target.replica_revision;
  return next;
}

std::string refusal_to_run(const deployment_spec& spec, bool group_enabled, bool instance_type_exists) {
  if (spec.stop) return {};
  if (!group_enabled) return std::string{deployment_not_enabled};
  const bool needs_type = !spec.external || !spec.instance_type.empty();
  if (needs_type && !instance_type_exists) return "InstanceType not found: " + spec.instance_type;
  return {};
}

}  // namespace modelgate::control::domain
