// What charts are made from: counts of clients and of replicas, and what they outlive.
#include "tests/support/gated_replica.hpp"
#include "tests/support/gateway_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

namespace modelgate::test {
namespace {

using answers = std::vector<std::uint64_t>;

constexpr std::string_view predictions = "/deployment/pub/api/v1.0/predictions";
constexpr std::string_view feedback_path = "/deployment/pub/api/v1.0/feedback";

/// A private Seldon deployment with the clients alice and bob, whose tokens are their names.
struct two_clients {
  explicit two_clients(const std::vector<const scripted_upstream*>& replicas) : fixture{settings()} {
    deployment = gateway_fixture::make("pub", replicas);
    deployment.serving.protocol = config::upstream_protocol::seldon;
    deployment.access = config::access_type::clients;
    for (const char* name : {"alice", "bob"}) deployment.clients.push_back(fixture.credential(name, name));
    fixture.deploy(deployment);
  }

  static config::settings settings() {
    config::settings all = gateway_fixture::short_settings();
    all.health.ramp_time = std::chrono::milliseconds{0};
    return all;
  }

  [[nodiscard]] std::string ask_as(const std::string& name, std::string_view path, std::string_view body = "{}",
                                   const std::string& fields = {}) const {
    return fixture.ask(post(path, body, "Authorization: Bearer " + name + "\r\n" + fields));
  }
  [[nodiscard]] config::client_use use_of(const std::string& name) const {
    for (const config::client_use& each : fixture.gateway->observe_with_counts().clients) {
      if (each.client == name) return each;
    }
    return {};
  }
  /// Counted is after answered.
  template <class Holds>
  [[nodiscard]] bool comes_true(Holds holds) const {
    const steady_time deadline = steady_clock::now() + patience;
    while (!holds()) {
      if (steady_clock::now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }

  gateway_fixture fixture;
  config::deployment_config deployment;
};

/// Answers each request with the status that its body says: {"status": 404}.
scripted_upstream::script obeys() {
  return [](raw_socket& connection, scripted_upstream& self) {
    for (;;) {
      std::string request = connection.receive_message();
      if (request.empty()) return;
      const std::size_t said = request.find("{\"status\": ");
      const std::string status = said == std::string::npos ? "200" : request.substr(said + 11, 3);
      self.note(std::move(request));
      connection.send("HTTP/1.1 " + status + " As Told\r\nContent-Length: 2\r\n\r\nok");
    }
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(counts)

BOOST_AUTO_TEST_CASE(each_client_is_counted_by_what_it_was_answered) {
  scripted_upstream replica{obeys()};
  const two_clients gate{{&replica}};
  for (const int status : {200, 201, 404, 429, 500, 503, 503}) {
    const std::string body = "{\"status\": " + std::to_string(status) + "}";
    BOOST_TEST(static_cast<int>(status_of(gate.ask_as("alice", predictions, body))) == status);
  }
  BOOST_TEST(status_of(gate.ask_as("bob", predictions)) == 200);
  BOOST_TEST(status_of(gate.ask_as("mallory", predictions)) == 401);  // nobody's
  const std::string no_prediction = get("/deployment/pub/api/v1.0/metadata", "Authorization: Bearer bob\r\n");
  BOOST_TEST(status_of(gate.fixture.ask(no_prediction)) == 200);
  BOOST_TEST(status_of(gate.ask_as("bob", feedback_path, R"({"reward": 0.25})")) == 200);
  BOOST_TEST(status_of(gate.ask_as("bob", feedback_path, R"({"reward": -3})")) == 200);
  BOOST_TEST(gate.comes_true([&] { return gate.use_of("bob").counted.feedback == 2; }));

  const config::client_use alice = gate.use_of("alice");
  BOOST_TEST(alice.requests == 7U);
  BOOST_TEST(alice.counted.answers == (answers{0, 0, 2, 0, 2, 3}), boost::test_tools::per_element());
  BOOST_TEST(std::accumulate(alice.counted.latency.begin(), alice.counted.latency.end(), std::uint64_t{0}) == 7U);
  BOOST_TEST(alice.counted.feedback == 0U);
  BOOST_TEST(alice.in_flight == 0U);
  const config::client_use bob = gate.use_of("bob");
  BOOST_TEST(bob.requests == 4U);
  BOOST_TEST(bob.counted.answers == (answers{0, 0, 1, 0, 0, 0}), boost::test_tools::per_element());
  BOOST_TEST(bob.counted.reward == 0.25);  // what is negative takes nothing away
  BOOST_TEST(gate.fixture.gateway->observe().clients.at(0).counted.answers.empty());  // only where it is asked for
}

BOOST_AUTO_TEST_CASE(what_the_gateway_refuses_a_client_is_counted_for_it) {
  scripted_upstream replica;
  two_clients gate{{&replica}};
  gate.deployment.endpoints.clear();
  gate.fixture.deploy(gate.deployment);
  BOOST_TEST(status_of(gate.ask_as("alice", predictions)) == 503);
  BOOST_TEST(gate.use_of("alice").counted.answers == (answers{0, 0, 0, 0, 0, 1}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_request_under_way_is_in_flight_of_its_client_and_outlives_it) {
  gated_replica slow;
  two_clients gate{{&slow.upstream}};
  raw_socket connection = gate.fixture.connect();
  connection.send(post(predictions, "{}", "Authorization: Bearer alice\r\n"));
  static_cast<void>(slow.upstream.await_requests(1));
  BOOST_TEST(gate.use_of("alice").in_flight == 1U);
  BOOST_TEST(gate.use_of("bob").in_flight == 0U);
  for (int round = 0; round < 3; ++round) {  // alice is deleted, and more than one table comes after that
    gate.deployment.clients = {gate.fixture.credential("bob", "bob")};
    gate.deployment.predictor_version = std::to_string(round);
    gate.fixture.deploy(gate.deployment);
  }
  BOOST_TEST(gate.use_of("alice").client.empty());
  slow.let_go = 1'000;
  BOOST_TEST(status_of(connection.receive_message()) == 200);
  BOOST_TEST(status_of(gate.ask_as("bob", predictions)) == 200);
  BOOST_TEST(status_of(gate.ask_as("alice", predictions)) == 401);
  BOOST_TEST(gate.comes_true([&] { return gate.use_of("bob").counted.answers == answers{0, 0, 1, 0, 0, 0}; }));
}

BOOST_AUTO_TEST_CASE(feedback_counts_for_the_replica_that_answered) {
  gated_replica one;
  gated_replica another;
  const scripted_upstream& first = one.upstream;
  const scripted_upstream& second = another.upstream;
  two_clients gate{{&first, &second}};
  gateway_fixture::declare(gate.deployment, 1);  // of the first two requests each replica gets one
  gate.fixture.deploy(gate.deployment);
  const auto counted = [&](const scripted_upstream& of) {
    for (const config::endpoint_load& each : gate.fixture.gateway->observe_with_counts().endpoints) {
      if (each.address == net::to_string(of.address())) return each.counted;
    }
    return config::answer_counts{};
  };
  std::vector<raw_socket> clients;
  for (const std::string puid : {"a", "b"}) {
    clients.push_back(gate.fixture.connect());
    clients.back().send(post(predictions, "{}", "Authorization: Bearer alice\r\nSeldon-Puid: " + puid + "\r\n"));
  }
  for (const scripted_upstream* each : {&first, &second}) static_cast<void>(each->await_requests(1));
  one.let_go = another.let_go = 1'000;
  for (raw_socket& client : clients) {
    BOOST_TEST(status_of(client.receive_message()) == 200);
    client.send(get("/ping"));  // its connection goes on when who answered is remembered
    BOOST_TEST(body_of(client.receive_message()) == "pong");
  }
  const std::string of_first = field_of(first.requests().at(0), "Seldon-Puid");
  const std::string of_second = field_of(second.requests().at(0), "Seldon-Puid");
  const auto say = [&](const std::string& puid, const std::string& reward) {
    const std::string body = R"({"reward": )" + reward + R"(, "response": {"meta": {"puid": ")" + puid + R"("}}})";
    BOOST_TEST(status_of(gate.ask_as("bob", feedback_path, body)) == 200);
  };
  for (int i = 0; i < 3; ++i) say(of_first, "1");
  say(of_second, "0");
  say(of_second, "0.5");
  BOOST_TEST(gate.comes_true([&] { return counted(first).feedback + counted(second).feedback == 5; }));
  BOOST_TEST(counted(first).feedback == 3U);
  BOOST_TEST(counted(first).reward == 3.0);
  BOOST_TEST(counted(second).feedback == 2U);
  BOOST_TEST(counted(second).reward == 0.5);

  say("nobody-knows", "1");  // it counts for the replica that takes it
  BOOST_TEST(gate.comes_true([&] { return counted(first).feedback + counted(second).feedback == 6; }));
  // Of a replica that is gone it counts for nobody but the model.
  const net::endpoint gone = second.address();
  std::erase_if(gate.deployment.endpoints, [&](const config::endpoint_config& each) { return each.address == gone; });
  gate.fixture.deploy(gate.deployment);
  const std::uint64_t before = counted(first).feedback;
  say(of_second, "1");
  say(of_first, "1");
  BOOST_TEST(gate.comes_true([&] { return counted(first).feedback == before + 1; }));
}

/// What is counted of the replicas together.
config::answer_counts of_replicas(const gateway_fixture& fixture) {
  config::answer_counts sum;
  sum.answers.resize(6);
  sum.latency.resize(15);
  for (const config::endpoint_load& each : fixture.gateway->observe_with_counts().endpoints) {
    for (std::size_t i = 0; i < 6; ++i) sum.answers[i] += each.counted.answers.at(i);
    for (std::size_t i = 0; i < 15; ++i) sum.latency[i] += each.counted.latency.at(i);
  }
  return sum;
}
config::answer_counts of_deployment(const gateway_fixture& fixture) {
  return fixture.gateway->observe_with_counts().deployments.at(0).counted;
}
std::uint64_t total(const answers& counted) {
  return std::accumulate(counted.begin(), counted.end(), std::uint64_t{0});
}

BOOST_AUTO_TEST_CASE(replicas_count_the_same_requests_as_their_deployment) {
  scripted_upstream replica{obeys()};
  const two_clients gate{{&replica}};
  for (const int status : {200, 404, 503}) {
    const std::string body = "{\"status\": " + std::to_string(status) + "}";
    BOOST_TEST(static_cast<int>(status_of(gate.ask_as("alice", predictions, body))) == status);
  }
  BOOST_TEST(status_of(gate.ask_as("bob", feedback_path, R"({"reward": 1})")) == 200);
  const std::string question = get("/deployment/pub/api/v1.0/metadata", "Authorization: Bearer bob\r\n");
  BOOST_TEST(status_of(gate.fixture.ask(question)) == 200);
  const answers expected{0, 0, 1, 0, 1, 1};
  BOOST_TEST(gate.comes_true([&] { return of_deployment(gate.fixture).answers == expected; }));
  BOOST_TEST(of_replicas(gate.fixture).answers == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_try_without_an_answer_has_its_latency_too_and_counts_once) {
  scripted_upstream silent{
      [](raw_socket& connection, scripted_upstream&) { static_cast<void>(connection.receive_all()); }};
  scripted_upstream cutting{[](raw_socket& connection, scripted_upstream&) {
    static_cast<void>(connection.receive_message());
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nok");
  }};
  gated_replica slow;
  for (const scripted_upstream* each : {&silent, &cutting, &slow.upstream}) {
    gateway_fixture fixture;
    config::deployment_config deployment = gateway_fixture::make("pub", {each});
    deployment.serving.timeout = std::chrono::milliseconds{150};
    fixture.deploy(deployment);
    raw_socket caller = fixture.connect();
    caller.send(post("/deployment/pub/x", "{}", each == &silent ? "X-Request-Timeout: 0.1\r\n" : ""));
    if (each == &slow.upstream)
      static_cast<void>(each->await_requests(1));  // and then it leaves
    else
      static_cast<void>(caller.receive_some());
    caller.close();
    const steady_time deadline = steady_clock::now() + patience;
    while (total(of_deployment(fixture).answers) == 0 && steady_clock::now() < deadline) std::this_thread::yield();
    BOOST_TEST(total(of_deployment(fixture).answers) == 1U);
    BOOST_TEST(of_replicas(fixture).answers == of_deployment(fixture).answers, boost::test_tools::per_element());
    BOOST_TEST(total(of_replicas(fixture).latency) == 1U);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
