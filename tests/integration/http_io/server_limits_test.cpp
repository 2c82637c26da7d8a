#include "tests/integration/http_io/raw_connection.hpp"
#include "tests/integration/http_io/running_server.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
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

BOOST_AUTO_TEST_CASE(a_form_may_be_as_long_as_its_encoding_makes_it) {
  server_limits limits;
  limits.body_bytes = 8;
  running_server served{ok, limits};
  const auto form = [&](const char* type, std::size_t size) {
    raw_connection peer{served.address()};
    peer.send(std::string{"POST / HTTP/1.1\r\nHost: h\r\nContent-Type: "} + type
              + "\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" + std::string(size, 'x'));
    return peer.read_until("\r\n\r\n").substr(9, 3);
  };
  BOOST_TEST(form("application/x-www-form-urlencoded", 24) == "200");
  BOOST_TEST(form("Application/X-WWW-Form-Urlencoded; charset=utf-8", 24) == "200");
  BOOST_TEST(form("application/x-www-form-urlencoded", 25) == "413");
  BOOST_TEST(form("application/json", 9) == "413");
}

/// "[path code]" for whatever is refused.
own_answers spoken() {
  own_answers own;
  own.refused = [](std::string_view path, const refusal& why) {
    response answer;
    answer.status = why.status;
    answer.body = "[" + std::string{path} + " " + std::string{why.code} + "]";
    return answer;
  };
  own.at_once = [](const request& asked) -> std::optional<response> {
    if (asked.path != "/now") return std::nullopt;
    response answer;
    answer.body = "at once";
    return answer;
  };
  return own;
}

BOOST_AUTO_TEST_CASE(who_owns_a_path_says_how_its_refusals_look) {
  server_limits limits;
  limits.body_bytes = 8;
  limits.head_bytes = 256;
  const auto thrown = [](const request& asked) -> response {
    if (asked.path == "/throw") throw std::runtime_error{"a bug"};
    response answer;
    answer.fields.add("X", "a\nb");
    return answer;
  };
  running_server served{thrown, limits, 2, 16, spoken()};
  const auto ends = [&](const std::string& sent, const char* words) {
    raw_connection peer{served.address()};
    peer.send(sent);
    return peer.read_until("]").ends_with(words);
  };
  BOOST_TEST(ends("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n", "[/a BODY_TOO_LARGE]"));
  BOOST_TEST(
      ends("POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n123456789", "[/b BODY_TOO_LARGE]"));
  BOOST_TEST(ends("GET /throw HTTP/1.1\r\nHost: h\r\n\r\n", "[/throw INTERNAL]"));
  BOOST_TEST(ends("GET /field HTTP/1.1\r\nHost: h\r\n\r\n", "[/field INTERNAL]"));
  BOOST_TEST(ends("GET /x HTTP/1.1\r\nHost: h\r\nX: " + std::string(300, 'x') + "\r\n\r\n", "[ HEAD_TOO_LARGE]"),
             "what was asked for is not known");
}

BOOST_AUTO_TEST_CASE(what_must_be_answered_waits_for_no_thread) {
  gate held;
  running_server served{held.handler(), {}, 1, 1, spoken()};
  raw_connection slow{served.address()};
  slow.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  held.entered.get_future().wait();
  raw_connection waiting{served.address()};
  waiting.send(plain_get);
  raw_connection probe{served.address()};
  probe.send("GET /now HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  BOOST_TEST(probe.read_to_end().ends_with("at once"));
  held.opened.set_value();
  BOOST_TEST(slow.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
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

BOOST_AUTO_TEST_CASE(a_request_waits_for_its_turn_and_is_told_when_it_comes_too_late) {
  server_limits limits;
  std::atomic<int> turns{0};
  const auto handler = [&](const request& message) {
    response answer;
    answer.body = "done";
    if (message.path != "/wait" && ++turns > 3) return answer;
    answer.status = 429;
    answer.not_in_turn = true;
    return answer;
  };
  running_server served{handler, limits};
  raw_connection peer{served.address()};
  peer.send(plain_get);
  BOOST_TEST(peer.read_until("done").starts_with("HTTP/1.1 200 "));
  BOOST_TEST(turns == 4);
  limits.turn_timeout = 60ms;
  served.set_limits(limits);
  peer.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  BOOST_TEST(peer.read_until("done").starts_with("HTTP/1.1 429 "));
}

BOOST_AUTO_TEST_CASE(large_answers_that_nobody_reads_are_not_kept_beyond_a_bound) {
  server_limits limits;
  constexpr std::size_t large = 16'777'216;  // more than the sockets take
  limits.answer_bytes = large + large / 2;
  const auto handler = [](const request& message) {
    response answer;
    answer.body.assign(message.path == "/small" ? 10 : large, 'x');
    return answer;
  };
  running_server served{handler, limits};
  raw_connection first{served.address()};
  first.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
  BOOST_TEST(first.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
  raw_connection other{served.address()};
  other.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string refused = other.read_until("}");
  BOOST_TEST(refused.starts_with("HTTP/1.1 503 "));
  BOOST_TEST(refused.find("Retry-After: 1\r\n") != std::string::npos);
  other.send("GET /small HTTP/1.1\r\nHost: h\r\n\r\n");
  BOOST_TEST(other.read_until("\r\n\r\nxxxxxxxxxx").starts_with("HTTP/1.1 200 "));
  first.finish_sending();
  BOOST_TEST(first.read_to_end().size() == large, "it goes on as soon as it is read");
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
