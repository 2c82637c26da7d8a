#include "tests/support/gated_replica.hpp"
#include "tests/support/gateway_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>
#include <thread>
#include <vector>

namespace modelgate::test {
namespace {

/// One token in a thousand seconds: what a test takes does not come back while it runs, however slow the machine is.
config::traffic_limit burst_of(std::uint32_t burst) {
  return {1, burst, 0};
}

config::traffic_limit at_a_time(std::uint32_t concurrent) {
  return {0, 1, concurrent};
}

std::string request() {
  return post("/deployment/pub/x", "{}");
}

std::string limited(std::string_view limit, std::string_view kind, std::string_view deployment = "pub") {
  std::string series = "modelgate_rate_limited_total{deployment_name=\"";
  series.append(deployment).append("\",limit=\"").append(limit).append("\",kind=\"").append(kind).append("\"}");
  return series;
}

/// The statuses of that many requests in turn over all connections, counted.
std::map<int, int> ask_in_turn(std::vector<raw_socket>& clients, int requests, const std::string& text = request()) {
  std::map<int, int> statuses;
  for (int i = 0; i < requests; ++i) {
    raw_socket& client = clients[static_cast<std::size_t>(i) % clients.size()];
    client.send(text);
    ++statuses[status_of(client.receive_message())];
  }
  return statuses;
}

/// A private deployment "pub" with two clients.
struct private_deployment {
  private_deployment(const config::traffic_limit& together, const config::traffic_limit& each) {
    config::deployment_config made = gateway_fixture::make("pub", {&replica});
    made.access = config::access_type::clients;
    for (const char* name : {"alice", "bob"}) made.clients.push_back(fixture.credential(name, name));
    made.serving.limit = together;
    made.serving.client_limit = each;
    fixture.deploy(std::move(made));
  }
  [[nodiscard]] static std::string request_of(const std::string& name) {
    return post("/deployment/pub/x", "{}", "Authorization: Bearer " + name + "\r\n");
  }
  [[nodiscard]] std::string ask(const std::string& name) const { return fixture.ask(request_of(name)); }

  scripted_upstream replica;
  gateway_fixture fixture;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(traffic_limits)

BOOST_AUTO_TEST_CASE(a_rate_holds_over_connections_on_all_workers) {
  scripted_upstream replica;
  gateway_fixture fixture;  // two workers
  config::deployment_config deployment = gateway_fixture::make("pub", {&replica});
  deployment.serving.limit = burst_of(20);
  fixture.deploy(deployment);
  std::vector<raw_socket> clients;
  for (int i = 0; i < 16; ++i) clients.push_back(fixture.connect());
  std::map<int, int> statuses = ask_in_turn(clients, 48);
  BOOST_TEST(statuses[200] == 20);
  BOOST_TEST(statuses[429] == 28);
  BOOST_TEST(replica.requests().size() == 20U);
  BOOST_TEST(fixture.metric(limited("deployment", "rate")) == 28);
  BOOST_TEST(fixture.metric(limited("client", "rate")) == 0);
  BOOST_TEST(fixture.metric("modelgate_replies_total{reason=\"RATE_LIMITED\"}") == 28);
}

BOOST_AUTO_TEST_CASE(one_connection_gets_the_whole_rate_and_is_told_what_is_left) {
  scripted_upstream replica;
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("pub", {&replica});
  deployment.serving.limit = burst_of(3);
  fixture.deploy(deployment);
  raw_socket client = fixture.connect();
  for (const char* left : {"2", "1", "0"}) {
    client.send(request());
    const std::string answer = client.receive_message();
    BOOST_TEST(status_of(answer) == 200);
    BOOST_TEST(field_of(answer, "RateLimit-Limit") == "3");
    BOOST_TEST(field_of(answer, "RateLimit-Remaining") == left);
  }
  client.send(request());
  const std::string refused = client.receive_message();
  BOOST_TEST(status_of(refused) == 429);
  BOOST_TEST(body_of(refused).find("\"reason\":\"RATE_LIMITED\"") != std::string::npos, refused);
  BOOST_TEST(field_of(refused, "RateLimit-Limit") == "3");
  BOOST_TEST(field_of(refused, "RateLimit-Remaining") == "0");
  const int retry_after = std::stoi(field_of(refused, "Retry-After"));
  BOOST_TEST(retry_after > 900);
  BOOST_TEST(retry_after <= 1'000);
  const int reset = std::stoi(field_of(refused, "RateLimit-Reset"));
  BOOST_TEST(reset > 2'900);
  BOOST_TEST(reset <= 3'000);
  client.send(get("/ping"));  // the connection is good
  BOOST_TEST(status_of(client.receive_message()) == 200);
}

BOOST_AUTO_TEST_CASE(tokens_come_back_with_time) {
  scripted_upstream replica;
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("pub", {&replica});
  deployment.serving.limit = {20'000, 1, 0};
  fixture.deploy(deployment);
  raw_socket client = fixture.connect();
  int good = 0;
  for (const steady_time end = steady_clock::now() + patience; good < 3 && steady_clock::now() < end;) {
    client.send(request());
    if (status_of(client.receive_message()) == 200) ++good;
  }
  BOOST_TEST(good == 3);
}

BOOST_AUTO_TEST_CASE(each_client_has_a_rate_of_its_own) {
  const private_deployment priv{{}, burst_of(2)};
  std::vector<raw_socket> clients;
  for (int i = 0; i < 8; ++i) clients.push_back(priv.fixture.connect());
  for (const char* name : {"alice", "bob"}) {
    std::map<int, int> statuses = ask_in_turn(clients, 8, private_deployment::request_of(name));
    BOOST_TEST(statuses[200] == 2);
    BOOST_TEST(statuses[429] == 6);
  }
  BOOST_TEST(priv.fixture.metric(limited("client", "rate")) == 12);
}

BOOST_AUTO_TEST_CASE(a_wrong_token_takes_nothing_from_those_who_have_one) {
  const private_deployment priv{burst_of(1), {}};
  for (int i = 0; i < 5; ++i) {
    const std::string refused = priv.ask("mallory");
    BOOST_TEST(status_of(refused) == 401);
    BOOST_TEST(field_of(refused, "RateLimit-Limit") == "");
  }
  BOOST_TEST(status_of(priv.ask("alice")) == 200);
  BOOST_TEST(status_of(priv.ask("bob")) == 429);
}

BOOST_AUTO_TEST_CASE(a_client_that_is_held_back_takes_nothing_from_the_others) {
  const private_deployment priv{burst_of(2), burst_of(1)};
  for (int i = 0; i < 6; ++i) static_cast<void>(priv.ask("alice"));
  BOOST_TEST(status_of(priv.ask("bob")) == 200);
  BOOST_TEST(priv.fixture.metric(limited("client", "rate")) == 5);
  BOOST_TEST(priv.fixture.metric(limited("deployment", "rate")) == 0);
}

BOOST_AUTO_TEST_CASE(requests_at_a_time_are_counted_over_all_workers) {
  gated_replica replica;
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("pub", {&replica.upstream});
  deployment.serving.limit = at_a_time(3);
  fixture.deploy(deployment);
  std::vector<raw_socket> under_way;
  for (std::size_t i = 1; i <= 3; ++i) {
    under_way.push_back(fixture.connect());
    under_way.back().send(request());
    static_cast<void>(replica.upstream.await_requests(i));
  }
  for (int i = 0; i < 8; ++i) {
    const std::string refused = fixture.ask(request());
    BOOST_TEST(status_of(refused) == 429);
    BOOST_TEST(body_of(refused).find("\"reason\":\"CONCURRENCY_LIMITED\"") != std::string::npos, refused);
    BOOST_TEST(field_of(refused, "Retry-After") == "1");
    BOOST_TEST(field_of(refused, "RateLimit-Limit") == "");
  }
  BOOST_TEST(fixture.metric(limited("deployment", "concurrency")) == 8);
  replica.let_go = 100;
  for (raw_socket& client : under_way) BOOST_TEST(status_of(client.receive_message()) == 200);
  under_way[0].send(request());  // its place was free before its last answer was whole
  BOOST_TEST(status_of(under_way[0].receive_message()) == 200);
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_gives_its_place_back) {
  gated_replica replica;
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("pub", {&replica.upstream});
  deployment.serving.limit = at_a_time(1);
  fixture.deploy(deployment);
  {
    raw_socket leaves = fixture.connect();
    leaves.send(request());
    static_cast<void>(replica.upstream.await_requests(1));
    leaves.reset();
  }
  while (fixture.metric("modelgate_requests_in_flight") != 0) std::this_thread::yield();
  replica.let_go = 100;
  std::string answer = fixture.ask(request());
  while (status_of(answer) == 429) answer = fixture.ask(request());  // until the session has ended
  BOOST_TEST(status_of(answer) == 200);
}

BOOST_AUTO_TEST_CASE(a_group_is_limited_over_its_deployments_and_no_other_is) {
  scripted_upstream replica;
  gateway_fixture fixture;
  for (const char* id : {"one", "two"}) {
    config::deployment_config deployment = gateway_fixture::make(id, {&replica});
    deployment.group = "research";
    deployment.group_limit = burst_of(4);
    fixture.deploy(deployment);
  }
  fixture.deploy("pub", {&replica});
  std::map<std::string, std::map<int, int>> statuses;
  for (int i = 0; i < 4; ++i) {
    for (const char* id : {"one", "two", "pub"}) {
      ++statuses[id][status_of(fixture.ask(post("/deployment/" + std::string{id} + "/x", "{}")))];
    }
  }
  BOOST_TEST(statuses["one"][200] + statuses["two"][200] == 4);
  BOOST_TEST(statuses["pub"][200] == 4);
  BOOST_TEST(fixture.metric(limited("group", "rate", "one")) + fixture.metric(limited("group", "rate", "two")) == 4);
}

BOOST_AUTO_TEST_CASE(another_limit_holds_at_once_and_goes_on_from_what_was_counted) {
  scripted_upstream replica;
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("pub", {&replica});
  deployment.serving.limit = burst_of(5);
  deployment.group = "research";
  deployment.group_limit = burst_of(100);
  fixture.deploy(deployment);
  raw_socket client = fixture.connect();
  const auto left = [&] {
    client.send(request());
    const std::string answer = client.receive_message();
    return status_of(answer) == 200 ? field_of(answer, "RateLimit-Remaining") : std::to_string(status_of(answer));
  };
  BOOST_TEST(left() == "4");
  BOOST_TEST(left() == "3");
  deployment.serving.limit = burst_of(8);
  fixture.deploy(deployment);
  BOOST_TEST(left() == "5");
  deployment.predictor_version = "v2";  // another change leaves the limits as they are
  fixture.deploy(deployment);
  BOOST_TEST(left() == "4");
  deployment.serving.limit = burst_of(4);
  fixture.deploy(deployment);
  BOOST_TEST(left() == "429");
  deployment.serving.limit = {};
  fixture.deploy(deployment);
  BOOST_TEST(left() == "95");  // the group's, which counted on all the while
  deployment.group_limit = {};
  fixture.deploy(deployment);
  BOOST_TEST(left() == "");
}

BOOST_AUTO_TEST_CASE(what_the_gateway_answers_itself_counts_at_no_limit) {
  scripted_upstream replica;
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("pub", {&replica});
  deployment.serving.protocol = config::upstream_protocol::seldon;
  deployment.serving.limit = burst_of(1);
  fixture.deploy(deployment);
  for (const char* path : {"/deployment/pub/ready", "/deployment/pub/live", "/ping"}) {
    for (int i = 0; i < 3; ++i) BOOST_TEST(status_of(fixture.ask(get(path))) == 200);
  }
  BOOST_TEST(status_of(fixture.ask(get("/deployment/pub/api/v1.0/status"))) == 200);
  const std::string refused = fixture.ask(post("/deployment/pub/api/v1.0/predictions", "{}"));
  BOOST_TEST(status_of(refused) == 429);
  const double counted = fixture.metric(
      "seldon_api_executor_server_requests_seconds_count{deployment_name=\"pub\",predictor_name=\"deploy\","
      "predictor_version=\"\",service=\"predictions\",method=\"post\",code=\"429\",status=\"429\"}");
  BOOST_TEST(counted == 1);
}

BOOST_AUTO_TEST_CASE(a_models_own_limits_pass_where_there_are_none_of_ours) {
  scripted_upstream replica{[](raw_socket& connection, scripted_upstream&) {
    while (!connection.receive_message().empty()) {
      connection.send(
          "HTTP/1.1 200 OK\r\nratelimit-limit: 77\r\nRateLimit-Policy: 77;w=1\r\nContent-Length: 0\r\n\r\n");
    }
  }};
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("pub", {&replica});
  fixture.deploy(deployment);
  BOOST_TEST(field_of(fixture.ask(request()), "RateLimit-Limit") == "77");
  deployment.serving.limit = burst_of(9);
  fixture.deploy(deployment);
  const std::string answer = fixture.ask(request());
  BOOST_TEST(field_of(answer, "RateLimit-Limit") == "9");
  BOOST_TEST(count_of(answer, "RateLimit-Limit") == 1);
  BOOST_TEST(count_of(answer, "RateLimit-Policy") == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
