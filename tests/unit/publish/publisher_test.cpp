#include "control/publish/publisher.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::control::publish {
namespace {

class recording_gateway final : public config::gateway_link {
 public:
  void publish(config::snapshot_ptr next) override { taken.push_back(std::move(next)); }
  bool wait_until_live(std::uint64_t, steady_time) override { return true; }
  config::observation observe() const override { return {}; }

  std::vector<config::snapshot_ptr> taken;
};

std::vector<store::desired_ptr> list(const std::vector<store::desired_deployment>& all) {
  std::vector<store::desired_ptr> answer;
  for (const auto& each : all) answer.push_back(std::make_shared<const store::desired_deployment>(each));
  return answer;
}

store::desired_deployment deployment(const std::string& id) {
  store::desired_deployment desired;
  desired.deployment.id = id;
  desired.deployment.current.spec.model_image = "demo/iris:1.0";
  return desired;
}

struct publishing {
  recording_gateway gateway;
  publisher publishes{gateway, [](std::string_view, const auto&) { return std::nullopt; }, {}, 100};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(publisher_rules, publishing)

BOOST_AUTO_TEST_CASE(publishes_the_first_snapshot_even_if_it_is_empty) {
  const auto first = publishes.update({}, {});
  BOOST_TEST_REQUIRE(gateway.taken.size() == 1);
  BOOST_TEST(gateway.taken[0] == first);
  BOOST_TEST(first->generation == 101);
}

BOOST_AUTO_TEST_CASE(publishes_only_what_differs) {
  const auto first = publishes.update(list({deployment("a")}), {});
  BOOST_TEST(publishes.update(list({deployment("a")}), {}) == first);
  BOOST_TEST(gateway.taken.size() == 1);
  const auto second = publishes.update(list({deployment("a"), deployment("b")}), {});
  BOOST_TEST(second->generation == first->generation + 1);
  BOOST_TEST(second->deployments[0] == first->deployments[0]);
  const auto third = publishes.update(list({deployment("b")}), {});
  BOOST_TEST(third->generation == second->generation + 1);
  BOOST_TEST(gateway.taken.size() == 3);
}

BOOST_AUTO_TEST_CASE(other_defaults_reach_the_deployments_without_a_word_of_their_own) {
  store::desired_deployment own = deployment("own");
  own.deployment.current.spec.serving.timeout = std::chrono::seconds{7};
  own.deployment.current.spec.serving.max_body_bytes = 7;
  const auto first = publishes.update(list({deployment("a"), own}), {});
  publishes.set_defaults({std::chrono::seconds{5}, 1'000});
  const auto second = publishes.update(list({deployment("a"), own}), {});
  BOOST_TEST(second->generation == first->generation + 1);
  BOOST_CHECK(second->deployments[0]->serving.timeout == std::chrono::seconds{5});
  BOOST_TEST(second->deployments[0]->serving.max_body_bytes == 1'000U);
  BOOST_TEST(second->deployments[1] == first->deployments[1]);
}

BOOST_AUTO_TEST_CASE(generations_grow_over_restarts_and_fit_json) {
  const auto now = system_time{std::chrono::hours{500'000}};
  BOOST_TEST(generation_at(now + std::chrono::microseconds{1}) == generation_at(now) + 1);
  constexpr std::uint64_t exact_in_json = 1ULL << 53;
  BOOST_TEST(generation_at(now) < exact_in_json);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::control::publish
