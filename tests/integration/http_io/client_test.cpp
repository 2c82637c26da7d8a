#include "modelgate/http_io/client.hpp"

#include "tests/integration/http_io/running_server.hpp"

#include "modelgate/base/errc.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <thread>

namespace modelgate::http_io::test {
namespace {

using namespace std::chrono_literals;
using tcp = boost::asio::ip::tcp;

constexpr auto generous = 10s;
constexpr auto short_while = 50ms;

/// A peer that takes one connection, reads one request head, sends the given bytes, then closes or waits for the client
/// to.
class scripted_peer {
 public:
  enum class then { close, hold };

  scripted_peer(std::string answer, then after)
      : thread_{[this, answer = std::move(answer), after] { run(answer, after); }} {}
  ~scripted_peer() {
    if (thread_.joinable()) thread_.join();
  }

  [[nodiscard]] net::endpoint address() const { return {"127.0.0.1", acceptor_.local_endpoint().port()}; }
  /// What the client sent; waits for the end.
  [[nodiscard]] std::string seen() {
    thread_.join();
    return seen_;
  }

 private:
  void run(const std::string& answer, then after) {
    error_code ignored;
    tcp::socket socket = acceptor_.accept();
    boost::asio::streambuf head;
    boost::asio::read_until(socket, head, "\r\n\r\n", ignored);
    seen_.assign(boost::asio::buffers_begin(head.data()), boost::asio::buffers_end(head.data()));
    boost::asio::write(socket, boost::asio::buffer(answer), ignored);
    if (after == then::close) return;
    char byte = 0;
    while (!ignored) socket.read_some(boost::asio::buffer(&byte, 1), ignored);
  }

  boost::asio::io_context context_;
  tcp::acceptor acceptor_{context_, tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0}};
  std::string seen_;
  std::thread thread_;
};

/// An address where nobody listens.
net::endpoint unused_address() {
  boost::asio::io_context context;
  const tcp::acceptor taken{context, tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0}, false};
  return {"127.0.0.1", taken.local_endpoint().port()};
}

result<response> get(const net::endpoint& address, std::chrono::milliseconds timeout = generous) {
  return fetch_blocking(address, client_request{}, timeout);
}

response reflect(const request& message) {
  response answer;
  answer.status = 201;
  answer.fields.add("X-Host", std::string{message.fields.get("Host")});
  answer.body = message.method + " " + message.path + " " + std::string{message.query_value("q").value_or("")} + " "
                + message.body;
  return answer;
}

BOOST_AUTO_TEST_SUITE(client_suite)

BOOST_AUTO_TEST_CASE(sends_a_request_and_reads_the_answer) {
  running_server served{reflect};
  client_request asked;
  asked.method = "POST";
  asked.target = "/a?q=b";
  asked.body = "body";
  const auto answer = fetch_blocking(served.address(), asked, generous);
  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST(answer->status == 201U);
  BOOST_TEST(answer->body == "POST /a b body");
  BOOST_TEST(answer->fields.get("x-host") == net::to_string(served.address()));
}

BOOST_AUTO_TEST_CASE(works_on_a_running_event_loop) {
  running_server served{reflect};
  boost::asio::io_context context;
  auto pending = boost::asio::co_spawn(
      context, fetch(served.address(), client_request{}, steady_clock::now() + generous), boost::asio::use_future);
  context.run();
  BOOST_TEST(pending.get()->body == "GET /  ");
}

BOOST_AUTO_TEST_CASE(reads_answers_to_head_and_answers_without_body) {
  running_server served{[](const request& message) {
    response answer;
    answer.body = "a body";
    if (message.path == "/none") answer = response{.status = 204, .fields = {}, .body = {}, .stream = nullptr};
    return answer;
  }};
  client_request head;
  head.method = "HEAD";
  BOOST_TEST(fetch_blocking(served.address(), head, generous)->body.empty());
  client_request none;
  none.target = "/none";
  BOOST_TEST(fetch_blocking(served.address(), none, generous)->status == 204U);
}

BOOST_AUTO_TEST_CASE(reads_chunked_and_close_delimited_bodies_and_skips_interim_answers) {
  scripted_peer chunked{
      "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n",
      scripted_peer::then::hold};
  BOOST_TEST(get(chunked.address())->body == "abcde");
  scripted_peer until_close{"HTTP/1.0 200 OK\r\n\r\nuntil the end", scripted_peer::then::close};
  BOOST_TEST(get(until_close.address())->body == "until the end");
}

BOOST_AUTO_TEST_CASE(gives_the_body_to_a_sink_piece_by_piece_and_stops_when_told) {
  scripted_peer peer{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", scripted_peer::then::hold};
  std::string seen;
  const auto answer = fetch_blocking(peer.address(), client_request{}, generous, [&seen](std::string_view piece) {
    seen += piece;
    return seen != "abc";
  });
  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST(seen == "abc");
  BOOST_TEST(answer->body.empty());
}

BOOST_AUTO_TEST_CASE(a_sink_may_take_more_than_the_limit_of_a_held_body) {
  scripted_peer peer{"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'x'),
                     scripted_peer::then::close};
  client_request asked;
  asked.max_response_bytes = 10;
  std::size_t count = 0;
  const auto answer = fetch_blocking(peer.address(), asked, generous, [&count](std::string_view piece) {
    count += piece.size();
    return true;
  });
  BOOST_TEST(answer.has_value());
  BOOST_TEST(count == 100'000U);
}

BOOST_AUTO_TEST_CASE(a_sink_gets_nothing_of_a_refusal) {
  scripted_peer peer{"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone", scripted_peer::then::hold};
  const auto answer = fetch_blocking(peer.address(), client_request{}, generous, [](std::string_view) {
    BOOST_ERROR("the sink was called");
    return true;
  });
  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST(answer->status == 404U);
  BOOST_TEST(answer->body == "gone");
}

BOOST_AUTO_TEST_CASE(says_that_nobody_listens) {
  BOOST_CHECK(get(unused_address()).error() == errc::connection_refused);
}

BOOST_AUTO_TEST_CASE(says_that_the_answer_did_not_come_in_time) {
  for (const char* begun : {"", "HTTP/1.1 200 O", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"}) {
    scripted_peer peer{begun, scripted_peer::then::hold};
    BOOST_TEST_CONTEXT(begun) {
      BOOST_CHECK(get(peer.address(), short_while).error() == errc::http_response_timeout);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_sinks_deadline_starts_anew_with_each_piece_but_still_ends) {
  scripted_peer peer{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", scripted_peer::then::hold};
  const auto answer =
      fetch_blocking(peer.address(), client_request{}, short_while, [](std::string_view) { return true; });
  BOOST_CHECK(answer.error() == errc::http_response_timeout);
}

BOOST_AUTO_TEST_CASE(says_that_the_answer_is_not_http) {
  for (const char* bytes :
       {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 101 Switching Protocols\r\n\r\n"}) {
    scripted_peer peer{bytes, scripted_peer::then::hold};
    BOOST_TEST_CONTEXT(bytes) {
      BOOST_CHECK(get(peer.address()).error() == errc::http_protocol_error);
    }
  }
}

BOOST_AUTO_TEST_CASE(says_that_the_answer_broke_off) {
  scripted_peer silent{"", scripted_peer::then::close};
  BOOST_CHECK(get(silent.address()).error() == errc::connection_terminated);
  for (const char* begun : {"HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"}) {
    scripted_peer peer{begun, scripted_peer::then::close};
    BOOST_TEST_CONTEXT(begun) {
      BOOST_CHECK(get(peer.address()).error() == errc::http_response_incomplete);
    }
  }
}

BOOST_AUTO_TEST_CASE(says_that_the_body_is_too_large) {
  for (const char* bytes : {"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\n01234567890",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890"}) {
    scripted_peer peer{bytes, scripted_peer::then::hold};
    client_request asked;
    asked.max_response_bytes = 10;
    BOOST_TEST_CONTEXT(bytes) {
      BOOST_CHECK(fetch_blocking(peer.address(), asked, generous).error() == errc::body_too_large);
    }
  }
}

BOOST_AUTO_TEST_CASE(sends_nothing_that_would_split_the_request) {
  client_request target;
  target.target = "/ HTTP/1.1\r\nX: y";
  BOOST_CHECK(fetch_blocking(unused_address(), target, generous).error() == errc::invalid_argument);
  client_request field;
  field.fields.add("Authorization", "Bearer a\r\nX: y");
  BOOST_CHECK(fetch_blocking(unused_address(), field, generous).error() == errc::invalid_argument);
}

BOOST_AUTO_TEST_CASE(says_who_asks_and_that_it_asks_once) {
  scripted_peer peer{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", scripted_peer::then::close};
  const std::string host = net::to_string(peer.address());
  BOOST_TEST(get(peer.address()).has_value());
  const std::string seen = peer.seen();
  BOOST_TEST(seen.starts_with("GET / HTTP/1.1\r\nHost: " + host + "\r\n"));
  BOOST_TEST(seen.find("\r\nUser-Agent: modelgate\r\n") != std::string::npos);
  BOOST_TEST(seen.find("\r\nConnection: close\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::http_io::test
