#include "tests/support/gateway_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

namespace modelgate::test {
namespace {

constexpr std::string_view path = "/deployment/pub/x";
constexpr std::string_view service_seconds =
    R"(modelgate_replica_service_seconds{deployment_name="pub",replica="deploy-pub-r1-0"})";

/// Keeps every request it gets, from the head on, and answers it when its body has come.
scripted_upstream::script notes_heads() {
  return [](raw_socket& connection, scripted_upstream& self) {
    while (!receive_to_the_last(connection, self).empty()) {
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
  };
}

struct few_slots {
  explicit few_slots(std::uint32_t slots, std::size_t held_body_bytes = 262'144) : fixture{with(held_body_bytes)} {
    config::deployment_config made = gateway_fixture::make("pub", {&replica});
    gateway_fixture::declare(made, slots);
    fixture.deploy(made);
  }

  static config::settings with(std::size_t held_body_bytes) {
    config::settings settings = gateway_fixture::short_settings();
    settings.limits.held_body_bytes = held_body_bytes;
    return settings;
  }
  static std::string head(std::string_view fields) {
    return "POST " + std::string{path} + " HTTP/1.1\r\nHost: a\r\n" + std::string{fields} + "\r\n";
  }
  void expect_an_answer() const { BOOST_TEST(status_of(fixture.ask(post(path, "whole, to the last"))) == 200); }

  scripted_upstream replica{notes_heads()};
  gateway_fixture fixture;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(slow_bodies)

BOOST_AUTO_TEST_CASE(leave_the_slots_to_whoever_has_sent_all) {
  few_slots gate{1};
  std::vector<raw_socket> slow;
  for (int i = 0; i < 3; ++i) {
    slow.push_back(gate.fixture.connect());
    slow.back().send(few_slots::head("Content-Length: 20000\r\nExpect: 100-continue\r\n"));
    BOOST_TEST(status_of(slow.back().receive_message()) == 100);  // its body is asked for, though no replica is
    slow.back().send("a part");
  }
  gate.expect_an_answer();
  BOOST_TEST(gate.replica.requests().size() == 1U);
  for (raw_socket& each : slow) {
    each.send(std::string(20'000 - 10, 'x') + "last");
    BOOST_TEST(status_of(each.receive_message()) == 200);
    each.send(post(path, "on the same connection, to the last"));
    BOOST_TEST(status_of(each.receive_message()) == 200);
  }
}

BOOST_AUTO_TEST_CASE(go_to_a_replica_at_once_while_half_of_the_slots_are_free) {
  few_slots gate{4};
  raw_socket client = gate.fixture.connect();
  client.send(few_slots::head("Content-Length: 10\r\n") + "a part");
  static_cast<void>(gate.replica.await_requests(1));
  client.send("last");
  BOOST_TEST(status_of(client.receive_message()) == 200);
}

BOOST_AUTO_TEST_CASE(larger_than_the_limit_take_a_slot_before_they_are_here) {
  few_slots gate{1, 1'000};
  raw_socket sized = gate.fixture.connect();
  sized.send(few_slots::head("Content-Length: 1004\r\n") + "a part");
  static_cast<void>(gate.replica.await_requests(1));
  sized.send(std::string(994, 'x') + "last");
  BOOST_TEST(status_of(sized.receive_message()) == 200);

  raw_socket chunked = gate.fixture.connect();
  chunked.send(few_slots::head("Transfer-Encoding: chunked\r\n") + "3e8\r\n" + std::string(1'000, 'x') + "\r\n");
  static_cast<void>(gate.replica.await_requests(2));
  chunked.send("4\r\nlast\r\n0\r\n\r\n");
  BOOST_TEST(status_of(chunked.receive_message()) == 200);
}

BOOST_AUTO_TEST_CASE(are_not_waited_for_when_nobody_wants_that) {
  few_slots gate{1, 0};
  raw_socket client = gate.fixture.connect();
  client.send(few_slots::head("Content-Length: 10\r\n") + "a part");
  static_cast<void>(gate.replica.await_requests(1));
  client.send("last");
  BOOST_TEST(status_of(client.receive_message()) == 200);
}

BOOST_AUTO_TEST_CASE(that_are_chunked_are_forwarded_as_they_came) {
  few_slots gate{1};
  raw_socket client = gate.fixture.connect();
  client.send(few_slots::head("Transfer-Encoding: chunked\r\n") + "6\r\na pa");
  gate.expect_an_answer();
  client.send("rt\r\n4\r\nlast\r\n0\r\n\r\n" + get("/ping"));
  BOOST_TEST(status_of(client.receive_message()) == 200);
  BOOST_TEST(body_of(client.receive_message()) == "pong");
}

BOOST_AUTO_TEST_CASE(that_drip_are_408_without_having_had_a_slot) {
  few_slots gate{1};
  raw_socket client = gate.fixture.connect();
  client.send(few_slots::head("Content-Length: 1000\r\n") + "a part");
  const std::string answer = client.receive_all();
  BOOST_TEST(status_of(answer) == 408);
  BOOST_TEST(field_of(answer, "Connection") == "close");
  BOOST_TEST(gate.replica.requests().empty());
}

BOOST_AUTO_TEST_CASE(say_nothing_of_how_fast_a_replica_is) {
  few_slots gate{4};
  raw_socket client = gate.fixture.connect();
  client.send(few_slots::head("Content-Length: 10\r\n") + "a part");
  static_cast<void>(gate.replica.await_requests(1));
  BOOST_TEST(client.is_silent_for(milliseconds{150}));
  client.send("last");
  BOOST_TEST(status_of(client.receive_message()) == 200);
  client.send(get("/ping"));  // comes after all that the answer leaves to do
  BOOST_TEST(body_of(client.receive_message()) == "pong");
  const double seconds = gate.fixture.metric(service_seconds);
  BOOST_TEST(seconds > 0.0);
  BOOST_TEST(seconds < 0.1);
}

BOOST_AUTO_TEST_CASE(that_are_not_here_when_the_time_is_over_are_the_fault_of_who_sends_them) {
  few_slots gate{4};
  raw_socket client = gate.fixture.connect();
  client.send(few_slots::head("Content-Length: 10\r\nX-Request-Timeout: 0.1\r\n") + "a part");
  const std::string answer = client.receive_all();
  BOOST_TEST(status_of(answer) == 408);
  BOOST_TEST(field_of(answer, "Connection") == "close");
}

BOOST_AUTO_TEST_CASE(of_answers_say_nothing_of_how_fast_a_replica_is_either) {
  constexpr std::size_t more_than_sockets_hold = 32'000'000;
  scripted_upstream replica{[](raw_socket& connection, scripted_upstream&) {
    if (connection.receive_some().empty()) return;
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(more_than_sockets_hold) + "\r\n\r\n");
    connection.send(std::string(more_than_sockets_hold, 'x'));
  }};
  config::settings settings = gateway_fixture::short_settings();
  settings.timeouts.stream_idle = settings.timeouts.head = std::chrono::seconds{10};
  gateway_fixture fixture{settings};
  fixture.deploy(gateway_fixture::make("pub", {&replica}));
  raw_socket client = fixture.connect();
  client.send(get(path));
  BOOST_TEST(fixture.connect().is_silent_for(milliseconds{2'500}));  // so long it takes nothing
  BOOST_TEST(client.receive_message().size() > more_than_sockets_hold);
  client.send(get("/ping"));
  BOOST_TEST(body_of(client.receive_message()) == "pong");
  const double seconds = fixture.metric(service_seconds);
  BOOST_TEST(seconds > 0.0);
  BOOST_TEST(seconds < 2.0);
}

BOOST_AUTO_TEST_CASE(of_clients_that_went_are_forgotten) {
  few_slots gate{1};
  {
    raw_socket client = gate.fixture.connect();
    client.send(few_slots::head("Content-Length: 1000\r\nExpect: 100-continue\r\n"));
    BOOST_TEST(status_of(client.receive_message()) == 100);
    client.send("a part");
  }
  gate.expect_an_answer();
  BOOST_TEST(gate.replica.requests().size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
