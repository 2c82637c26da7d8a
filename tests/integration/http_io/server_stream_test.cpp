#include "tests/integration/http_io/raw_connection.hpp"
#include "tests/integration/http_io/running_server.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

namespace modelgate::http_io::test {
namespace {

/// A stream that gives what the test puts into it, and tells when the server has let go of it.
class fed_stream final : public body_stream {
 public:
  explicit fed_stream(std::promise<void> gone) : gone_{std::move(gone)} {}
  ~fed_stream() override { gone_.set_value(); }

  void feed(std::string bytes, bool finished = false) {
    const std::lock_guard lock{mutex_};
    waiting_.bytes += bytes;
    waiting_.finished = finished;
  }

  part next() override {
    const std::lock_guard lock{mutex_};
    return std::exchange(waiting_, {"", waiting_.finished});
  }

 private:
  std::mutex mutex_;
  part waiting_;
  std::promise<void> gone_;
};

/// A server that answers every request with one stream, which it alone owns once the answer is under way.
struct streaming_fixture {
  std::promise<void> promised_gone;
  std::future<void> gone = promised_gone.get_future();
  std::shared_ptr<fed_stream> stream = std::make_shared<fed_stream>(std::move(promised_gone));
  std::weak_ptr<fed_stream> watched = stream;
  running_server served{[this](const request&) {
    response answer;
    answer.body = "first,";
    answer.stream = std::move(stream);
    return answer;
  }};

  void feed(std::string bytes, bool finished = false) {
    if (const auto alive = watched.lock()) alive->feed(std::move(bytes), finished);
  }
  [[nodiscard]] bool is_let_go() const { return gone.wait_for(std::chrono::seconds{10}) == std::future_status::ready; }
};

BOOST_FIXTURE_TEST_SUITE(server_stream_suite, streaming_fixture)

BOOST_AUTO_TEST_CASE(sends_chunks_as_they_come_and_keeps_the_connection) {
  raw_connection peer{served.address()};
  peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string head = peer.read_until("\r\n\r\n");
  BOOST_TEST(head.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
  BOOST_TEST(head.find("Content-Length") == std::string::npos);
  BOOST_TEST(peer.read_until("first,\r\n") == "6\r\nfirst,\r\n");
  feed("second");
  BOOST_TEST(peer.read_until("second\r\n") == "6\r\nsecond\r\n");
  feed("end", true);
  BOOST_TEST(peer.read_until("0\r\n\r\n") == "3\r\nend\r\n0\r\n\r\n");
  BOOST_TEST(is_let_go());
  BOOST_TEST(served.connections() == 1U);
}

BOOST_AUTO_TEST_CASE(an_old_peer_gets_the_bytes_until_the_connection_closes) {
  feed("second", true);
  raw_connection peer{served.address()};
  peer.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const std::string all = peer.read_to_end();
  BOOST_TEST(all.find("Transfer-Encoding") == std::string::npos);
  BOOST_TEST(all.find("Connection: close\r\n") != std::string::npos);
  BOOST_TEST(all.ends_with("\r\n\r\nfirst,second"));
}

BOOST_AUTO_TEST_CASE(head_does_not_ask_the_stream) {
  raw_connection peer{served.address()};
  peer.send("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string all = peer.read_to_end();
  BOOST_TEST(all.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
  BOOST_TEST(all.ends_with("\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(a_silent_stream_ends_when_its_peer_closes) {
  {
    raw_connection peer{served.address()};
    peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    BOOST_TEST(peer.read_until("first,\r\n").ends_with("first,\r\n"));
  }
  BOOST_TEST(is_let_go());
}

BOOST_AUTO_TEST_CASE(a_silent_stream_ends_when_its_peer_resets_with_a_request_behind) {
  raw_connection peer{served.address()};
  peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\n");
  BOOST_TEST(peer.read_until("first,\r\n").ends_with("first,\r\n"));
  peer.reset();
  BOOST_TEST(is_let_go());
}

BOOST_AUTO_TEST_CASE(drain_ends_a_stream_properly) {
  raw_connection peer{served.address()};
  peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  BOOST_TEST(peer.read_until("first,\r\n").ends_with("first,\r\n"));
  served.drain();
  BOOST_TEST(peer.read_to_end() == "0\r\n\r\n");
  BOOST_TEST(is_let_go());
}

BOOST_AUTO_TEST_SUITE_END()

/// A stream that says it will be silent for an hour, and rings when a test has fed it.
class ringing_stream final : public body_stream {
 public:
  void feed(std::string bytes) {
    const std::lock_guard lock{mutex_};
    waiting_ += bytes;
    if (ring_) ring_();
  }
  void set_bell(std::function<void()> ring) override {
    const std::lock_guard lock{mutex_};
    ring_ = std::move(ring);
  }
  part next() override {
    const std::lock_guard lock{mutex_};
    ++asked_;
    return {std::exchange(waiting_, {}), false, {}, std::chrono::hours{1}};
  }
  [[nodiscard]] int asked() {
    const std::lock_guard lock{mutex_};
    return asked_;
  }

 private:
  std::mutex mutex_;
  std::string waiting_;
  std::function<void()> ring_;
  int asked_ = 0;
};

struct ringing_fixture {
  std::shared_ptr<ringing_stream> stream = std::make_shared<ringing_stream>();
  running_server served{[this](const request&) {
                          response answer;
                          answer.body = "first,";
                          answer.stream = stream;
                          return answer;
                        },
                        {},
                        1};
};

BOOST_FIXTURE_TEST_SUITE(server_pausing_stream_suite, ringing_fixture)

BOOST_AUTO_TEST_CASE(is_asked_again_when_it_rings) {
  raw_connection peer{served.address()};
  peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  BOOST_TEST(peer.read_until("first,\r\n").ends_with("first,\r\n"));
  for (const std::string text : {"one", "two", "three"}) {
    stream->feed(text);
    BOOST_TEST(peer.read_until(text + "\r\n").ends_with("\r\n" + text + "\r\n"));
  }
  // Once at first, and at most once for each bell.
  BOOST_TEST(stream->asked() <= 4);
}

BOOST_AUTO_TEST_CASE(holds_no_thread_of_the_pool_meanwhile) {
  raw_connection one{served.address()};
  raw_connection two{served.address()};
  for (raw_connection* const each : {&one, &two}) {
    each->send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    BOOST_TEST(each->read_until("first,\r\n").ends_with("first,\r\n"));
  }
}

BOOST_AUTO_TEST_CASE(ends_when_its_peer_closes) {
  {
    raw_connection peer{served.address()};
    peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    BOOST_TEST(peer.read_until("first,\r\n").ends_with("first,\r\n"));
  }
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (served.connections() > 0 && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
  BOOST_TEST(served.connections() == 0U);
  stream->feed("nobody hears this");  // a bell that rings after the end does no harm
}

BOOST_AUTO_TEST_CASE(ends_with_the_server) {
  raw_connection peer{served.address()};
  peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  BOOST_TEST(peer.read_until("first,\r\n").ends_with("first,\r\n"));
  served.drain();
  BOOST_TEST(peer.read_to_end() == "0\r\n\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(server_broken_stream_suite)

BOOST_AUTO_TEST_CASE(a_stream_that_throws_breaks_off_without_a_proper_end) {
  struct throwing_stream final : body_stream {
    part next() override { throw std::runtime_error{"on purpose, in a test"}; }
  };
  running_server served{[](const request&) {
    response answer;
    answer.body = "first,";
    answer.stream = std::make_shared<throwing_stream>();
    return answer;
  }};
  raw_connection peer{served.address()};
  peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  BOOST_TEST(peer.read_to_end().ends_with("6\r\nfirst,\r\n"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::http_io::test
