#include "control/api/primehub/words.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace modelgate::tests {
namespace {

using control::domain::deployment_phase;
using control::domain::deployment_status;
using control::domain::failure_cause;
using control::domain::replica_failure;
using control::domain::replica_phase;
using control::domain::replica_status;
using control::primehub::message_of;
using control::primehub::pods_of;

replica_status replica(const char* name, replica_phase phase, const char* reason = "", replica_failure failure = {}) {
  replica_status made;
  made.name = name;
  made.phase = phase;
  made.reason = reason;
  made.failure = failure;
  return made;
}

deployment_status status(deployment_phase phase, std::vector<replica_status> replicas = {},
                         const char* message = "in our own words") {
  deployment_status made;
  made.phase = phase;
  made.message = message;
  made.replicas = std::move(replicas);
  return made;
}

BOOST_AUTO_TEST_SUITE(primehub_words)

BOOST_AUTO_TEST_CASE(every_phase_is_told_in_primehubs_sentence) {
  const replica_status fetched =
      replica("deploy-a-1", replica_phase::exited, "no such file", {failure_cause::model, {}});
  const replica_status pulled =
      replica("deploy-a-2", replica_phase::exited, "no such image", {failure_cause::image, {}});
  const replica_status ended =
      replica("deploy-a-3", replica_phase::exited, "exited with code 3", {failure_cause::program, 3});
  const replica_status again = replica("deploy-a-4", replica_phase::starting, "Killed", {failure_cause::program, 137});
  const replica_status done =
      replica("deploy-a-5", replica_phase::exited, "exited with code 0", {failure_cause::program, 0});
  const replica_status unknown =
      replica("deploy-a-6", replica_phase::unready, "it ended", {failure_cause::program, {}});
  const replica_status well = replica("deploy-a-7", replica_phase::ready, "", {failure_cause::program, 3});
  const replica_status young = replica("deploy-a-8", replica_phase::starting, "its program is starting");
  const std::string not_yet = "Deployment is being deployed and not available now";
  const std::string copied =
      "Failed because cannot successfully copy the model from the model URI.\npod[deploy-a-1] failed\n  container "
      "state: Terminated, reason: Error, message no such file, exit-code: 1";
  const std::string image =
      "Failed because of wrong image settings.\npod[deploy-a-2] failed\n  container state: Waiting, reason: "
      "ErrImagePull, message no such image";
  const std::string terminated =
      "Failed because of pod is terminated\npod[deploy-a-3] failed\n  container state: "
      "Terminated, reason: Error, message exited with code 3, exit-code: 3";
  struct told {
    deployment_status of;
    std::string message;
  };
  using phase = deployment_phase;
  const std::vector<told> table{
      {status(phase::stopping, {ended}), "deployment is stopping"},
      {status(phase::stopped, {ended}), "deployment has stopped"},
      {status(phase::deployed, {well}), "Deployment is deployed and available now"},
      {status(phase::deploying), not_yet},
      {status(phase::deploying, {young, well}), not_yet},
      {status(phase::deploying, {ended, pulled, fetched}), copied},
      {status(phase::deploying, {ended, pulled}), image},
      {status(phase::deploying, {ended, well, young}), terminated},
      {status(phase::deploying, {again, done}),
       "Failed because of pod is terminated\npod[deploy-a-4] failed\n  container state: Terminated, reason: Error, "
       "message Killed, exit-code: 137\npod[deploy-a-5] failed\n  container state: Terminated, reason: Completed, "
       "message exited with code 0, exit-code: 0"},
      {status(phase::deploying, {unknown}),
       "Failed because of pod is terminated\npod[deploy-a-6] failed\n  container state: Terminated, reason: Error, "
       "message it ended"},
      {status(phase::failed, {ended}), terminated},
      {status(phase::failed, {young}), "in our own words"},
  };
  for (const told& each : table) BOOST_TEST(message_of(each.of) == each.message);
  deployment_status refused = status(phase::failed, {ended}, "InstanceType not found: none");
  refused.refused = true;
  BOOST_TEST(message_of(refused) == "InstanceType not found: none");
}

BOOST_AUTO_TEST_CASE(refusals_call_members_as_primehub_does) {
  using control::primehub::resource_kind;
  const auto told = [](resource_kind kind, const char* where) {
    return control::primehub::fault_of(control::service::invalid({{where, "MALFORMED", "is wrong"}}), kind).message;
  };
  BOOST_TEST(told(resource_kind::instance_type, "/cpu") == "cpuLimit is wrong");
  BOOST_TEST(told(resource_kind::group, "/quota/memoryGiB") == "projectQuotaMemory is wrong");
  BOOST_TEST(told(resource_kind::user, "/name") == "username is wrong");
  BOOST_TEST(told(resource_kind::deployment, "/group") == "groupId is wrong");
  BOOST_TEST(told(resource_kind::other, "/cpu") == "cpu is wrong");
}

BOOST_AUTO_TEST_CASE(what_has_ended_of_a_stopped_deployment_is_no_pod) {
  const replica_status ended = replica("deploy-a-1", replica_phase::exited);
  const replica_status ending = replica("deploy-a-2", replica_phase::stopping);
  BOOST_TEST(pods_of(status(deployment_phase::stopped, {ended})).empty());
  const auto left = pods_of(status(deployment_phase::stopping, {ended, ending}));
  BOOST_REQUIRE(left.size() == 1u);
  BOOST_TEST(left.front().name == "deploy-a-2");
  BOOST_TEST(pods_of(status(deployment_phase::deploying, {ended})).size() == 1u, "it is started again");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
