#include "control/reconcile/summarise.hpp"

#include "tests/unit/reconcile/world.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::control::reconcile::tests {
namespace {

using enum replica_phase;
using domain::deployment_phase;

/// A snapshot that every worker serves, with these replicas.
config::snapshot serving(const std::vector<std::string>& names) {
  auto entry = std::make_shared<config::deployment_config>();
  entry->id = "d";
  for (const std::string& name : names) entry->endpoints.push_back({name, {"127.0.0.1", 1}, 1, "", ""});
  config::snapshot live;
  live.deployments = {entry};
  return live;
}

std::vector<const runtime::observed_replica*> all_of(const std::vector<runtime::observed_replica>& observed) {
  std::vector<const runtime::observed_replica*> all;
  for (const auto& each : observed) all.push_back(&each);
  return all;
}

domain::deployment_status status_of(const store::desired_deployment& desired,
                                    const std::vector<runtime::observed_replica>& observed,
                                    const config::snapshot& live) {
  return summarise(desired.deployment, desired.refusal, all_of(observed), live.deployments[0].get(), now);
}

runtime::observed_replica with_reason(runtime::observed_replica seen, const std::string& reason) {
  seen.reason = reason;
  return seen;
}

const auto two = deployment("d", 2, 2);
const auto r0 = replica("d", 2, 0, ready);
const auto r1 = replica("d", 2, 1, ready);
const auto all_live = serving({"deploy-d-r2-0", "deploy-d-r2-1"});

}  // namespace

BOOST_AUTO_TEST_SUITE(summary)

BOOST_AUTO_TEST_CASE(is_deployed_when_all_are_ready_and_every_worker_knows_it) {
  const auto status = status_of(two, {r0, r1}, all_live);
  BOOST_TEST((status.phase == deployment_phase::deployed));
  BOOST_TEST(status.message == "Deployment is deployed and available now");
  BOOST_TEST(status.available_replicas == 2);
  BOOST_TEST(status.replicas.size() == 2);
}

BOOST_AUTO_TEST_CASE(is_deploying_until_the_snapshot_is_live) {
  BOOST_TEST((summarise(two.deployment, "", all_of({r0, r1}), nullptr, now).phase == deployment_phase::deploying));
  const auto status = status_of(two, {r0, r1}, serving({}));
  BOOST_TEST((status.phase == deployment_phase::deploying));
  BOOST_TEST(status.message == "Deployment is being deployed and not available now");
  BOOST_TEST(status.available_replicas == 0);
}

BOOST_AUTO_TEST_CASE(is_deployed_by_what_was_adopted_but_not_by_what_must_be_replaced) {
  BOOST_TEST((status_of(two, {inherited(r0), inherited(r1)}, all_live).phase == deployment_phase::deployed));
  const auto status = status_of(two, {foreign(r0), foreign(r1)}, all_live);
  BOOST_TEST((status.phase == deployment_phase::deploying));
  BOOST_TEST(status.available_replicas == 2);
}

BOOST_AUTO_TEST_CASE(says_how_many_are_available_and_what_is_wrong_with_the_rest) {
  const auto status =
      status_of(two, {r0, with_reason(replica("d", 2, 1, exited), "exited with code 3")}, serving({"deploy-d-r2-0"}));
  BOOST_TEST((status.phase == deployment_phase::deploying));
  BOOST_TEST(
      status.message
      == "Deployment is being deployed; 1 of 2 replicas are available now\nreplica[deploy-d-r2-1]: exited with code 3");
  BOOST_TEST(status.available_replicas == 1);
}

BOOST_AUTO_TEST_CASE(a_replica_that_only_starts_is_no_trouble) {
  const auto status = status_of(two, {with_reason(replica("d", 2, 0, starting), "connection refused")}, serving({}));
  BOOST_TEST(status.message == "Deployment is being deployed and not available now");
}

BOOST_AUTO_TEST_CASE(has_failed_after_its_progress_deadline_and_says_why) {
  auto stuck = with_reason(replica("d", 2, 0, exited), "exited with code 3; last log line: boom");
  stuck.unready_since = now - std::chrono::seconds{599};
  BOOST_TEST((status_of(two, {stuck}, serving({})).phase == deployment_phase::deploying));
  stuck.unready_since = now - std::chrono::seconds{600};
  const auto status = status_of(two, {stuck}, serving({}));
  BOOST_TEST((status.phase == deployment_phase::failed));
  BOOST_TEST(status.message
             == "Deployment has failed: replica deploy-d-r2-0 has not been ready for 600 s: exited with code 3; last log line: "
                "boom; 0 of 2 replicas are available now");
}

BOOST_AUTO_TEST_CASE(the_last_good_revision_counts_as_available) {
  auto stuck = with_reason(replica("d", 2, 0, exited), "exited with code 3");
  stuck.unready_since = now - std::chrono::hours{1};
  const auto live = serving({"deploy-d-r1-0", "deploy-d-r1-1"});
  const auto status = status_of(two, {replica("d", 1, 0, ready), replica("d", 1, 1, ready), stuck}, live);
  BOOST_TEST((status.phase == deployment_phase::failed));
  BOOST_TEST(status.available_replicas == 2);
}

BOOST_AUTO_TEST_CASE(is_deploying_while_an_old_replica_still_serves) {
  const auto live = serving({"deploy-d-r1-0", "deploy-d-r2-0", "deploy-d-r2-1"});
  const auto status = status_of(two, {replica("d", 1, 0, ready), r0, r1}, live);
  BOOST_TEST((status.phase == deployment_phase::deploying));
  BOOST_TEST(status.available_replicas == 2);
  BOOST_TEST((status_of(two, {replica("d", 1, 0, draining), r0, r1}, live).phase == deployment_phase::deployed));
}

BOOST_AUTO_TEST_CASE(stops_and_has_stopped) {
  auto status = status_of(stopped(two), {replica("d", 2, 0, draining)}, all_live);
  BOOST_TEST((status.phase == deployment_phase::stopping));
  BOOST_TEST(status.message == "deployment is stopping");
  status = status_of(stopped(two), {replica("d", 2, 0, exited)}, all_live);
  BOOST_TEST((status.phase == deployment_phase::stopped));
  BOOST_TEST(status.message == "deployment has stopped");
  BOOST_TEST(status.available_replicas == 0);
}

BOOST_AUTO_TEST_CASE(a_refusal_is_a_failure_with_its_words) {
  const auto status = status_of(refused(two), {r0}, all_live);
  BOOST_TEST((status.phase == deployment_phase::failed));
  BOOST_TEST(status.message == "not enabled");
  BOOST_TEST(status.refused);
  BOOST_TEST((status_of(stopped(refused(two)), {}, all_live).phase == deployment_phase::stopped));
}

BOOST_AUTO_TEST_CASE(shows_the_replicas_in_order) {
  const auto status = status_of(two, {r1, r0, replica("d", 1, 7, stopping)}, all_live);
  BOOST_TEST_REQUIRE(status.replicas.size() == 3);
  BOOST_TEST(status.replicas[0].name == "deploy-d-r1-7");
  BOOST_TEST(status.replicas[1].name == "deploy-d-r2-0");
}

BOOST_AUTO_TEST_CASE(external_replicas_are_counted_by_their_source_and_its_trouble_is_told) {
  auto external = deployment("d", 2, 0);
  external.deployment.current.spec.external = domain::external_source{{"http://models.lan"}, {}, {}};
  const auto status_with = [&](const std::vector<runtime::observed_replica>& observed,
                               const runtime::source_state& source) {
    return summarise(external.deployment, "", all_of(observed), all_live.deployments[0].get(), now, source);
  };
  const auto deployed = status_with({r0, r1}, {2, "the name models.lan cannot be resolved: x", now});
  BOOST_TEST((deployed.phase == deployment_phase::deployed));
  BOOST_TEST(deployed.message == "Deployment is deployed and available now\nthe name models.lan cannot be resolved: x");
  BOOST_TEST((status_with({r0}, {2, "", now}).phase == deployment_phase::deploying));
  BOOST_TEST((status_with({}, {0, "", now}).phase == deployment_phase::deploying));
  BOOST_TEST((status_with({}, {0, "trouble", now}).phase == deployment_phase::deploying));
  const auto failed = status_with({}, {0, "trouble", now - std::chrono::seconds{600}});
  BOOST_TEST((failed.phase == deployment_phase::failed));
  BOOST_TEST(failed.message == "Deployment has failed: no replica has been found for 600 s\ntrouble");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::reconcile::tests
