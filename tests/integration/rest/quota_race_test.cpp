#include "tests/integration/rest/fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

using modelgate::tests::ask_options;
using modelgate::tests::control_port;
using modelgate::tests::reply;

namespace {

struct raced : control_port {
  raced() { furnish(); }

  /// Asks for the same of `count` deployments at one moment; answers how many were done. Every other one was refused
  /// for quota.
  template <class Ask>
  std::size_t at_once(std::size_t count, unsigned good, Ask ask_for) {
    std::latch start{static_cast<std::ptrdiff_t>(count)};
    std::atomic<std::size_t> done{0};
    std::atomic<std::size_t> refused{0};
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < count; ++i) {
      threads.emplace_back([&, i] {
        start.arrive_and_wait();
        const reply answer = ask_for("race-" + std::to_string(i));
        if (answer.status == good) ++done;
        if (answer.status == 403 && answer.text("/code") == "EXCEED_QUOTA") ++refused;
      });
    }
    for (std::thread& each : threads) each.join();
    BOOST_TEST(done + refused == count);
    return done;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(racing_for_quota, raced)

BOOST_AUTO_TEST_CASE(creates_never_get_more_than_there_is) {
  BOOST_TEST(patch("/groups/research", R"({"maxDeploy":null,"quota":{"cpu":3}})").status == 200u);
  BOOST_TEST(at_once(8, 201, [&](const std::string& id) { return deploy(id); }) == 3u);
  BOOST_TEST(get("/groups/research").text("/usage/cpu") == "3");
  BOOST_TEST(get("/groups/research").text("/usage/deployments") == "3");
}

BOOST_AUTO_TEST_CASE(creates_never_exceed_the_number_of_deployments) {
  BOOST_TEST(patch("/groups/research", R"({"maxDeploy":2,"quota":{"cpu":null}})").status == 200u);
  BOOST_TEST(at_once(8, 201, [&](const std::string& id) { return deploy(id); }) == 2u);
}

BOOST_AUTO_TEST_CASE(starts_and_growth_never_get_more_than_there_is) {
  BOOST_TEST(patch("/groups/research", R"({"maxDeploy":null,"quota":{"cpu":5}})").status == 200u);
  for (int i = 0; i < 6; ++i) BOOST_TEST(deploy("race-" + std::to_string(i), R"("stop":true)").status == 201u);
  const auto start = [&](const std::string& id) { return ask("POST", "/deployments/" + id + "/start"); };
  BOOST_TEST(at_once(6, 200, start) == 5u);
  for (int i = 0; i < 6; ++i)
    BOOST_TEST(ask("POST", "/deployments/race-" + std::to_string(i) + "/stop").status == 200u);
  for (int i = 0; i < 2; ++i) BOOST_TEST(start("race-" + std::to_string(i)).status == 200u);
  const auto grow = [&](const std::string& id) { return patch("/deployments/" + id, R"({"replicas":4})"); };
  BOOST_TEST(at_once(2, 200, grow) == 1u);
  BOOST_TEST(get("/groups/research").text("/usage/cpu") == "5");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(a_quota_that_shrinks, raced)

BOOST_AUTO_TEST_CASE(stops_nothing_and_refuses_growth) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  BOOST_TEST(patch("/deployments/iris-1", R"({"replicas":3})").status == 200u);
  const reply shrunk = patch("/groups/research", R"({"quota":{"cpu":1},"maxDeploy":0})");
  BOOST_TEST(shrunk.status == 200u);
  BOOST_TEST(shrunk.text("/usage/cpu") == "3");
  BOOST_TEST(get("/deployments/iris-1").text("/stop") == "false");
  BOOST_TEST(get("/deployments/iris-1").text("/replicas") == "3");

  const reply growth = patch("/deployments/iris-1", R"({"replicas":4})");
  BOOST_TEST(growth.status == 403u);
  BOOST_TEST(growth.text("/code") == "EXCEED_QUOTA");
  BOOST_TEST(growth.text("/detail") == "Group research exceeded cpu quota: 1, requesting 4");
  BOOST_TEST(growth.text("/quota/0") == R"({"resource":"cpu","requested":4,"used":0,"limit":1})");
  BOOST_TEST(patch("/deployments/iris-1", R"({"description":"other"})").status == 200u);
  BOOST_TEST(patch("/deployments/iris-1", R"({"replicas":2})").status == 200u);
  BOOST_TEST(patch("/deployments/iris-1", R"({"replicas":3})").status == 403u);
  BOOST_TEST(deploy("iris-2").text("/detail").find("Group Maximum Deployments exceeded") != std::string::npos);
  BOOST_TEST(ask("POST", "/deployments/iris-1/stop").status == 200u);
  BOOST_TEST(ask("POST", "/deployments/iris-1/start").status == 403u);
}

BOOST_AUTO_TEST_CASE(is_shown_by_a_dry_run) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  const reply tried = ask("POST", "/deployments?dryRun=true",
                          R"({"name":"Two","group":"research","modelImage":"demo/iris:1.0","instanceType":"cpu-1",
                              "replicas":2})");
  BOOST_TEST(tried.status == 200u, tried.body);
  BOOST_TEST(tried.text("/quota/0") == R"({"resource":"cpu","requested":2,"used":1,"limit":4})");
  BOOST_TEST(tried.text("/quota/3") == R"({"resource":"deployments","requested":1,"used":1,"limit":3})");
  ask_options any_revision;
  any_revision.if_match = "*";
  const reply over = ask("PATCH", "/deployments/iris-1?dryRun=true", R"({"replicas":5})", any_revision);
  BOOST_TEST(over.status == 403u);
  BOOST_TEST(over.text("/quota/0") == R"({"resource":"cpu","requested":5,"used":0,"limit":4})");
  BOOST_TEST(get("/groups/research").text("/usage/cpu") == "1");
}

BOOST_AUTO_TEST_SUITE_END()
