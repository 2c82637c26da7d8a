#include "modelgate/http_io/server.hpp"

#include "tests/integration/http_io/raw_connection.hpp"
#include "tests/integration/http_io/running_server.hpp"

#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <stdexcept>

namespace modelgate::http_io::test {
namespace {

response echo(const request& message) {
  response answer;
  answer.fields.add("Content-Type", "text/plain");
  answer.body = message.method + " " + message.path + " [" + message.body + "]";
  return answer;
}

BOOST_AUTO_TEST_SUITE(server_suite)

BOOST_AUTO_TEST_CASE(answers_one_request_after_another_on_one_connection) {
  running_server served{echo};
  raw_connection peer{served.address()};
  for (int i = 0; i < 3; ++i) {
    peer.send("POST /a%20b HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
    const std::string head = peer.read_until("\r\n\r\n");
    BOOST_TEST(head.starts_with("HTTP/1.1 200 OK\r\n"));
    BOOST_TEST(head.find("Connection: keep-alive\r\n") != std::string::npos);
    BOOST_TEST(peer.read_until("]") == "POST /a b [hi]");
  }
  BOOST_TEST(served.connections() == 1U);
}

BOOST_AUTO_TEST_CASE(answers_pipelined_requests_in_order) {
  running_server served{echo};
  raw_connection peer{served.address()};
  peer.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string all = peer.read_to_end();
  const std::size_t first = all.find("GET /1 []");
  BOOST_TEST(first != std::string::npos);
  BOOST_TEST(all.find("GET /2 []", first) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(answers_head_with_the_length_but_without_the_body) {
  running_server served{[](const request&) {
    response answer;
    answer.body = "twelve bytes";
    return answer;
  }};
  raw_connection peer{served.address()};
  peer.send("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string all = peer.read_to_end();
  BOOST_TEST(all.find("Content-Length: 12\r\n") != std::string::npos);
  BOOST_TEST(all.ends_with("\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(sends_100_continue_to_a_peer_that_waits_for_it) {
  running_server served{echo};
  raw_connection peer{served.address()};
  peer.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  BOOST_TEST(peer.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  peer.send("ok");
  BOOST_TEST(peer.read_until("]").ends_with("PUT / [ok]"));
}

BOOST_AUTO_TEST_CASE(tells_the_handler_who_calls) {
  running_server served{[](const request& message) {
    response answer;
    answer.body = message.peer + ";";
    return answer;
  }};
  raw_connection peer{served.address()};
  peer.send("GET / HTTP/1.0\r\n\r\n");
  BOOST_TEST(peer.read_to_end().ends_with("\r\n\r\n127.0.0.1;"));
}

BOOST_AUTO_TEST_CASE(answers_a_peer_that_has_already_shut_its_side) {
  running_server served{echo};
  raw_connection peer{served.address()};
  peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  peer.finish_sending();
  BOOST_TEST(peer.read_to_end().ends_with("GET / []"));
}

BOOST_AUTO_TEST_CASE(closes_the_connection_where_framing_is_in_doubt) {
  running_server served{echo};
  for (const char* bytes : {
           "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n",
           "GET / HTTP/1.1\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
           "\x16\x03\x01\r\n\r\n",
       }) {
    raw_connection peer{served.address()};
    peer.send(std::string{bytes} + "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
    const std::string all = peer.read_to_end();
    BOOST_TEST_CONTEXT(bytes) {
      BOOST_TEST(all.starts_with("HTTP/1.1 400 Bad Request\r\n"));
      BOOST_TEST(all.find("Connection: close\r\n") != std::string::npos);
      BOOST_TEST(all.find("Content-Type: application/problem+json\r\n") != std::string::npos);
      BOOST_TEST(all.find("\"code\":\"BAD_REQUEST\"") != std::string::npos);
      BOOST_TEST(all.find("smuggled") == std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_is_answered_500_and_the_server_goes_on) {
  running_server served{[](const request& message) -> response {
    if (message.path == "/throw") throw std::runtime_error{"on purpose, in a test"};
    return echo(message);
  }};
  raw_connection peer{served.address()};
  peer.send("GET /throw HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string answer = peer.read_until("}");
  BOOST_TEST(answer.starts_with("HTTP/1.1 500 "));
  BOOST_TEST(answer.find("on purpose") == std::string::npos);
  peer.send("GET /after HTTP/1.1\r\nHost: h\r\n\r\n");
  BOOST_TEST(peer.read_until("]").ends_with("GET /after []"));
}

BOOST_AUTO_TEST_CASE(a_field_that_would_split_the_head_is_answered_500) {
  running_server served{[](const request&) {
    response answer;
    answer.fields.add("Location", "/a\r\nSet-Cookie: stolen");
    return answer;
  }};
  raw_connection peer{served.address()};
  peer.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string all = peer.read_to_end();
  BOOST_TEST(all.starts_with("HTTP/1.1 500 "));
  BOOST_TEST(all.find("stolen") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(says_which_address_is_taken) {
  running_server first{echo};
  boost::asio::io_context context;
  blocking_pool pool{"test", 1, 1};
  const auto names_address = [&](const boost::system::system_error& problem) {
    return problem.code() == boost::system::errc::address_in_use
           && std::string{problem.what()}.find(net::to_string(first.address())) != std::string::npos;
  };
  BOOST_CHECK_EXCEPTION((server{context, pool, first.address(), {}, echo}), boost::system::system_error, names_address);
}

BOOST_AUTO_TEST_CASE(a_server_that_never_ran_can_be_destroyed) {
  blocking_pool pool{"test", 1, 1};
  boost::asio::io_context context;
  const server idle{context, pool, {"127.0.0.1", 0}, {}, echo};
  BOOST_TEST(idle.address().port != 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::http_io::test
