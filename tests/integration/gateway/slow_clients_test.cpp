#include "tests/support/gateway_fixture.hpp"

#include <arpa/inet.h>
#include <boost/test/unit_test.hpp>
#include <netinet/in.h>
#include <sys/socket.h>

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

/// A client whose socket takes a few KiB and no more, however long it is left to the kernel.
raw_socket connect_with_small_buffer(const gateway_fixture& fixture) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  raw_socket owner{fd};
  constexpr int bytes = 4'096;
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(fixture.gateway->address().port);
  BOOST_REQUIRE(::inet_pton(AF_INET, fixture.gateway->address().host.c_str(), &to.sin_addr) == 1);
  BOOST_REQUIRE(::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes) == 0);
  BOOST_REQUIRE(::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  return owner;
}

BOOST_AUTO_TEST_CASE(an_answer_that_the_gateway_has_whole_holds_no_slot) {
  // Less than the gateway reads in one piece, more than it may leave to the kernel for a client that reads nothing.
  constexpr std::size_t size = 30'000;
  std::atomic<bool> has_answered{false};
  scripted_upstream replica{[&](raw_socket& connection, scripted_upstream&) {
    if (connection.receive_message().empty()) return;
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" + std::string(size, 'x'));
    has_answered = true;
  }};
  config::settings settings = one_slot::with(std::chrono::seconds{30});
  settings.limits.unsent_bytes = 16'384;
  gateway_fixture fixture{settings};
  fixture.deploy("pub", {&replica});
  raw_socket slow = connect_with_small_buffer(fixture);
  slow.send(get(path));
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!has_answered || fixture.metric("modelgate_requests_in_flight") != 1
         || fixture.metric(in_flight_at_replica) != 0) {
    BOOST_REQUIRE(std::chrono::steady_clock::now() < end);
    std::this_thread::yield();
  }
  BOOST_TEST(body_of(slow.receive_message()) == std::string(size, 'x'));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
