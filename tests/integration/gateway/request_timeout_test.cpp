#include "tests/support/full_backlog.hpp"
#include "tests/support/gateway_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <thread>

namespace modelgate::test {
namespace {

/// What the one request that reached a replica said, in seconds.
double told(const scripted_upstream& replica) {
  const std::string request = replica.await_requests(1).back();
  BOOST_TEST(count_of(request, "X-Request-Timeout") == 1);
  const std::string value = field_of(request, "X-Request-Timeout");
  BOOST_TEST(value.find('.') + 4 == value.size(), value);
  return std::atof(value.c_str());
}

/// The seconds before these words in the text of a 504.
double seconds_before(const std::string& text, std::string_view words) {
  const std::size_t end = text.find(words);
  BOOST_TEST_REQUIRE(end != std::string::npos, text);
  const std::size_t from = text.rfind(' ', text.rfind(' ', end - 1) - 1);
  return std::atof(text.c_str() + from);
}

scripted_upstream::script never_answers() {
  return [](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    static_cast<void>(connection.receive_all());
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request_timeouts)

BOOST_AUTO_TEST_CASE(the_replica_is_told_how_long_its_answer_is_waited_for) {
  const struct {
    const char* fields;
    double most;
  } rows[] = {
      {"", 60},
      {"X-Request-Timeout: 2.5\r\n", 2.5},
      {"x-request-timeout: 2500ms\r\n", 2.5},
      {"X-Request-Timeout: 30s\r\n", 30},
      {"X-Request-Timeout: 86400\r\n", 60},
      {"X-Request-Timeout: 999999999999999999999999\r\n", 60},
  };
  for (const auto& row : rows) {
    scripted_upstream replica;
    gateway_fixture fixture;
    fixture.deploy("pub", {&replica});
    BOOST_TEST(status_of(fixture.ask(post("/deployment/pub/x", "{}", row.fields))) == 200, row.fields);
    BOOST_TEST(told(replica) <= row.most, row.fields);
    BOOST_TEST(told(replica) > row.most / 2, row.fields);
  }
}

BOOST_AUTO_TEST_CASE(other_spellings_reach_nobody_and_mean_nothing) {
  scripted_upstream replica;
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  const std::string answer = fixture.ask(
      post("/deployment/pub/x", "{}",
           "X_Request_Timeout: 1\r\nx.request.timeout: 2\r\nX-Request_Timeout: 3\r\nX-REQUEST.TIMEOUT: soon\r\n"));
  BOOST_TEST(status_of(answer) == 200);
  BOOST_TEST(told(replica) > 30);
  const std::string seen = replica.requests().at(0);
  for (const char* value : {": 1\r\n", ": 2\r\n", ": 3\r\n", ": soon\r\n"}) {
    BOOST_TEST(seen.find(std::string{"imeout"} + value) == std::string::npos, seen);
    BOOST_TEST(seen.find(std::string{"IMEOUT"} + value) == std::string::npos, seen);
  }
}

BOOST_AUTO_TEST_CASE(a_timeout_that_cannot_be_read_is_400_with_what_to_write) {
  scripted_upstream replica;
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  raw_socket client = fixture.connect();
  for (const char* value : {"soon", "0", "-5", "1e3", "5m", "", "2 s", "1\r\nX-Request-Timeout: 2"}) {
    client.send(post("/deployment/pub/x", "{}", std::string{"X-Request-Timeout: "} + value + "\r\n"));
    const std::string answer = client.receive_message();
    BOOST_TEST(status_of(answer) == 400, value);
    BOOST_TEST(body_of(answer).find("BAD_REQUEST") != std::string::npos);
    BOOST_TEST(body_of(answer).find("X-Request-Timeout") != std::string::npos, answer);
  }
  BOOST_TEST(replica.connections() == 0U);
  client.send(post("/deployment/pub/x", "{}"));
  BOOST_TEST(status_of(client.receive_message()) == 200);
}

BOOST_AUTO_TEST_CASE(a_client_may_wait_for_less_than_the_deployment_would) {
  scripted_upstream replica{never_answers()};
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  const std::string answer = fixture.ask(post("/deployment/pub/x", "{}", "X-Request-Timeout: 100ms\r\n"));
  BOOST_TEST(status_of(answer) == 504);
  const std::string text = body_of(answer);
  BOOST_TEST(text.find("UPSTREAM_TIMEOUT") != std::string::npos);
  BOOST_TEST(seconds_before(text, " it waited") >= 0.1);
  BOOST_TEST(seconds_before(text, " for the model") > seconds_before(text, " for a free replica"));
  BOOST_TEST(seconds_before(text, " for the model") > seconds_before(text, " for the connection"));
}

BOOST_AUTO_TEST_CASE(time_that_went_into_connecting_is_told_as_such) {
  const full_backlog deaf;
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("pub", {});
  deployment.endpoints.push_back({"deaf", deaf.address(), 1, "demo/iris", "1.0"});
  fixture.deploy(deployment);
  const std::string answer = fixture.ask(post("/deployment/pub/x", "{}", "X-Request-Timeout: 100ms\r\n"));
  BOOST_TEST(status_of(answer) == 504, answer);
  BOOST_TEST(seconds_before(body_of(answer), " for the connection")
             > seconds_before(body_of(answer), " for the model"));
}

BOOST_AUTO_TEST_CASE(time_that_went_into_the_queue_is_told_as_such) {
  std::atomic<bool> let_go{false};
  scripted_upstream replica{[&](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    while (!let_go) std::this_thread::yield();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  }};
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("pub", {&replica});
  gateway_fixture::declare(deployment, 1);
  fixture.deploy(deployment);
  raw_socket first = fixture.connect();
  first.send(post("/deployment/pub/x", "{}"));
  static_cast<void>(replica.await_requests(1));
  const std::string answer = fixture.ask(post("/deployment/pub/late", "{}", "X-Request-Timeout: 0.1\r\n"));
  BOOST_TEST(status_of(answer) == 504, answer);
  BOOST_TEST(seconds_before(body_of(answer), " for a free replica") >= 0.1);
  let_go = true;
  BOOST_TEST(status_of(first.receive_message()) == 200);
  BOOST_TEST(replica.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(nothing_is_sent_once_the_time_is_up) {
  scripted_upstream replica;
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  const std::string answer = fixture.ask(post("/deployment/pub/x", "{}", "X-Request-Timeout: 0.000000001\r\n"));
  BOOST_TEST(status_of(answer) == 504, answer);
  BOOST_TEST(status_of(fixture.ask(post("/deployment/pub/next", "{}"))) == 200);
  BOOST_TEST(replica.requests().size() == 1U);
  BOOST_TEST(replica.connections() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
