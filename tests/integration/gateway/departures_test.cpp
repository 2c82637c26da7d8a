// Clients that say less than all, and replicas that stop in the middle.
#include "tests/support/gateway_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <thread>

namespace modelgate::test {
namespace {

constexpr std::size_t megabytes = 1'048'576;

/// Answers each request when it is let go, one connection after the other.
struct gated_replica {
  std::atomic<bool> let_go{false};
  scripted_upstream upstream{[this](raw_socket& connection, scripted_upstream& self) {
    for (;;) {
      std::string request = connection.receive_message();
      if (request.empty()) break;
      self.note(std::move(request));
      while (!let_go) std::this_thread::yield();
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nwhole");
      connection.send("!");
    }
    self.note("left");
  }};

  ~gated_replica() { let_go = true; }
};

/// Hears a request out, and when its connection ends.
void never_answering(raw_socket& connection, scripted_upstream& self) {
  self.note(connection.receive_message());
  static_cast<void>(connection.receive_all());
  self.note("left");
}

std::string many_requests(std::size_t bytes) {
  std::string requests;
  while (requests.size() < bytes) requests += post("/deployment/pub/x", "{}");
  return requests;
}

config::settings delivering() {
  config::settings settings = gateway_fixture::short_settings();
  settings.prediction.workers = 1;
  settings.prediction.cancel_on_half_close = false;
  return settings;
}

/// The last byte of an answer is on its way before its slot is given back.
void await_free_slots(const gateway_fixture& fixture) {
  const auto busy = [](const config::endpoint_load& load) { return load.in_flight > 0; };
  const steady_time end = steady_clock::now() + patience;
  auto loads = fixture.gateway->observe().endpoints;
  while (std::any_of(loads.begin(), loads.end(), busy) && steady_clock::now() < end) {
    std::this_thread::yield();
    loads = fixture.gateway->observe().endpoints;
  }
  BOOST_TEST(std::none_of(loads.begin(), loads.end(), busy));
}

/// On one worker, what happened to a connection before this was seen by the time it returns.
void await_event_loop(const gateway_fixture& fixture) {
  for (int i = 0; i < 2; ++i) BOOST_TEST(status_of(fixture.ask(get("/ping"))) == 200);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(departures)

BOOST_AUTO_TEST_CASE(who_half_closes_in_the_middle_of_an_answer_has_gone) {
  scripted_upstream replica{[](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome");
    static_cast<void>(connection.receive_all());
    self.note("left");
  }};
  config::settings settings = gateway_fixture::short_settings();
  settings.timeouts.stream_idle = patience;
  gateway_fixture fixture{settings};
  fixture.deploy("pub", {&replica});
  raw_socket client = fixture.connect();
  client.send(post("/deployment/pub/x", "{}"));
  std::string seen;
  while (!seen.ends_with("some")) seen += client.receive_some();
  client.shutdown_send();
  BOOST_TEST(client.receive_all().empty());
  BOOST_TEST(client.was_reset());
  BOOST_TEST(replica.await_requests(2).back() == "left");
}

BOOST_AUTO_TEST_CASE(a_half_closed_client_gets_its_answer_late_too_where_the_config_says_so) {
  gated_replica replica;
  gateway_fixture fixture{delivering()};
  fixture.deploy("pub", {&replica.upstream});
  raw_socket client = fixture.connect();
  client.send(post("/deployment/pub/x", "{}"));
  static_cast<void>(replica.upstream.await_requests(1));
  client.shutdown_send();
  await_event_loop(fixture);
  replica.let_go = true;
  BOOST_TEST(body_of(client.receive_message()) == "whole!");
  BOOST_TEST(client.receive_all().empty());
  BOOST_TEST(!client.was_reset());
  BOOST_TEST(status_of(fixture.ask(post("/deployment/pub/x", "{}"))) == 200);
  BOOST_TEST(replica.upstream.connections() == 1);  // the replica's connection was kept: nothing was cancelled
}

BOOST_AUTO_TEST_CASE(a_half_closed_client_keeps_its_place_in_the_queue_where_the_config_says_so) {
  gated_replica replica;
  gateway_fixture fixture{delivering()};
  config::deployment_config deployment = gateway_fixture::make("pub", {&replica.upstream});
  gateway_fixture::declare(deployment, 1);
  fixture.deploy(deployment);
  raw_socket first = fixture.connect();
  first.send(post("/deployment/pub/first", "{}"));
  static_cast<void>(replica.upstream.await_requests(1));
  raw_socket second = fixture.connect();
  second.send(post("/deployment/pub/second", "{}"));
  second.shutdown_send();
  while (fixture.metric("modelgate_queue_depth{deployment_name=\"pub\"}") != 1) std::this_thread::yield();
  await_event_loop(fixture);
  replica.let_go = true;
  BOOST_TEST(body_of(first.receive_message()) == "whole!");
  BOOST_TEST(body_of(second.receive_message()) == "whole!");
  BOOST_TEST(replica.upstream.requests().at(1).starts_with("POST /second "));
}

BOOST_AUTO_TEST_CASE(a_reset_is_a_departure_whatever_the_config_says) {
  scripted_upstream replica{never_answering};
  gateway_fixture fixture{delivering()};
  fixture.deploy("pub", {&replica});
  raw_socket client = fixture.connect();
  client.send(post("/deployment/pub/x", "{}"));
  static_cast<void>(replica.await_requests(1));
  client.reset();
  BOOST_TEST(replica.await_requests(2).back() == "left");
}

BOOST_AUTO_TEST_CASE(who_goes_behind_more_requests_than_are_read_ahead_has_gone) {
  for (const bool resets : {false, true}) {
    BOOST_TEST_CONTEXT((resets ? "by a reset" : "by half a close")) {
      scripted_upstream replica{never_answering};
      config::settings settings = gateway_fixture::short_settings();
      settings.timeouts.first_byte = patience;
      gateway_fixture fixture{settings};
      fixture.deploy("pub", {&replica});
      raw_socket client = fixture.connect();
      client.send(many_requests(64 * 1'024));
      static_cast<void>(replica.await_requests(1));
      if (resets)
        client.reset();
      else
        client.shutdown_send();
      BOOST_TEST(replica.await_requests(2).back() == "left");
    }
  }
}

BOOST_AUTO_TEST_CASE(who_has_gone_before_his_request_is_read_has_gone) {
  scripted_upstream replica{never_answering};
  config::settings settings = gateway_fixture::short_settings();
  settings.timeouts.first_byte = patience;
  settings.prediction.workers = 1;
  gateway_fixture fixture{settings};
  fixture.deploy("pub", {&replica});
  raw_socket client = fixture.connect();
  client.send(many_requests(40 * 1'024));  // the kernel takes all of it
  client.shutdown_send();                  // with all of it: no later edge tells of the end
  BOOST_TEST(replica.await_requests(2).back() == "left");
}

BOOST_AUTO_TEST_CASE(who_half_closes_and_then_dies_has_gone) {
  scripted_upstream replica{never_answering};
  config::settings settings = delivering();
  settings.timeouts.first_byte = patience;
  gateway_fixture fixture{settings};
  fixture.deploy("pub", {&replica});
  raw_socket client = fixture.connect();
  client.send(post("/deployment/pub/x", "{}"));
  static_cast<void>(replica.await_requests(1));
  client.shutdown_send();
  await_event_loop(fixture);
  client.reset();
  BOOST_TEST(replica.await_requests(2).back() == "left");
}

BOOST_AUTO_TEST_CASE(a_body_that_ends_early_is_no_request_in_either_mode) {
  for (const bool cancel : {true, false}) {
    scripted_upstream replica{
        [](raw_socket& connection, scripted_upstream& self) { self.note(connection.receive_all()); }};
    config::settings settings = delivering();
    settings.prediction.cancel_on_half_close = cancel;
    gateway_fixture fixture{settings};
    fixture.deploy("pub", {&replica});
    raw_socket client = fixture.connect();
    client.send("POST /deployment/pub/x HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\npart");
    client.shutdown_send();
    BOOST_TEST(client.receive_all().empty());
    BOOST_TEST(body_of(replica.await_requests(1).at(0)) == "part");
  }
}

BOOST_AUTO_TEST_CASE(a_replica_that_answers_much_and_reads_nothing_is_heard_out) {
  const std::string answer(8 * megabytes, 'a');
  scripted_upstream replica{[&](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_some());
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(answer.size()) + "\r\n\r\n" + answer);
    while (!self.requests().empty() && self.requests().size() < 2) std::this_thread::yield();
  }};
  config::settings settings = gateway_fixture::short_settings();
  settings.timeouts.stream_idle = patience;
  settings.timeouts.body_grace = patience;
  gateway_fixture fixture{settings};
  fixture.deploy("pub", {&replica});
  const std::string request = post("/deployment/pub/x", std::string(24 * megabytes, 'q'));
  raw_socket client = fixture.connect();
  std::jthread sending{[&] { client.try_send(request); }};
  const std::string seen = client.receive_message();
  replica.note("let go");
  BOOST_TEST(status_of(seen) == 200);
  BOOST_TEST((body_of(seen) == answer));
  BOOST_TEST(field_of(seen, "Connection") == "close");
}

BOOST_AUTO_TEST_CASE(a_replica_that_dies_in_the_middle_of_an_upload_is_502_and_nobody_else_is_asked) {
  const auto dies = [](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_some(1'000));
    connection.reset();
  };
  scripted_upstream one{dies};
  scripted_upstream two{dies};
  gateway_fixture fixture;
  fixture.deploy("pub", {&one, &two});
  const std::string request = post("/deployment/pub/x", std::string(4 * megabytes, 'q'));
  raw_socket client = fixture.connect();
  std::jthread sending{[&] { client.try_send(request); }};
  const std::string seen = client.receive_message();
  BOOST_TEST(status_of(seen) == 502);
  BOOST_TEST(body_of(seen).find("UPSTREAM_RESET") != std::string::npos);
  BOOST_TEST(one.requests().size() + two.requests().size() == 1U);
  await_free_slots(fixture);
}

BOOST_AUTO_TEST_CASE(a_replica_that_dies_in_its_answer_costs_that_connection_and_no_other) {
  std::atomic<bool> dies{true};
  scripted_upstream replica{[&](raw_socket& connection, scripted_upstream& self) {
    for (;;) {
      std::string request = connection.receive_message();
      if (request.empty()) return;
      self.note(std::move(request));
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhalf");
      if (dies) return;
      connection.send("ok");
    }
  }};
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  raw_socket other = fixture.connect();
  other.send(get("/ping"));
  BOOST_TEST(status_of(other.receive_message()) == 200);
  raw_socket client = fixture.connect();
  client.send(post("/deployment/pub/x", "{}"));
  BOOST_TEST(body_of(client.receive_all()) == "half");
  BOOST_TEST(client.was_reset());
  dies = false;
  other.send(post("/deployment/pub/x", "{}"));
  BOOST_TEST(body_of(other.receive_message()) == "halfok");
  BOOST_TEST(replica.requests().size() == 2U);
  await_free_slots(fixture);
}

BOOST_AUTO_TEST_CASE(an_early_answer_to_one_who_still_sends_closes_in_order) {
  scripted_upstream replica{[](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_some(200));
    connection.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno");
    connection.shutdown_send();
    static_cast<void>(connection.receive_all());
  }};
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  raw_socket client = fixture.connect();
  const std::string part(40'000, 'a');
  client.send("POST /deployment/pub/x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + part);
  BOOST_TEST(body_of(client.receive_message()) == "no");
  client.send(
      part);  // still on its way when the answer came: it is read and dropped, so that nothing resets the answer
  BOOST_TEST(client.receive_all().empty());
  BOOST_TEST(!client.was_reset());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
