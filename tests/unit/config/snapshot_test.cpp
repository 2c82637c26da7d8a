#include "modelgate/config/snapshot.hpp"

#include "modelgate/config/observation.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::config {
namespace {

std::vector<std::string> mistakes_of(std::string_view json) {
  const auto parsed = parse_snapshot(json);
  std::vector<std::string> places;
  if (!parsed)
    for (const diagnostic& mistake : parsed.error()) places.push_back(mistake.where);
  return places;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(snapshot_suite)

BOOST_AUTO_TEST_CASE(the_json_form_round_trips) {
  const crypto::token_key key = crypto::token_key::generate();
  auto deployment = std::make_shared<deployment_config>();
  deployment->id = "iris";
  deployment->state = deployment_state::stopped;
  deployment->access = access_type::clients;
  serving_options& serving = deployment->serving;
  serving.protocol = upstream_protocol::passthrough;
  serving.timeout = std::chrono::milliseconds{1'500};
  serving.max_body_bytes = 12;
  serving.max_queue = 5;
  serving.queue_timeout = std::chrono::milliseconds{700};
  serving.forward_authorization = true;
  serving.allow_upgrade = true;
  serving.idempotent = true;
  serving.hedge = true;
  serving.limit = {2'500, 7, 0};
  serving.client_limit = {0, 1, 3};
  deployment->group = "research";
  deployment->group_limit = {traffic_limit::most_millirequests_per_second, traffic_limit::most_requests, 9};
  deployment->predictor_version = "v1";
  deployment->model_image = "demo/iris";
  deployment->model_version = "1.0";
  deployment->clients.push_back({"alice", key.hash("one"), std::nullopt});
  deployment->clients.back().previous = {key.hash("before"), *parse_rfc3339("2030-01-02T03:04:05.678Z")};
  deployment->clients.push_back({"bob", key.hash("two"), *parse_rfc3339("2030-01-02T03:04:05.678Z")});
  client_credential imported{"carol", key.hash("three"), std::nullopt};
  imported.previous = {key.hash("before"), *parse_rfc3339("2030-01-02T03:04:05.678Z"), true};
  imported.created_at = *parse_rfc3339("2026-01-02T03:04:05.678Z");
  imported.is_disabled = true;
  imported.is_password = true;
  imported.foreign_hash = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=";
  deployment->clients.push_back(imported);
  deployment->endpoints.push_back({"r-0", {"127.0.0.1", 9000}, 7, "demo/iris", "1.0"});
  deployment->endpoints.push_back({"r-1", {"::1", 9001}, 8, "demo/iris", "2.0"});
  deployment->endpoints.back().concurrency = 3;
  const std::string text = to_json(snapshot{42, {deployment}});
  const auto parsed = parse_snapshot(text);
  BOOST_REQUIRE(parsed.has_value());
  BOOST_TEST(parsed->generation == 42U);
  BOOST_TEST(parsed->deployments.at(0)->endpoints.at(1).address.host == "::1");
  BOOST_TEST((parsed->deployments.at(0)->serving == deployment->serving));
  BOOST_TEST((parsed->deployments.at(0)->endpoints == deployment->endpoints));
  BOOST_TEST(parsed->deployments.at(0)->group == "research");
  const client_credential& carol = parsed->deployments.at(0)->clients.at(2);
  BOOST_TEST((carol.created_at == imported.created_at));
  BOOST_TEST((carol.is_disabled && carol.is_password && carol.previous->is_password));
  BOOST_TEST(carol.foreign_hash == imported.foreign_hash);
  BOOST_TEST((parsed->deployments.at(0)->group_limit == deployment->group_limit));
  BOOST_TEST(to_json(*parsed) == text);
}

BOOST_AUTO_TEST_CASE(every_mistake_is_found_with_its_place) {
  using places = std::vector<std::string>;
  BOOST_TEST((mistakes_of("{") == places{""}));
  BOOST_TEST((mistakes_of("[]") == places{"", "/generation"} || mistakes_of("[]") == places{""}));
  BOOST_TEST((mistakes_of(R"({"deployments":[]})") == places{"/generation"}));
  BOOST_TEST((mistakes_of(R"({"generation":1,"other":1})") == places{"/other"}));
  BOOST_TEST((
      mistakes_of(
          R"({"generation":1,"deployments":[{"id":"a","access":"secret","serving":{"timeoutMs":-1},"clients":[{"name":"x","digest":"00"}],"endpoints":[{"replica":"r","address":"nowhere"}]}]})")
      == places{"/deployments/0/access", "/deployments/0/serving/timeoutMs", "/deployments/0/clients/0/digest",
                "/deployments/0/endpoints/0/address"}));
}

BOOST_AUTO_TEST_CASE(limits_that_no_worker_could_count_are_mistakes) {
  using places = std::vector<std::string>;
  BOOST_TEST(
      (mistakes_of(
           R"({"generation":1,"deployments":[{"id":"a","serving":{"limit":{"burst":0},)"
           R"("clientLimit":{"concurrent":1000001}},"groupLimit":{"millirequestsPerSecond":1000000001,"x":1}}]})")
       == places{"/deployments/0/serving/limit/burst", "/deployments/0/serving/clientLimit/concurrent",
                 "/deployments/0/groupLimit/millirequestsPerSecond", "/deployments/0/groupLimit/x"}));
}

BOOST_AUTO_TEST_CASE(observations_round_trip) {
  crypto::token_digest digest;
  digest.bytes.fill(7);
  const system_time noon = *parse_rfc3339("2030-01-02T03:04:00Z");
  const observation seen{{3, 4},
                         {{"iris", "r-0", 2, "127.0.0.1:9", {{0, 0, 4}, {4, 0}, 3, 1.5}}},
                         {{"iris", "alice", noon, 42, noon - std::chrono::hours{1}, 6, {{0, 1}, {1, 0}, 2, 0.5}}},
                         {{"iris", "bob", "{SHA}x", digest}},
                         {{"iris", {{0, 0, 7, 0, 1, 2}, {3, 0, 1}, 5, 2.5}, {{"demo/iris", "1.0", 9}}}}};
  const auto parsed = parse_observation(to_json(seen));
  BOOST_REQUIRE(parsed.has_value());
  BOOST_TEST((*parsed == seen));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::config
