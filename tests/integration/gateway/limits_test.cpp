#include "tests/support/full_backlog.hpp"
#include "tests/support/gateway_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>

namespace modelgate::test {
namespace {

/// Reads a request and then holds on until the gateway gives up on it.
scripted_upstream::script never_answers() {
  return [](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    static_cast<void>(connection.receive_all());
    self.note("closed");
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(limits)

BOOST_AUTO_TEST_CASE(a_slow_head_is_answered_408) {
  gateway_fixture fixture;
  raw_socket client = fixture.connect();
  client.send("GET /deployment");
  const std::string answer = client.receive_all();
  BOOST_TEST(status_of(answer) == 408);
  BOOST_TEST(body_of(answer).find("REQUEST_TIMEOUT") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_silent_connection_is_closed_without_a_word) {
  gateway_fixture fixture;
  raw_socket client = fixture.connect();
  BOOST_TEST(client.receive_all().empty());
}

BOOST_AUTO_TEST_CASE(an_idle_kept_connection_is_closed) {
  config::settings settings = gateway_fixture::short_settings();
  settings.timeouts.keep_alive = milliseconds{200};
  gateway_fixture fixture{settings};
  raw_socket client = fixture.connect();
  client.send(get("/ping"));
  BOOST_TEST(status_of(client.receive_message()) == 200);
  BOOST_TEST(client.receive_all().empty());
}

BOOST_AUTO_TEST_CASE(a_body_over_the_limit_is_413) {
  scripted_upstream replica;
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("pub", {&replica});
  deployment.serving.max_body_bytes = 100;
  fixture.deploy(deployment);
  BOOST_TEST(status_of(fixture.ask(post("/deployment/pub/x", std::string(100, 'a')))) == 200);
  const std::string declared =
      fixture.ask("POST /deployment/pub/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n");
  BOOST_TEST(status_of(declared) == 413);
  BOOST_TEST(field_of(declared, "Connection") == "close");
  BOOST_TEST(replica.requests().size() == 1U);
  const std::string chunk = "40\r\n" + std::string(64, 'a') + "\r\n";
  const std::string chunked = fixture.exchange(
      "POST /deployment/pub/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk + "0\r\n\r\n");
  BOOST_TEST(status_of(chunked) == 413);
  const std::string announced =
      fixture.ask("POST /deployment/pub/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n");  // 101
  BOOST_TEST(status_of(announced) == 413);
  for (const std::string& seen : replica.requests()) BOOST_TEST(!seen.ends_with("\r\n0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(a_refused_small_body_leaves_the_connection_usable) {
  gateway_fixture fixture;
  raw_socket client = fixture.connect();
  client.send(post("/deployment/none/x", std::string(1'000, 'a')));
  BOOST_TEST(status_of(client.receive_message()) == 404);
  client.send(get("/ping"));
  BOOST_TEST(status_of(client.receive_message()) == 200);
}

BOOST_AUTO_TEST_CASE(a_body_that_drips_is_408) {
  scripted_upstream replica{never_answers()};
  config::settings settings = gateway_fixture::short_settings();
  settings.timeouts.body_min_rate = 1'000'000;
  gateway_fixture fixture{settings};
  fixture.deploy("pub", {&replica});
  raw_socket client = fixture.connect();
  client.send("POST /deployment/pub/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
  for (int i = 0; i < 500 && client.is_silent_for(milliseconds{20}); ++i) client.send("ab");
  BOOST_TEST(status_of(client.receive_all()) == 408);
  BOOST_TEST(fixture.metric("modelgate_slow_cut_total{reason=\"body\"}") == 1);
}

BOOST_AUTO_TEST_CASE(a_body_that_stops_is_408) {
  scripted_upstream replica{never_answers()};
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  raw_socket client = fixture.connect();
  client.send("POST /deployment/pub/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nab");
  const std::string answer = client.receive_all();
  BOOST_TEST(status_of(answer) == 408);
}

BOOST_AUTO_TEST_CASE(a_model_may_think_for_longer_than_a_body_may_take) {
  scripted_upstream replica{[](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    if (connection.is_silent_for(milliseconds{600})) connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  }};
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  BOOST_TEST(status_of(fixture.ask(post("/deployment/pub/x", "{}"))) == 200);
}

BOOST_AUTO_TEST_CASE(a_replica_that_never_answers_is_504) {
  scripted_upstream replica{never_answers()};
  config::settings settings = gateway_fixture::short_settings();
  gateway_fixture fixture{settings};
  config::deployment_config deployment = gateway_fixture::make("pub", {&replica});
  deployment.serving.timeout = milliseconds{300};
  fixture.deploy(deployment);
  const std::string answer = fixture.ask(post("/deployment/pub/x", "{}"));
  BOOST_TEST(status_of(answer) == 504);
  BOOST_TEST(body_of(answer).find("UPSTREAM_TIMEOUT") != std::string::npos);
  BOOST_TEST(replica.await_requests(2).back() == "closed");
  BOOST_TEST(fixture.metric("modelgate_requests_in_flight") == 0);
  BOOST_TEST(fixture.gateway->observe().endpoints.at(0).in_flight == 0U);
}

BOOST_AUTO_TEST_CASE(a_replica_that_takes_no_connection_is_given_up) {
  const full_backlog deaf;
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("pub", {});
  deployment.endpoints.push_back({"deaf", deaf.address(), 1, "demo/iris", "1.0"});
  fixture.deploy(deployment);
  const std::string answer = fixture.ask(post("/deployment/pub/x", "{}"));
  BOOST_TEST(status_of(answer) == 502);
  BOOST_TEST(body_of(answer).find("UPSTREAM_CONNECT") != std::string::npos);
  BOOST_TEST(fixture.metric("modelgate_upstream_connect_failures_total") == 1);
}

BOOST_AUTO_TEST_CASE(the_first_byte_has_a_deadline_of_its_own) {
  scripted_upstream replica{never_answers()};
  config::settings settings = gateway_fixture::short_settings();
  settings.timeouts.first_byte = milliseconds{200};
  gateway_fixture fixture{settings};
  fixture.deploy("pub", {&replica});
  BOOST_TEST(status_of(fixture.ask(post("/deployment/pub/x", "{}"))) == 504);
}

BOOST_AUTO_TEST_CASE(an_answer_that_stalls_is_cut) {
  scripted_upstream replica{[](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly");
    static_cast<void>(connection.receive_all());
  }};
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  raw_socket client = fixture.connect();
  client.send(post("/deployment/pub/x", "{}"));
  const std::string answer = client.receive_all();
  BOOST_TEST(body_of(answer) == "only");
  BOOST_TEST(client.was_reset());
}

BOOST_AUTO_TEST_CASE(connections_over_the_limit_are_closed_at_once) {
  config::settings settings = gateway_fixture::short_settings();
  settings.limits.connections = 2;
  settings.timeouts.head = milliseconds{5'000};
  gateway_fixture fixture{settings};
  raw_socket first = fixture.connect();
  raw_socket second = fixture.connect();
  first.send(get("/ping"));
  second.send(get("/ping"));
  BOOST_TEST(status_of(first.receive_message()) == 200);
  BOOST_TEST(status_of(second.receive_message()) == 200);
  raw_socket third = fixture.connect();
  BOOST_TEST(third.receive_all().empty());
  BOOST_TEST(fixture.metric("modelgate_connections_refused_total{reason=\"connections\"}") == 1);
}

BOOST_AUTO_TEST_CASE(one_address_may_have_fewer_connections) {
  config::settings settings = gateway_fixture::short_settings();
  settings.limits.connections_per_address = 1;
  gateway_fixture fixture{settings};
  {
    raw_socket first = fixture.connect();
    first.send(get("/ping"));
    BOOST_TEST(status_of(first.receive_message()) == 200);
    BOOST_TEST(fixture.connect().receive_all().empty());
    BOOST_TEST(fixture.metric("modelgate_connections_refused_total{reason=\"address\"}") == 1);
  }
  // The place is free again once the gateway has seen the first one leave.
  while (fixture.metric("modelgate_connections") != 0) std::this_thread::yield();
  BOOST_TEST(status_of(fixture.ask(get("/ping"))) == 200);
}

BOOST_AUTO_TEST_CASE(requests_over_the_memory_limit_are_sent_away) {
  scripted_upstream replica;
  config::settings settings = gateway_fixture::short_settings();
  settings.prediction.workers = 1;
  settings.limits.memory_bytes = 2 * settings.limits.head_bytes;
  settings.timeouts.head = milliseconds{5'000};
  gateway_fixture fixture{settings};
  fixture.deploy("pub", {&replica});
  std::vector<raw_socket> dripping;
  for (int i = 0; i < 2; ++i) {
    dripping.push_back(fixture.connect());
    dripping.back().send("POST /deployment/pub/x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n");
  }
  while (fixture.metric("modelgate_connections") != 2) std::this_thread::yield();
  std::string answer = fixture.ask(get("/deployment/pub/x"));
  while (status_of(answer) == 200) answer = fixture.ask(get("/deployment/pub/x"));  // until their bytes have been read
  BOOST_TEST(status_of(answer) == 503);
  BOOST_TEST(body_of(answer).find("OVERLOADED") != std::string::npos);
  BOOST_TEST(fixture.metric("modelgate_replies_total{reason=\"OVERLOADED\"}") >= 1);
  while (fixture.metric("modelgate_buffer_bytes") < 2 * 4'096) std::this_thread::yield();
  dripping.clear();
  while (fixture.metric("modelgate_connections") != 0) std::this_thread::yield();
  while (fixture.metric("modelgate_buffer_bytes") != 0) std::this_thread::yield();
  BOOST_TEST(status_of(fixture.ask(get("/deployment/pub/x"))) == 200);
}

BOOST_AUTO_TEST_CASE(half_heads_get_half_of_the_memory) {
  scripted_upstream replica;
  config::settings settings = gateway_fixture::short_settings();
  settings.prediction.workers = 1;
  settings.limits.memory_bytes = 4 * settings.limits.head_bytes;
  settings.timeouts.head = milliseconds{5'000};
  gateway_fixture fixture{settings};
  fixture.deploy("pub", {&replica});
  const auto begin = [&fixture] {
    raw_socket client = fixture.connect();
    client.send("GET /deployment/pub/x HTTP/1.1\r\n");
    return client;
  };
  raw_socket first = begin();
  const raw_socket second = begin();
  while (fixture.metric("modelgate_buffer_bytes") < 2.0 * static_cast<double>(settings.limits.head_bytes))
    std::this_thread::yield();
  const std::string refused = begin().receive_all();
  BOOST_TEST(status_of(refused) == 503);
  BOOST_TEST(body_of(refused).find("OVERLOADED") != std::string::npos);
  BOOST_TEST(status_of(fixture.ask(get("/deployment/pub/x"))) == 200);  // others have the other half
  first.send("Host: a\r\n\r\n");
  BOOST_TEST(status_of(first.receive_message()) == 200);
  raw_socket third = begin();  // in the place of the first
  third.send("Host: a\r\n\r\n");
  BOOST_TEST(status_of(third.receive_message()) == 200);
}

BOOST_AUTO_TEST_CASE(draining_gives_idle_connections_one_more_request) {
  scripted_upstream replica;
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  raw_socket idle = fixture.connect();
  raw_socket asking = fixture.connect();
  asking.send(get("/ping"));
  idle.send(get("/ping"));
  BOOST_TEST(status_of(asking.receive_message()) == 200);
  BOOST_TEST(status_of(idle.receive_message()) == 200);

  const net::endpoint address = fixture.gateway->address();
  bool clean = false;
  std::thread draining{[&] { clean = fixture.gateway->drain(steady_clock::now() + patience); }};
  asking.send(get("/deployment/pub/x"));
  const std::string last = asking.receive_message();
  BOOST_TEST(status_of(last) == 200);
  BOOST_TEST(asking.receive_all().empty());
  BOOST_TEST(idle.receive_all().empty());
  draining.join();
  BOOST_TEST(clean);
  BOOST_CHECK_THROW(raw_socket{address}, std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_request_that_is_cut_by_the_drain_is_told_so) {
  std::atomic<bool> let_go{false};
  scripted_upstream replica{[&](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    while (!let_go) std::this_thread::yield();
  }};
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  raw_socket client = fixture.connect();
  client.send(post("/deployment/pub/x", "{}"));
  static_cast<void>(replica.await_requests(1));
  BOOST_TEST(!fixture.gateway->drain(steady_clock::now() + std::chrono::milliseconds{50}));
  const std::string answer = client.receive_message();
  BOOST_TEST(status_of(answer) == 503);
  BOOST_TEST(body_of(answer).find("DRAINING") != std::string::npos);
  let_go = true;
}

BOOST_AUTO_TEST_CASE(a_second_gateway_on_the_same_port_is_refused) {
  gateway_fixture fixture;
  config::settings settings = gateway_fixture::short_settings();
  settings.listen.prediction = fixture.gateway->address();
  BOOST_CHECK_THROW((gateway{settings, fixture.key}), boost::system::system_error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
