#include "tests/support/gateway_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>

namespace modelgate::test {
namespace {

constexpr std::size_t megabytes = 1'048'576;

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(streaming)

BOOST_AUTO_TEST_CASE(large_bodies_go_through_unchanged_both_ways) {
  const std::string body = pattern(8 * megabytes + 13);
  scripted_upstream replica{[&](raw_socket& connection, scripted_upstream& self) {
    for (;;) {
      std::string request = connection.receive_message();
      if (request.empty()) return;
      const std::string echoed = body_of(request);
      self.note(std::move(request));
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(echoed.size()) + "\r\n\r\n" + echoed);
    }
  }};
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  raw_socket client = fixture.connect();
  for (int i = 0; i < 2; ++i) {
    std::jthread sending{[&] { client.try_send(post("/deployment/pub/x", body)); }};
    const std::string answer = client.receive_message();
    sending.join();
    BOOST_TEST(status_of(answer) == 200);
    BOOST_TEST((body_of(answer) == body));
  }
  BOOST_TEST(replica.connections() == 1);
}

BOOST_AUTO_TEST_CASE(chunked_answers_arrive_as_they_are_made) {
  scripted_upstream replica{[](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    connection.send(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n6\r\ndata:1\r\n");
    self.note(connection.receive_message());  // goes on when the test has seen the first event
  }};
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  raw_socket client = fixture.connect();
  client.send(get("/deployment/pub/x"));
  std::string seen;
  while (seen.find("data:1") == std::string::npos) seen += client.receive_some();
  BOOST_TEST(status_of(seen) == 200);
  BOOST_TEST(field_of(seen, "Transfer-Encoding") == "chunked");
}

BOOST_AUTO_TEST_CASE(a_truncated_answer_is_recognisable) {
  scripted_upstream chunked{[](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nonly\r\n");
  }};
  gateway_fixture fixture;
  fixture.deploy("pub", {&chunked});
  raw_socket client = fixture.connect();
  client.send(get("/deployment/pub/x"));
  const std::string answer = client.receive_all();
  BOOST_TEST(answer.find("0\r\n\r\n") == std::string::npos);
  BOOST_TEST(client.was_reset());
}

BOOST_AUTO_TEST_CASE(an_answer_until_close_is_chunked_for_new_clients_and_closed_for_old_ones) {
  scripted_upstream replica{[](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    connection.send("HTTP/1.1 200 OK\r\n\r\nuntil close");
  }};
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  const std::string modern = fixture.ask(get("/deployment/pub/x"));
  BOOST_TEST(body_of(modern) == "b\r\nuntil close\r\n0\r\n\r\n");
  const std::string old = fixture.exchange("GET /deployment/pub/x HTTP/1.0\r\n\r\n");
  BOOST_TEST(body_of(old) == "until close");
  BOOST_TEST(field_of(old, "Transfer-Encoding").empty());
}

BOOST_AUTO_TEST_CASE(chunks_are_undone_for_old_clients) {
  scripted_upstream replica{[](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
    static_cast<void>(connection.receive_some());
  }};
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  const std::string answer = fixture.exchange("GET /deployment/pub/x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  BOOST_TEST(body_of(answer) == "hello");
}

BOOST_AUTO_TEST_CASE(an_early_answer_is_delivered_and_the_upload_given_up) {
  scripted_upstream replica{[](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_some());
    connection.send("HTTP/1.1 413 Payload Too Large\r\nContent-Length: 3\r\n\r\nbig");
    static_cast<void>(connection.receive_some());
  }};
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  raw_socket client = fixture.connect();
  client.send("POST /deployment/pub/x HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n" + pattern(100'000));
  const std::string answer = client.receive_message();
  BOOST_TEST(status_of(answer) == 413);
  BOOST_TEST(body_of(answer) == "big");
  BOOST_TEST(field_of(answer, "Connection") == "close");
}

BOOST_AUTO_TEST_CASE(expect_continue_is_answered_when_the_body_may_come) {
  scripted_upstream replica;
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  raw_socket client = fixture.connect();
  client.send("POST /deployment/pub/x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  BOOST_TEST(client.receive_message() == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hello");
  BOOST_TEST(status_of(client.receive_message()) == 200);
  BOOST_TEST(count_of(replica.requests().back(), "Expect") == 0);

  raw_socket refused = fixture.connect();
  refused.send("POST /deployment/none/x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  BOOST_TEST(status_of(refused.receive_message()) == 404);
}

BOOST_AUTO_TEST_CASE(a_slow_reader_slows_the_replica_down) {
  std::atomic<std::size_t> sent{0};
  constexpr std::size_t whole = 64 * megabytes;
  scripted_upstream replica{[&](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(whole) + "\r\n\r\n");
    const std::string piece = pattern(65'536);
    while (sent < whole && connection.try_send(piece)) sent += piece.size();
  }};
  config::settings settings = gateway_fixture::short_settings();
  settings.timeouts.stream_idle = milliseconds{600};
  gateway_fixture fixture{settings};
  fixture.deploy("pub", {&replica});
  raw_socket client = fixture.connect();
  client.send(get("/deployment/pub/x"));
  // Nobody reads: the replica is held back by full socket buffers, and the stream ends at its idle deadline.
  BOOST_TEST(client.receive_some(1'000).starts_with("HTTP/1.1 200"));
  while (fixture.metric("modelgate_requests_in_flight") != 0) std::this_thread::yield();
  BOOST_TEST(sent.load() < whole);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
