#include "tests/support/tls_fixture.hpp"

#include "modelgate/net/byte_stream.hpp"
#include "modelgate/net/ticket_keys.hpp"
#include "modelgate/net/tls_context.hpp"

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <thread>

namespace modelgate::test {
namespace {

constexpr std::size_t megabytes = 1'048'576;

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
  return text;
}

/// Between a client and the gateway: hands on what the client sends one byte at a time, and all that comes back.
class byte_by_byte {
 public:
  explicit byte_by_byte(raw_socket to_gateway) {
    std::array<int, 2> pair{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) throw std::runtime_error{"socketpair"};
    client_ = std::make_unique<raw_socket>(pair[0]);
    up_ = std::jthread{
        [from = std::make_shared<raw_socket>(pair[1]), to = std::make_shared<raw_socket>(std::move(to_gateway)), this] {
          std::jthread down{[from, to] {
            try {
              for (std::string bytes = to->receive_some(); !bytes.empty(); bytes = to->receive_some())
                from->try_send(bytes);
            } catch (const std::exception&) {  // the test is over
            }
          }};
          try {
            for (std::string byte = from->receive_some(1); !byte.empty(); byte = from->receive_some(1)) {
              ++bytes_;
              if (!to->try_send(byte)) break;
            }
          } catch (const std::exception&) {  // as above
          }
          to->shutdown_send();
        }};
  }
  ~byte_by_byte() { client_.reset(); }
  byte_by_byte(const byte_by_byte&) = delete;
  byte_by_byte& operator=(const byte_by_byte&) = delete;

  [[nodiscard]] raw_socket& client() noexcept { return *client_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  std::unique_ptr<raw_socket> client_;
  std::atomic<std::size_t> bytes_{0};
  std::jthread up_;
};

scripted_upstream::script echoes() {
  return [](raw_socket& connection, scripted_upstream& self) {
    for (;;) {
      std::string request = connection.receive_message();
      if (request.empty()) return;
      const std::string echoed = body_of(request);
      self.note(std::move(request));
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(echoed.size()) + "\r\n\r\n" + echoed);
    }
  };
}

struct served_echo : tls_fixture {
  explicit served_echo(const std::function<void(config::settings&)>& change = {}) : tls_fixture{change} {
    served->deploy("pub", {&replica});
  }
  scripted_upstream replica{echoes()};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_streaming)

BOOST_AUTO_TEST_CASE(the_model_learns_that_the_client_came_by_https) {
  const served_echo fixture;
  BOOST_TEST(status_of(fixture.ask(fixture.to("gate.test"), for_host("gate.test", post("/deployment/pub/x", "{}"))))
             == 200);
  const std::string seen = fixture.replica.requests().back();
  BOOST_TEST(field_of(seen, "X-Forwarded-Proto") == "https");
  BOOST_TEST(field_of(seen, "Forwarded").find("proto=https") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(large_bodies_go_through_unchanged_both_ways_on_one_connection) {
  const served_echo fixture;
  const std::string body = pattern(8 * megabytes + 13);
  raw_socket client = fixture.connect();
  for (int i = 0; i < 2; ++i) {
    client.send(post("/deployment/pub/x", body));
    const std::string answer = client.receive_message();
    BOOST_TEST(status_of(answer) == 200);
    BOOST_TEST((body_of(answer) == body));
  }
  BOOST_TEST(fixture.replica.connections() == 1U);
}

BOOST_AUTO_TEST_CASE(every_size_around_a_record_goes_through) {
  const served_echo fixture;
  raw_socket client = fixture.connect();
  for (const std::size_t size : {0UL, 1UL, 4'095UL, 4'096UL, 16'000UL, 16'383UL, 16'384UL, 16'385UL, 32'768UL, 65'535UL,
                                 65'536UL, 65'537UL, 81'921UL}) {
    const std::string body = pattern(size);
    client.send(post("/deployment/pub/x", body));
    BOOST_TEST((body_of(client.receive_message()) == body), size);
  }
}

BOOST_AUTO_TEST_CASE(a_request_in_records_of_one_byte_is_the_same_request) {
  const served_echo fixture;
  raw_socket client = fixture.connect();
  const std::string request =
      "POST /deployment/pub/x HTTP/1.1\r\nHost: gw.test\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n0\r\n\r\n";
  for (const char byte : request) client.send({&byte, 1});
  const std::string answer = client.receive_message();
  BOOST_TEST(status_of(answer) == 200);
  BOOST_TEST(fixture.replica.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_handshake_and_a_request_in_segments_of_one_byte_are_the_same) {
  const served_echo fixture{[](config::settings& settings) { settings.timeouts.handshake = patience; }};
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    byte_by_byte between{fixture.served->connect()};
    tls_wishes wishes = fixture.to("gate.test");
    wishes.version = version;
    between.client().secure(wishes);
    between.client().send(post("/deployment/pub/x", "hello"));
    const std::string answer = between.client().receive_message();
    BOOST_TEST(body_of(answer) == "hello");
    BOOST_TEST(between.bytes() > 300U);
  }
}

BOOST_AUTO_TEST_CASE(pipelined_requests_in_one_record_are_answered_in_order) {
  const served_echo fixture;
  raw_socket client = fixture.connect();
  std::string requests;
  for (int i = 0; i < 20; ++i) requests += post("/deployment/pub/x", std::to_string(i));
  client.send(requests);
  for (int i = 0; i < 20; ++i) BOOST_TEST(body_of(client.receive_message()) == std::to_string(i));
  client.send(get("/ping") + get("/ping"));
  BOOST_TEST(body_of(client.receive_message()) == "pong");
  BOOST_TEST(body_of(client.receive_message()) == "pong");
}

BOOST_AUTO_TEST_CASE(a_slow_reader_gets_everything_and_a_proper_end) {
  const std::string body = pattern(64 * megabytes);
  std::atomic<bool> sent{false};
  scripted_upstream replica{[&](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n");
    connection.send(body);
    sent = true;
  }};
  const tls_fixture fixture{[](config::settings& settings) { settings.timeouts.stream_idle = patience; }};
  fixture.served->deploy("pub", {&replica});
  raw_socket client = fixture.connect();
  client.send(get("/deployment/pub/x", "Connection: close\r\n"));
  std::string answer = client.receive_some();
  BOOST_TEST(!sent);  // what the kernel and the gateway hold is much less than the whole
  answer += client.receive_all();
  BOOST_TEST((body_of(answer) == body));
  BOOST_TEST(client.tls().ended_cleanly());
}

BOOST_AUTO_TEST_CASE(a_client_that_says_it_will_send_no_more_still_gets_its_whole_answer) {
  const std::string body = pattern(8 * megabytes);
  scripted_upstream replica{[&](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }};
  const tls_fixture fixture{[](config::settings& settings) {
    settings.timeouts.stream_idle = patience;
    settings.prediction.cancel_on_half_close = false;
  }};
  fixture.served->deploy("pub", {&replica});
  raw_socket client = fixture.connect();
  client.send(get("/deployment/pub/x"));
  client.tls().send_close_notify();
  client.shutdown_send();
  BOOST_TEST((body_of(client.receive_all()) == body));
  BOOST_TEST(client.tls().ended_cleanly());
}

BOOST_AUTO_TEST_CASE(a_client_that_has_gone_takes_its_request_with_it) {
  scripted_upstream replica{[](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    static_cast<void>(connection.receive_all());
    self.note("closed");
  }};
  const tls_fixture fixture;
  fixture.served->deploy("pub", {&replica});
  for (const bool says_so : {true, false}) {
    raw_socket client = fixture.connect();
    client.send(post("/deployment/pub/x", "{}"));
    const std::size_t before = says_so ? 1 : 3;
    BOOST_REQUIRE(replica.await_requests(before).size() >= before);
    if (says_so) client.tls().send_close_notify();
    if (!says_so) client.shutdown_send();
    BOOST_TEST(replica.await_requests(before + 1).back() == "closed");
  }
}

BOOST_AUTO_TEST_CASE(a_request_and_its_end_in_one_segment_are_both_seen) {
  scripted_upstream replica{[](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    static_cast<void>(connection.receive_all());
    self.note("closed");
  }};
  const tls_fixture fixture;
  fixture.served->deploy("pub", {&replica});
  // The gateway reads both at once, and the kernel tells of neither again.
  raw_socket client = fixture.connect();
  client.hold_back(true);
  client.send(post("/deployment/pub/x", "{}"));
  client.tls().send_close_notify();
  client.hold_back(false);
  BOOST_TEST(replica.await_requests(2).back() == "closed");
}

BOOST_AUTO_TEST_CASE(what_comes_while_an_earlier_record_has_not_been_read_is_not_forgotten) {
  const tls_fixture fixture;
  const auto context = net::tls_context::load(fixture.settings.tls.prediction, fixture.settings.tls.minimum_version,
                                              std::make_shared<net::ticket_keys>(std::chrono::hours{1}));
  BOOST_REQUIRE(context.has_value());
  std::array<int, 2> pair{};
  BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) == 0);
  BOOST_REQUIRE(::fcntl(pair[0], F_SETFL, O_NONBLOCK) == 0);
  raw_socket theirs{pair[1]};
  net::event_loop loop;
  const net::stream_ptr ours{new net::byte_stream{loop, net::socket_handle{pair[0]}}};
  {
    const std::jthread client{[&] { theirs.secure(fixture.to("gate.test")); }};
    ours->start_tls(*context);
    while (ours->handshake() != net::io_status::ok) loop.run_one();
  }
  const auto read = [&] {
    std::array<char, 100> bytes{};
    const net::io_result got = ours->read_some(bytes);
    return std::string{bytes.data(), got.bytes};
  };
  // Two records, which are taken from the kernel at once; before the second is read, the kernel tells of a third.
  theirs.send("first");
  theirs.send("second");
  loop.poll();
  BOOST_TEST(read() == "first");
  theirs.send("third");
  loop.poll();
  BOOST_TEST(read() == "second");
  BOOST_TEST(read() == "third");
  BOOST_TEST(read() == "");
}

BOOST_AUTO_TEST_CASE(a_body_that_is_cut_off_never_looks_complete) {
  scripted_upstream replica{
      [](raw_socket& connection, scripted_upstream& self) { self.note(connection.receive_message()); }};
  const tls_fixture fixture;
  fixture.served->deploy("pub", {&replica});
  raw_socket client = fixture.connect();
  client.send("POST /deployment/pub/x HTTP/1.1\r\nHost: gw.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  client.shutdown_send();
  const std::string seen = replica.await_requests(1).back();
  BOOST_TEST(!seen.ends_with("0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_cut_off_never_looks_complete) {
  scripted_upstream replica{[](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nonly\r\n");
  }};
  const tls_fixture fixture;
  fixture.served->deploy("pub", {&replica});
  raw_socket client = fixture.connect();
  client.send(get("/deployment/pub/x"));
  BOOST_TEST(client.receive_all().find("0\r\n\r\n") == std::string::npos);
  BOOST_TEST(!client.tls().ended_cleanly());
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_closed_properly) {
  const served_echo fixture{[](config::settings& settings) { settings.timeouts.keep_alive = milliseconds{200}; }};
  raw_socket client = fixture.connect();
  client.send(post("/deployment/pub/x", "{}"));
  BOOST_TEST(status_of(client.receive_message()) == 200);
  BOOST_TEST(client.receive_all() == "");
  BOOST_TEST(client.tls().ended_cleanly());
}

BOOST_AUTO_TEST_CASE(reading_certificates_again_under_load_loses_nothing) {
  // Nobody here is slow, whatever else the machine does.
  served_echo fixture{[](config::settings& settings) {
    settings.timeouts.head = settings.timeouts.connect = settings.timeouts.body_grace = patience;
    settings.timeouts.stream_idle = settings.timeouts.handshake = patience;
  }};
  std::atomic<bool> ending{false};
  std::atomic<int> answered{0};
  std::atomic<int> lost{0};
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back([&, i] {
        while (!ending) {
          try {
            raw_socket client = fixture.connect(fixture.to(i % 2 == 0 ? "gate.test" : "other.test"));
            for (int each = 0; each < 5; ++each) {
              client.send(for_host(i % 2 == 0 ? "gate.test" : "other.test", post("/deployment/pub/x", "{}")));
              (status_of(client.receive_message()) == 200 ? answered : lost)++;
            }
          } catch (const std::exception&) {  // counted: nothing may be lost
            ++lost;
          }
        }
      });
    }
    for (int reload = 0; reload < 20; ++reload) {
      const int before = answered;
      const steady_time due = steady_clock::now() + patience;
      while (answered < before + 10 && lost == 0 && steady_clock::now() < due) std::this_thread::yield();
      const auto renewed = fixture.authority.issue_for("renewed" + std::to_string(reload), "gate.test");
      fixture.settings.tls.prediction.certificates.front() = renewed.certificate;
      fixture.settings.tls.prediction.keys.front() = renewed.key;
      BOOST_TEST(fixture.served->gateway->reload_tls(fixture.settings.tls).has_value());
    }
    ending = true;
  }
  BOOST_TEST(answered >= 200);
  BOOST_TEST(lost == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
