#include "tests/support/gateway_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

namespace modelgate::test {
namespace {

constexpr std::string_view path = "/deployment/pub/x";
constexpr std::string_view in_flight_at_replica =
    R"(modelgate_replica_in_flight{deployment_name="pub",replica="deploy-pub-r1-0"})";
constexpr std::size_t more_than_sockets_hold = 32'000'000;

std::string cut(std::string_view reason) {
  return "modelgate_slow_cut_total{reason=\"" + std::string{reason} + "\"}";
}

/// Answers each request when its body has come: with much where it asks for that.
scripted_upstream::script answers_much_or_little() {
  return [](raw_socket& connection, scripted_upstream& self) {
    for (;;) {
      const std::string seen = receive_to_the_last(connection, self);
      if (seen.empty()) return;
      const std::size_t size = seen.find("much") == std::string::npos ? 2 : more_than_sockets_hold;
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
      if (!connection.try_send(std::string(size, 'x'))) return;
    }
  };
}

/// One replica of one slot, and rules that end in a moment only where another request waits.
struct one_slot {
  explicit one_slot(milliseconds stream_idle = std::chrono::seconds{30}) : fixture{with(stream_idle)} {
    config::deployment_config made = gateway_fixture::make("pub", {&replica});
    gateway_fixture::declare(made, 1);
    fixture.deploy(made);
  }

  static config::settings with(milliseconds stream_idle) {
    config::settings settings = gateway_fixture::short_settings();
    settings.limits.held_body_bytes = 0;
    settings.timeouts.head = std::chrono::seconds{30};
    settings.timeouts.body_grace = std::chrono::seconds{30};
    settings.timeouts.stream_idle = stream_idle;
    settings.timeouts.answer_min_rate = 1'073'741'824;  // nobody who reads in steps takes so much
    settings.timeouts.contended_grace = milliseconds{300};
    return settings;
  }
  static std::string upload(std::string_view begin, std::size_t size = 1'000'000) {
    return "POST " + std::string{path} + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n"
           + std::string{begin};
  }

  scripted_upstream replica{answers_much_or_little()};
  gateway_fixture fixture;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(slow_clients)

BOOST_AUTO_TEST_CASE(who_sends_slowly_makes_room_for_who_waits) {
  one_slot gate;
  raw_socket slow = gate.fixture.connect();
  slow.send(one_slot::upload("a part"));
  static_cast<void>(gate.replica.await_requests(1));
  BOOST_TEST(slow.is_silent_for(milliseconds{700}));  // nobody waits: it may take its time

  raw_socket quick = gate.fixture.connect();
  quick.send(post(path, "whole, to the last"));
  BOOST_TEST(status_of(quick.receive_message()) == 200);
  const std::string told = slow.receive_all();
  BOOST_TEST(status_of(told) == 408);
  BOOST_TEST(field_of(told, "Connection") == "close");
  BOOST_TEST(told.find("contended_min_rate") != std::string::npos);
  BOOST_TEST(gate.fixture.metric(cut("contended_body")) == 1);
}

BOOST_AUTO_TEST_CASE(who_sends_fast_enough_is_left_to_it) {
  one_slot gate;
  raw_socket steady = gate.fixture.connect();
  constexpr std::size_t piece = 100'000;  // at each of the replica's turns: much more than is asked for
  constexpr int pieces = 12;
  steady.send(one_slot::upload({}, piece * pieces));
  static_cast<void>(gate.replica.await_requests(1));
  raw_socket waits = gate.fixture.connect();
  waits.send(post(path, "whole, to the last"));
  raw_socket bystander = gate.fixture.connect();
  for (int i = 1; i < pieces; ++i) {
    steady.send(std::string(piece, 'x'));
    BOOST_TEST(bystander.is_silent_for(milliseconds{60}));
  }
  steady.send(std::string(piece - 4, 'x') + "last");
  BOOST_TEST(status_of(steady.receive_message()) == 200);
  BOOST_TEST(status_of(waits.receive_message()) == 200);
  BOOST_TEST(gate.fixture.metric(cut("contended_body")) == 0);
}

BOOST_AUTO_TEST_CASE(who_reads_slowly_makes_room_for_who_waits) {
  one_slot gate;
  raw_socket slow = gate.fixture.connect();
  slow.send(post(path, "much, to the last"));
  static_cast<void>(gate.replica.await_requests(1));
  BOOST_TEST(gate.fixture.connect().is_silent_for(milliseconds{700}));

  raw_socket quick = gate.fixture.connect();
  quick.send(post(path, "whole, to the last"));
  BOOST_TEST(status_of(quick.receive_message()) == 200);
  BOOST_TEST(slow.receive_all().size() < more_than_sockets_hold);
  BOOST_TEST(slow.was_reset());
  BOOST_TEST(gate.fixture.metric(cut("contended_answer")) == 1);
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_taken_too_slowly_is_cut_although_it_moves) {
  one_slot gate{std::chrono::seconds{1}};
  raw_socket slow = gate.fixture.connect();
  raw_socket bystander = gate.fixture.connect();
  slow.send(post(path, "much, to the last"));
  while (gate.fixture.metric("modelgate_requests_in_flight") == 0) std::this_thread::yield();
  while (gate.fixture.metric("modelgate_requests_in_flight") != 0) {
    static_cast<void>(slow.receive_some());
    BOOST_TEST(bystander.is_silent_for(milliseconds{10}));
  }
  BOOST_TEST(gate.fixture.metric(cut("answer")) == 1);
}

/// What the gateway has taken of answers, once it takes no more of the one for `reader`, who reads nothing.
double taken_in_all(const gateway_fixture& fixture, raw_socket& bystander) {
  for (double before = -1;;) {
    const double now = fixture.metric("modelgate_deployment_response_body_bytes_total{deployment_name=\"pub\"}");
    if (now > 0 && now == before) return now;
    before = now;
    BOOST_TEST(bystander.is_silent_for(milliseconds{150}));
  }
}

BOOST_AUTO_TEST_CASE(an_answer_that_the_gateway_has_whole_holds_no_slot) {
  std::atomic<std::size_t> size{more_than_sockets_hold};
  scripted_upstream replica{[&](raw_socket& connection, scripted_upstream&) {
    if (connection.receive_message().empty()) return;
    const std::string body(size, 'x');
    connection.try_send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }};
  gateway_fixture fixture{one_slot::with(std::chrono::seconds{30})};
  fixture.deploy("pub", {&replica});
  raw_socket bystander = fixture.connect();
  double earlier = 0;
  bool was_freed = false;
  for (int tries = 0; tries < 10 && !was_freed; ++tries) {
    // What was taken when nothing more went is what sockets hold and a little that does not fit. An answer of that size is
    // the gateway's to its end, though not yet the client's, unless the sockets hold more this time.
    for (const bool measures : {true, false}) {
      if (measures) size = more_than_sockets_hold;
      raw_socket slow = fixture.connect();
      slow.send(get(path));
      const double taken = taken_in_all(fixture, bystander);
      const bool is_under_way = fixture.metric("modelgate_requests_in_flight") == 1;
      was_freed = !measures && is_under_way && fixture.metric(in_flight_at_replica) == 0;
      if (measures) size = static_cast<std::size_t>(taken - earlier);
      slow.reset();
      while (fixture.metric("modelgate_requests_in_flight") != 0) std::this_thread::yield();
      earlier = fixture.metric("modelgate_deployment_response_body_bytes_total{deployment_name=\"pub\"}");
    }
  }
  BOOST_TEST(was_freed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
