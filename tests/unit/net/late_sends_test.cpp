#include "modelgate/net/byte_stream.hpp"
#include "modelgate/net/event_loop.hpp"
#include "modelgate/net/task.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace modelgate::net {
namespace {

using namespace std::string_literals;

io_result write(byte_stream& to, std::string_view text) {
  const iovec piece{const_cast<char*>(text.data()), text.size()};
  return to.write_some({&piece, 1});
}

/// A stream that gathers, and the other end of its connection.
struct connection {
  explicit connection(event_loop& loop) {
    std::array<int, 2> pair{};
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair.data()) == 0);
    ours = stream_ptr{new byte_stream{loop, socket_handle{pair[0]}}};
    ours->gather_sends();
    theirs = socket_handle{pair[1]};
  }

  /// What has come by now; "end" after it where nothing more will, "reset" where it broke.
  [[nodiscard]] std::string come() const {
    std::string all;
    std::array<char, 65'536> some{};
    for (;;) {
      const ssize_t count = ::recv(theirs.get(), some.data(), some.size(), 0);
      if (count < 0) return all + (errno == EAGAIN ? "" : "reset");
      if (count == 0) return all + "end";
      all.append(some.data(), static_cast<std::size_t>(count));
    }
  }

  stream_ptr ours;
  socket_handle theirs;
};

struct fixture {
  event_loop loop;
};

BOOST_FIXTURE_TEST_SUITE(late_sends, fixture)

BOOST_AUTO_TEST_CASE(go_out_at_the_end_of_the_turn_in_their_order) {
  connection one{loop};
  connection other{loop};
  BOOST_TEST((write(*one.ours, "a").status == io_status::ok));
  BOOST_TEST((write(*other.ours, "b").status == io_status::ok));
  BOOST_TEST((write(*one.ours, "c").status == io_status::ok));
  BOOST_TEST(one.ours->has_unsent());
  BOOST_TEST(one.come() == "");
  loop.poll();
  BOOST_TEST(!one.ours->has_unsent());
  BOOST_TEST(one.come() == "ac");
  BOOST_TEST(other.come() == "b");
}

BOOST_AUTO_TEST_CASE(are_not_overtaken_by_what_is_large) {
  connection one{loop};
  const std::string large(10'000, 'x');
  BOOST_TEST(write(*one.ours, "head ").bytes == 5);
  BOOST_TEST(write(*one.ours, large).bytes == large.size());
  BOOST_TEST(one.come() == "head " + large);
  BOOST_TEST(write(*one.ours, " tail").bytes == 5);
  loop.poll();
  BOOST_TEST(one.come() == " tail");
}

BOOST_AUTO_TEST_CASE(are_not_lost_by_a_close_or_the_end_of_sending) {
  connection closed{loop};
  BOOST_TEST(write(*closed.ours, "last words").bytes == 10);
  closed.ours->close();
  BOOST_TEST(closed.come() == "last wordsend");
  connection half{loop};
  BOOST_TEST(write(*half.ours, "last words").bytes == 10);
  half.ours->shutdown_send();
  BOOST_TEST(half.come() == "last wordsend");
  connection gone{loop};
  BOOST_TEST(write(*gone.ours, "last words").bytes == 10);
  gone.ours.reset();
  BOOST_TEST(gone.come() == "last wordsend");
  loop.poll();
}

BOOST_AUTO_TEST_CASE(are_not_taken_by_what_is_closed) {
  connection one{loop};
  one.ours->close();
  BOOST_TEST((write(*one.ours, "too late").status == io_status::failed));
  one.ours.reset();
  loop.poll();
}

BOOST_AUTO_TEST_CASE(are_seen_before_an_abort) {
  connection one{loop};
  BOOST_TEST(write(*one.ours, "half an ans").bytes == 11);
  one.ours->abort();
  BOOST_TEST(one.come().starts_with("half an ans"));
  loop.poll();
}

BOOST_AUTO_TEST_CASE(wait_for_a_slow_reader_and_go_on_by_themselves) {
  connection one{loop};
  const int small = 4'096;
  BOOST_REQUIRE(::setsockopt(one.ours->native_handle(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small) == 0);
  const std::string piece(2'000, 'x');
  std::size_t taken = 0;
  for (int turn = 0; turn < 100; ++turn) {
    const io_result written = write(*one.ours, piece);
    if (written.status == io_status::would_block) break;
    taken += written.bytes;
    loop.poll();
  }
  BOOST_TEST(one.ours->has_unsent());
  one.ours->shutdown_send();  // when all of it has been sent
  std::string all;
  for (int turn = 0; turn < 100 && !all.ends_with("end"); ++turn) {
    all += one.come();
    loop.poll();
  }
  BOOST_TEST(all == std::string(taken, 'x') + "end");
}

BOOST_AUTO_TEST_CASE(tell_by_the_next_write_that_the_connection_broke) {
  connection one{loop};
  one.theirs.reset();
  BOOST_TEST((write(*one.ours, "x").status == io_status::ok));
  loop.poll();
  BOOST_TEST((write(*one.ours, "x").status == io_status::failed));
  BOOST_TEST(!one.ours->has_unsent());
}

task note_at_end(event_loop& loop, std::string& log, char what) {
  co_await loop.at_end_of_turn();
  log += what;
}

/// Does something when the loop tells it of its socket.
struct doing final : watcher {
  explicit doing(event_loop& loop, std::function<void()> what) : does{std::move(what)} {
    std::array<int, 2> pair{};
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair.data()) == 0);
    ours = socket_handle{pair[0]};
    theirs = socket_handle{pair[1]};
    BOOST_REQUIRE(loop.watch(ours.get(), *this, event_loop::trigger::edges));
  }
  void on_ready(std::uint32_t) override { does(); }

  std::function<void()> does;
  socket_handle ours;
  socket_handle theirs;
};

BOOST_AUTO_TEST_CASE(come_after_whoever_waits_for_the_end_of_the_turn) {
  connection one{loop};
  std::string log;
  const auto tell = [&](char what) {
    return [&, what] {
      log += what;
      start(note_at_end(loop, log, static_cast<char>(what - 'a' + 'A')), [](std::exception_ptr) {});
    };
  };
  doing first{loop, tell('a')};
  doing second{loop, tell('b')};
  doing third{loop, tell('c')};
  loop.poll();
  // The last that is told has nobody to wait for.
  BOOST_TEST(log == "abcCAB");
  loop.forget(first.ours.get(), first);
  loop.forget(second.ours.get(), second);
  loop.forget(third.ours.get(), third);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::net
