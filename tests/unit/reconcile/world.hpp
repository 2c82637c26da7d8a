#pragma once

#include "control/reconcile/plan.hpp"
#include "control/runtime/runtime_driver.hpp"
#include "control/store/desired_state.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

/// Short words for desired and observed states.
namespace modelgate::control::reconcile::tests {

using domain::replica_phase;

inline const system_time now{std::chrono::hours{500'000}};

inline store::desired_deployment deployment(const std::string& id, std::uint64_t revision, std::uint32_t replicas) {
  store::desired_deployment desired;
  desired.deployment.id = id;
  desired.deployment.current.number = revision;
  desired.deployment.current.replica_revision = revision;
  desired.deployment.current.spec.model_image = "demo/iris:" + std::to_string(revision);
  desired.deployment.current.spec.replicas = replicas;
  return desired;
}

/// The same while `good`, of so many replicas, was the last revision whose replicas were all ready.
inline store::desired_deployment after_good(store::desired_deployment desired, std::uint64_t good,
                                            std::uint32_t replicas) {
  desired.fallback = deployment(desired.deployment.id, good, replicas).deployment.current;
  desired.deployment.good_replica_revision = good;
  return desired;
}

/// For `plan`, which refers to them. Each wants as many replicas as it asks for.
inline std::vector<wanted_deployment> wanted(const std::vector<store::desired_deployment>& all) {
  std::vector<wanted_deployment> answer;
  for (const auto& each : all) answer.push_back({each, each.deployment.current.spec.replicas});
  return answer;
}

inline store::desired_deployment stopped(store::desired_deployment desired) {
  desired.deployment.current.spec.stop = true;
  return desired;
}

inline store::desired_deployment refused(store::desired_deployment desired) {
  desired.refusal = "not enabled";
  return desired;
}

inline store::desired_deployment deleting(store::desired_deployment desired) {
  desired.deployment.deleting = true;
  return desired;
}

inline runtime::observed_replica replica(const std::string& id, std::uint64_t revision, std::uint32_t index,
                                         replica_phase phase) {
  runtime::observed_replica seen;
  seen.name = replica_name(id, revision, index);
  seen.deployment = id;
  seen.revision = revision;
  seen.index = index;
  seen.phase = phase;
  seen.since = now;
  seen.unready_since = now;
  seen.model_image = "demo/iris:" + std::to_string(revision);
  if (phase != replica_phase::exited) seen.address = net::endpoint{"127.0.0.1", 9'000};
  return seen;
}

/// Started by an earlier modelgate, as what its name says.
inline runtime::observed_replica inherited(runtime::observed_replica seen) {
  runtime::replica_spec spec;
  spec.name = seen.name;
  spec.deployment = seen.deployment;
  spec.revision = seen.revision;
  spec.index = seen.index;
  spec.model_image = seen.model_image;
  seen.inherited = std::make_shared<const runtime::replica_spec>(std::move(spec));
  return seen;
}

/// Started by an earlier modelgate, under this name but as something else.
inline runtime::observed_replica foreign(runtime::observed_replica seen) {
  seen.model_image = "demo/other:1";
  return inherited(std::move(seen));
}

/// It served an earlier modelgate, and has not answered this one.
inline runtime::observed_replica silent(runtime::observed_replica seen) {
  seen = inherited(std::move(seen));
  seen.answers = false;
  return seen;
}

inline runtime::observed_replica failed(runtime::observed_replica seen, std::uint32_t failures,
                                        std::chrono::milliseconds ago) {
  seen.failures = failures;
  seen.since = now - ago;
  return seen;
}

}  // namespace modelgate::control::reconcile::tests
