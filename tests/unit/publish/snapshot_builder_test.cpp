#include "control/publish/snapshot_builder.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::control::publish {
namespace {

using domain::replica_phase;
using runtime::observed_replica;

store::desired_deployment deployment(const std::string& id, const std::string& image) {
  store::desired_deployment desired;
  desired.deployment.id = id;
  desired.deployment.current.spec.model_image = image;
  return desired;
}

observed_replica replica(const std::string& id, const std::string& image, replica_phase phase, std::uint16_t port) {
  observed_replica seen;
  seen.name = "deploy-" + id + "-" + std::to_string(port);
  seen.deployment = id;
  seen.revision = 3;
  seen.phase = phase;
  seen.model_image = image;
  seen.address = net::endpoint{"127.0.0.1", port};
  return seen;
}

/// "pass..." speaks passthrough with 4 requests at a time; "unknown..." is not in the catalogue.
std::optional<runtime::image_description> images(std::string_view image, const runtime::placement&) {
  if (image.starts_with("unknown")) return std::nullopt;
  runtime::image_description description;
  if (image.starts_with("pass")) {
    description.protocol = config::upstream_protocol::passthrough;
    description.concurrency = 4;
  }
  return description;
}

config::snapshot build(const std::vector<store::desired_deployment>& desired,
                       const std::vector<observed_replica>& observed, const config::snapshot* previous = nullptr) {
  std::vector<store::desired_ptr> all;
  for (const auto& each : desired) all.push_back(std::make_shared<const store::desired_deployment>(each));
  return build_snapshot(all, observed, images, {std::chrono::seconds{7}, 1'000}, previous);
}

config::deployment_config build_one(const store::desired_deployment& desired,
                                    const std::vector<observed_replica>& observed = {},
                                    const config::snapshot* previous = nullptr) {
  const auto built = build({desired}, observed, previous);
  BOOST_TEST_REQUIRE(built.deployments.size() == 1);
  return *built.deployments[0];
}

}  // namespace

BOOST_AUTO_TEST_SUITE(snapshot_building)

BOOST_AUTO_TEST_CASE(lists_only_replicas_that_are_ready) {
  const auto built =
      build_one(deployment("d", "demo/iris:1.0"), {replica("d", "demo/iris:1.0", replica_phase::ready, 2),
                                                   replica("d", "demo/iris:1.0", replica_phase::ready, 1),
                                                   replica("d", "demo/iris:1.0", replica_phase::starting, 3),
                                                   replica("d", "demo/iris:1.0", replica_phase::unready, 4),
                                                   replica("d", "demo/iris:1.0", replica_phase::draining, 5),
                                                   replica("d", "demo/iris:1.0", replica_phase::stopping, 6),
                                                   replica("x", "demo/iris:1.0", replica_phase::ready, 7)});
  BOOST_TEST_REQUIRE(built.endpoints.size() == 2);
  const config::endpoint_config expected{"deploy-d-1", {"127.0.0.1", 1}, 3, "demo/iris", "1.0", "", std::nullopt};
  BOOST_TEST((built.endpoints[0] == expected));
  BOOST_TEST(built.endpoints[1].replica == "deploy-d-2");
}

BOOST_AUTO_TEST_CASE(carries_what_the_gateway_needs_to_know) {
  auto desired = deployment("d", "registry:5000/x:1.0");
  desired.deployment.current.spec.metadata = {{"version", "v7"}, {"team", "ml"}};
  desired.deployment.current.spec.access = config::access_type::clients;
  desired.clients.push_back({"app", {}, "mgc_abcd", {}, "user", std::nullopt});
  const auto built = build_one(desired);
  BOOST_TEST(built.predictor_version == "v7");
  BOOST_TEST(built.model_image == "registry:5000/x");
  BOOST_TEST(built.model_version == "1.0");
  BOOST_TEST((built.access == config::access_type::clients));
  BOOST_TEST((built.state == config::deployment_state::serving));
  BOOST_TEST_REQUIRE(built.clients.size() == 1);
  BOOST_TEST(built.clients[0].name == "app");
}

BOOST_AUTO_TEST_CASE(resolves_options_from_the_deployment_then_the_image_then_the_defaults) {
  auto desired = deployment("d", "pass:1");
  auto options = build_one(desired).serving;
  BOOST_TEST((options.protocol == config::upstream_protocol::passthrough));
  BOOST_TEST(options.timeout.count() == 7'000);
  BOOST_TEST(options.max_body_bytes == 1'000);
  BOOST_TEST(!options.idempotent);
  BOOST_TEST(!options.hedge);
  BOOST_TEST(!options.allow_upgrade);

  domain::serving_overrides& own = desired.deployment.current.spec.serving;
  own.protocol = config::upstream_protocol::seldon;
  own.timeout = std::chrono::seconds{2};
  own.max_body_bytes = 5;
  own.forward_authorization = true;
  own.idempotent = true;
  own.hedge = true;
  own.allow_upgrade = true;
  options = build_one(desired).serving;
  BOOST_TEST((options.protocol == config::upstream_protocol::seldon));
  BOOST_TEST(options.timeout.count() == 2'000);
  BOOST_TEST(options.max_body_bytes == 5);
  BOOST_TEST(options.forward_authorization);
  BOOST_TEST(options.idempotent);
  BOOST_TEST(options.hedge);
  BOOST_TEST(options.allow_upgrade);
}

BOOST_AUTO_TEST_CASE(limits_are_published_with_nothing_left_open) {
  auto desired = deployment("d", "pass:1");
  desired.deployment.group = "research";
  const auto before = build({desired}, {});
  BOOST_TEST(before.deployments[0]->serving.limit.bounds_nothing());
  desired.deployment.current.spec.serving.limits = {{2'500, std::nullopt, 4}, {1'000, 9, std::nullopt}};
  desired.group_limit = {std::nullopt, std::nullopt, 3};
  const auto built = build({desired}, {}, &before).deployments[0];
  BOOST_TEST((built->serving.limit == config::traffic_limit{2'500, 3, 4}));
  BOOST_TEST((built->serving.client_limit == config::traffic_limit{1'000, 9, 0}));
  BOOST_TEST(built->group == "research");
  BOOST_TEST((built->group_limit == config::traffic_limit{0, 1, 3}));
  desired.group_limit.concurrent = 5;
  const config::snapshot published{1, {built}};
  BOOST_TEST(build({desired}, {}, &published).deployments[0] != built);
}

BOOST_AUTO_TEST_CASE(external_replicas_are_passed_through_and_have_no_version) {
  auto desired = deployment("d", "");
  desired.deployment.current.spec.external = domain::external_source{{"http://127.0.0.1"}, {}, {}};
  auto built = build_one(desired, {replica("d", "external", replica_phase::ready, 1)});
  BOOST_TEST((built.serving.protocol == config::upstream_protocol::passthrough));
  BOOST_TEST(built.model_image == "external");
  BOOST_TEST(built.model_version == "");
  BOOST_TEST_REQUIRE(built.endpoints.size() == 1);
  BOOST_TEST(built.endpoints[0].model_image == "external");
  BOOST_TEST(built.endpoints[0].model_version == "");
  desired.deployment.current.spec.serving.protocol = config::upstream_protocol::seldon;
  built = build_one(desired, {replica("d", "external", replica_phase::ready, 1)});
  BOOST_TEST((built.serving.protocol == config::upstream_protocol::seldon));
  BOOST_TEST(built.endpoints.size() == 1);
  desired.deployment.current.spec.metadata = {{"model_image", "team/churn"}, {"model_version", "7"}};
  built = build_one(desired, {replica("d", "external", replica_phase::ready, 1)});
  BOOST_TEST(built.model_image + ":" + built.model_version == "team/churn:7");
  BOOST_TEST(built.endpoints[0].model_image + ":" + built.endpoints[0].model_version == "team/churn:7");
}

BOOST_AUTO_TEST_CASE(stopped_and_refused_deployments_have_no_replicas_and_deleted_ones_vanish) {
  const std::vector observed{replica("d", "demo/iris:1.0", replica_phase::ready, 1)};
  auto desired = deployment("d", "demo/iris:1.0");
  desired.refusal = "no";
  auto built = build_one(desired, observed);
  BOOST_TEST((built.state == config::deployment_state::stopped));
  BOOST_TEST(built.endpoints.empty());
  desired.refusal.clear();
  desired.deployment.current.spec.stop = true;
  built = build_one(desired, observed);
  BOOST_TEST((built.state == config::deployment_state::stopped));
  desired.deployment.deleting = true;
  BOOST_TEST(build({desired}, observed).deployments.empty());
}

BOOST_AUTO_TEST_CASE(unchanged_deployments_stay_the_same_object) {
  const auto a = deployment("a", "demo/iris:1.0");
  auto b = deployment("b", "demo/iris:1.0");
  const auto before = build({a, b}, {});
  const auto after = build({a, b}, {replica("b", "demo/iris:1.0", replica_phase::ready, 1)}, &before);
  BOOST_TEST(after.deployments[0] == before.deployments[0]);
  BOOST_TEST(after.deployments[1] != before.deployments[1]);
  b.clients.push_back({"app", {}, "", {}, "", std::nullopt});
  const auto with_client = build({a, b}, {}, &before);
  BOOST_TEST(with_client.deployments[1] != before.deployments[1]);
  b.clients[0].digest.bytes[0] = 1;
  const auto other_token = build({a, b}, {}, &with_client);
  BOOST_TEST(other_token.deployments[1] != with_client.deployments[1]);
  b.clients[0].requests = 7;  // is counted where requests are
  BOOST_TEST(build({a, b}, {}, &other_token).deployments[1] == other_token.deployments[1]);
  b.clients[0].is_password = true;
  b.clients[0].foreign_hash = "{SHA}x";
  const auto imported = build({a, b}, {}, &other_token);
  BOOST_TEST(imported.deployments[1] != other_token.deployments[1]);
  BOOST_TEST(imported.deployments[1]->clients[0].foreign_hash == "{SHA}x");
  b.clients[0].foreign_hash.reset();
  BOOST_TEST(build({a, b}, {}, &imported).deployments[1] != imported.deployments[1]);
}

BOOST_AUTO_TEST_CASE(the_old_protocol_holds_until_a_replica_of_the_new_image_is_ready) {
  const auto desired = deployment("d", "pass:2");
  const auto old_replica = replica("d", "demo/iris:1.0", replica_phase::ready, 1);
  auto built = build_one(desired, {old_replica, replica("d", "pass:2", replica_phase::starting, 2)});
  BOOST_TEST((built.serving.protocol == config::upstream_protocol::seldon));
  BOOST_TEST(built.endpoints.size() == 1);
  built = build_one(desired, {old_replica, replica("d", "pass:2", replica_phase::ready, 2)});
  BOOST_TEST((built.serving.protocol == config::upstream_protocol::passthrough));
  BOOST_TEST_REQUIRE(built.endpoints.size() == 1);
  BOOST_TEST(built.endpoints[0].replica == "deploy-d-2");
}

namespace {

/// A deployment of demo/iris that is moving to pass:2, with these overrides, in a revision of its own.
store::desired_deployment moving(const domain::serving_overrides& to) {
  auto desired = deployment("d", "demo/iris:1.0");
  desired.deployment.current.number = desired.deployment.current.replica_revision = 1;
  desired.earlier = {desired.deployment.current};
  desired.fallback = desired.deployment.current;
  desired.deployment.current.number = desired.deployment.current.replica_revision = 2;
  desired.deployment.current.spec.model_image = "pass:2";
  desired.deployment.current.spec.serving = to;
  return desired;
}

observed_replica of_revision(std::uint64_t revision, std::uint16_t port) {
  auto seen = replica("d", revision == 1 ? "demo/iris:1.0" : "pass:2", replica_phase::ready, port);
  seen.revision = revision;
  return seen;
}

}  // namespace

BOOST_AUTO_TEST_CASE(how_a_revision_wants_to_be_called_is_no_matter_of_those_before_it) {
  domain::serving_overrides other;
  other.protocol = config::upstream_protocol::passthrough;
  other.concurrency = 1;
  other.idempotent = true;
  other.hedge = true;
  other.timeout = std::chrono::seconds{2};
  const auto desired = moving(other);
  auto built = build_one(desired, {of_revision(1, 1), of_revision(1, 2)});
  BOOST_TEST((built.serving.protocol == config::upstream_protocol::seldon));
  BOOST_TEST((!built.serving.idempotent && !built.serving.hedge));
  BOOST_TEST(built.serving.timeout.count() == 2'000);  // who waits how long is the deployment's
  BOOST_TEST_REQUIRE(built.endpoints.size() == 2);
  BOOST_TEST(!built.endpoints[0].concurrency.has_value());
  // Not one is there: the good ones are what comes next.
  built = build_one(desired);
  BOOST_TEST((built.serving.protocol == config::upstream_protocol::seldon && !built.serving.idempotent));
  built = build_one(desired, {of_revision(2, 1)});
  BOOST_TEST((built.serving.protocol == config::upstream_protocol::passthrough));
  BOOST_TEST((built.serving.idempotent && built.serving.hedge));
  BOOST_TEST(built.endpoints.at(0).concurrency.value() == 1);
}

BOOST_AUTO_TEST_CASE(each_replica_takes_as_many_as_its_own_image_and_revision_say) {
  domain::serving_overrides same_protocol;
  same_protocol.protocol = config::upstream_protocol::seldon;
  same_protocol.idempotent = true;
  auto desired = moving(same_protocol);
  auto built = build_one(desired, {of_revision(1, 1), of_revision(2, 2)});
  BOOST_TEST_REQUIRE(built.endpoints.size() == 2);
  BOOST_TEST(!built.endpoints[0].concurrency.has_value());
  BOOST_TEST(built.endpoints[1].concurrency.value() == 4);
  BOOST_TEST(!built.serving.idempotent);  // a request may come to one that must not see it twice
  desired.deployment.current.spec.serving.concurrency = 9;
  desired.earlier[0].spec.serving.concurrency = 2;
  built = build_one(desired, {of_revision(1, 1), of_revision(2, 2)});
  BOOST_TEST(built.endpoints[0].concurrency.value() == 2);
  BOOST_TEST(built.endpoints[1].concurrency.value() == 9);
}

BOOST_AUTO_TEST_CASE(while_it_moves_to_another_protocol_never_fewer_than_half_of_the_ready_ones_serve) {
  const auto desired = moving({});
  const auto served = [&](const std::vector<observed_replica>& ready) {
    const auto built = build_one(desired, ready);
    return built.endpoints.size() * (built.serving.protocol == config::upstream_protocol::passthrough ? 10 : 1);
  };
  BOOST_TEST(served({of_revision(1, 1), of_revision(1, 2), of_revision(1, 3), of_revision(2, 4)}) == 3);
  BOOST_TEST(served({of_revision(1, 1), of_revision(1, 2), of_revision(2, 4)}) == 2);
  BOOST_TEST(served({of_revision(1, 1), of_revision(1, 2), of_revision(2, 4), of_revision(2, 5)}) == 20);
}

BOOST_AUTO_TEST_CASE(where_as_many_speak_either_protocol_and_nothing_new_is_ready_the_good_ones_serve) {
  auto desired = moving({});
  desired.earlier.push_back(desired.deployment.current);
  desired.deployment.current.number = desired.deployment.current.replica_revision = 3;
  const auto before = build({desired}, {of_revision(2, 2)});
  const auto built = build_one(desired, {of_revision(1, 1), of_revision(2, 2)}, &before);
  BOOST_TEST_REQUIRE(built.endpoints.size() == 1);
  BOOST_TEST(built.endpoints[0].revision == 1);
  BOOST_TEST((built.serving.protocol == config::upstream_protocol::seldon));
}

BOOST_AUTO_TEST_CASE(an_old_image_that_left_the_catalogue_is_not_taken_for_one_of_the_new_protocol) {
  auto desired = moving({});
  desired.earlier[0].spec.model_image = "unknown:1";
  auto old_one = of_revision(1, 1);
  old_one.model_image = "unknown:1";
  const std::vector observed{old_one, of_revision(2, 2)};
  config::snapshot before = build({desired}, {old_one});
  BOOST_TEST(before.deployments[0]->endpoints.size() == 1);
  for (int again = 0; again < 2; ++again) {
    before = build({desired}, observed, &before);
    BOOST_TEST((before.deployments[0]->serving.protocol == config::upstream_protocol::passthrough));
    BOOST_TEST_REQUIRE(before.deployments[0]->endpoints.size() == 1);
    BOOST_TEST(before.deployments[0]->endpoints[0].replica == "deploy-d-2");
  }
}

BOOST_AUTO_TEST_CASE(an_image_that_left_the_catalogue_goes_on_as_it_was) {
  config::snapshot before;
  auto entry = std::make_shared<config::deployment_config>();
  entry->id = "d";
  entry->serving.protocol = config::upstream_protocol::passthrough;
  before.deployments = {entry};
  const auto desired = deployment("d", "unknown:1");
  const std::vector observed{replica("d", "unknown:1", replica_phase::ready, 1)};
  BOOST_TEST((build_one(desired, observed, &before).serving.protocol == config::upstream_protocol::passthrough));
  BOOST_TEST(build_one(desired, observed, &before).endpoints.size() == 1);
  BOOST_TEST((build_one(desired, observed).serving.protocol == config::upstream_protocol::seldon));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::publish
