#include "tests/integration/http_io/raw_connection.hpp"
#include "tests/integration/http_io/running_server.hpp"

#include <boost/test/unit_test.hpp>

#include <future>
#include <memory>
#include <vector>

namespace modelgate::http_io::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* plain_get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

response ok(const request&) {
  return {};
}

/// A handler that waits until it is let go, and tells when it has been called.
struct gate {
  std::promise<void> entered;
  std::promise<void> opened;
  std::shared_future<void> may_leave = opened.get_future().share();

  request_handler handler() {
    return [this](const request& message) {
      if (message.path == "/wait") {
        entered.set_value();
        may_leave.wait();
      }
      return response{};
    };
  }
};

BOOST_AUTO_TEST_SUITE(server_limits_suite)

BOOST_AUTO_TEST_CASE(a_large_head_is_answered_431) {
  server_limits limits;
  limits.head_bytes = 256;
  running_server served{ok, limits};
  raw_connection peer{served.address()};
  peer.send("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(300, 'x') + "\r\n\r\n");
  BOOST_TEST(peer.read_to_end().starts_with("HTTP/1.1 431 "));
}

BOOST_AUTO_TEST_CASE(a_large_body_is_answered_413) {
  server_limits limits;
  limits.body_bytes = 8;
  running_server served{ok, limits};
  raw_connection announced{served.address()};
  announced.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n");
  BOOST_TEST(announced.read_to_end().starts_with("HTTP/1.1 413 "));
  raw_connection chunked{served.address()};
  chunked.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n123456789");
  BOOST_TEST(chunked.read_to_end().starts_with("HTTP/1.1 413 "));
}

BOOST_AUTO_TEST_CASE(other_limits_are_for_connections_that_come) {
  running_server served{ok};
  raw_connection open{served.address()};
  open.send(plain_get);
  BOOST_TEST(open.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
  server_limits limits;
  limits.body_bytes = 8;
  served.set_limits(limits);
  open.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n123456789");
  BOOST_TEST(open.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
  raw_connection next{served.address()};
  next.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n");
  BOOST_TEST(next.read_to_end().starts_with("HTTP/1.1 413 "));
}

BOOST_AUTO_TEST_CASE(the_answer_reaches_a_peer_that_is_still_sending) {
  server_limits limits;
  limits.body_bytes = 8;
  running_server served{ok, limits};
  raw_connection peer{served.address()};
  peer.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n" + std::string(200'000, 'x'));
  BOOST_TEST(peer.read_to_end().starts_with("HTTP/1.1 413 "));
}

BOOST_AUTO_TEST_CASE(a_request_that_stops_coming_is_answered_408) {
  server_limits limits;
  limits.request_timeout = 50ms;
  running_server served{ok, limits};
  for (const char* begun : {"GET / HT", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhel"}) {
    raw_connection peer{served.address()};
    peer.send(begun);
    BOOST_TEST(peer.read_to_end().starts_with("HTTP/1.1 408 "));
  }
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_closed_without_a_word) {
  server_limits limits;
  limits.request_timeout = 50ms;
  limits.keep_alive = 50ms;
  running_server served{ok, limits};
  raw_connection silent{served.address()};
  BOOST_TEST(silent.is_closed_by_peer());
  raw_connection peer{served.address()};
  peer.send(plain_get);
  BOOST_TEST(peer.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
  BOOST_TEST(peer.is_closed_by_peer());
}

BOOST_AUTO_TEST_CASE(a_slow_handler_holds_nobody_else_up) {
  gate held;
  running_server served{held.handler()};
  raw_connection slow{served.address()};
  slow.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  held.entered.get_future().wait();
  raw_connection quick{served.address()};
  quick.send(plain_get);
  BOOST_TEST(quick.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
  held.opened.set_value();
  BOOST_TEST(slow.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(a_full_pool_is_answered_503_and_the_connection_stays) {
  running_server served{ok, {}, 1, 0};
  // With a queue of none even an idle thread is given nothing, so every request finds the pool full.
  raw_connection peer{served.address()};
  for (int i = 0; i < 2; ++i) {
    peer.send(plain_get);
    const std::string head = peer.read_until("\r\n\r\n");
    BOOST_TEST(head.starts_with("HTTP/1.1 503 "));
    BOOST_TEST(head.find("Retry-After: 1\r\n") != std::string::npos);
    BOOST_TEST(peer.read_until("}").find("OVERLOADED") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(connections_over_the_limit_are_answered_503_and_closed) {
  server_limits limits;
  limits.connections = 1;
  running_server served{ok, limits};
  raw_connection first{served.address()};
  first.send(plain_get);
  BOOST_TEST(first.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
  raw_connection second{served.address()};
  second.send(plain_get);
  const std::string refused = second.read_to_end();
  BOOST_TEST(refused.starts_with("HTTP/1.1 503 "));
  BOOST_TEST(refused.find("Retry-After: 1\r\n") != std::string::npos);
  BOOST_TEST(served.connections() == 1U);
  first.send(plain_get);
  BOOST_TEST(first.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(drain_closes_idle_connections_and_lets_answers_finish) {
  gate held;
  running_server served{held.handler()};
  raw_connection idle{served.address()};
  idle.send(plain_get);
  BOOST_TEST(idle.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
  raw_connection busy{served.address()};
  busy.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  held.entered.get_future().wait();

  served.drain();
  BOOST_TEST(idle.is_closed_by_peer());
  BOOST_CHECK_THROW(raw_connection{served.address()}, std::runtime_error);
  held.opened.set_value();
  const std::string answer = busy.read_to_end();
  BOOST_TEST(answer.starts_with("HTTP/1.1 200 "));
  BOOST_TEST(answer.find("Connection: close\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::http_io::test
