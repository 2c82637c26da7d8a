#include "modelgate/net/event_loop.hpp"
#include "modelgate/net/task.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace modelgate::net {
namespace {

using namespace std::chrono_literals;

/// Two connected sockets, and what the loop told of the first.
struct watched_pair final : watcher {
  explicit watched_pair(event_loop& owner) : loop{owner} {
    std::array<int, 2> pair{};
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair.data()) == 0);
    ours = socket_handle{pair[0]};
    theirs = socket_handle{pair[1]};
  }
  ~watched_pair() { loop.forget(ours.get(), *this); }
  watched_pair(const watched_pair&) = delete;
  watched_pair& operator=(const watched_pair&) = delete;

  void watch(event_loop::trigger when = event_loop::trigger::edges) {
    BOOST_REQUIRE(loop.watch(ours.get(), *this, when));
  }
  void send() const { BOOST_REQUIRE(::send(theirs.get(), "x", 1, 0) == 1); }
  void on_ready(std::uint32_t events) override {
    told.push_back(events);
    if (then) then();
  }
  [[nodiscard]] bool was_told_of(std::uint32_t event) const { return !told.empty() && (told.back() & event) != 0; }

  event_loop& loop;
  socket_handle ours;
  socket_handle theirs;
  std::vector<std::uint32_t> told;
  std::function<void()> then;
};

struct fixture {
  event_loop loop;
};

BOOST_FIXTURE_TEST_SUITE(event_loop_suite, fixture)

BOOST_AUTO_TEST_CASE(an_edge_is_told_once) {
  watched_pair pair{loop};
  pair.watch();
  loop.poll();
  BOOST_TEST(pair.was_told_of(EPOLLOUT));
  BOOST_TEST(!pair.was_told_of(EPOLLIN));
  pair.send();
  loop.poll();
  BOOST_TEST(pair.was_told_of(EPOLLIN));
  const std::size_t told = pair.told.size();
  loop.poll();
  BOOST_TEST(pair.told.size() == told);
  pair.send();  // more of the same is another edge
  loop.poll();
  BOOST_TEST(pair.told.size() == told + 1);
}

BOOST_AUTO_TEST_CASE(who_looks_again_is_told_again) {
  watched_pair pair{loop};
  pair.watch();
  pair.send();
  loop.poll();
  const std::size_t told = pair.told.size();
  loop.look_again(pair.ours.get(), pair);
  loop.poll();
  BOOST_TEST(pair.told.size() == told + 1);
  BOOST_TEST(pair.was_told_of(EPOLLIN));
}

BOOST_AUTO_TEST_CASE(input_is_told_as_long_as_it_is_there) {
  watched_pair pair{loop};
  pair.watch(event_loop::trigger::input);
  pair.send();
  loop.poll();
  loop.poll();
  BOOST_TEST(pair.told.size() == 2U);
}

BOOST_AUTO_TEST_CASE(that_the_peer_has_read_is_told_to_those_only_who_ask_for_it) {
  for (const auto when : {event_loop::trigger::edges, event_loop::trigger::input_edges}) {
    watched_pair pair{loop};
    pair.watch(when);
    loop.poll();
    const std::size_t told = pair.told.size();
    BOOST_REQUIRE(::send(pair.ours.get(), "x", 1, 0) == 1);
    char taken = 0;
    BOOST_REQUIRE(::recv(pair.theirs.get(), &taken, 1, 0) == 1);
    loop.poll();
    BOOST_TEST(pair.told.size() == told + (when == event_loop::trigger::edges ? 1 : 0));
    pair.send();
    loop.poll();
    BOOST_TEST(pair.was_told_of(EPOLLIN));
  }
}

BOOST_AUTO_TEST_CASE(what_is_posted_here_is_done_in_the_next_turn_without_a_wait) {
  bool is_done = false;
  loop.post_here([&] { loop.post_here([&] { is_done = true; }); });
  const std::uint64_t turns = loop.turns();
  loop.run_one();
  BOOST_TEST(!is_done);
  loop.run_one();
  BOOST_TEST(is_done);
  BOOST_TEST(loop.turns() == turns + 2);
}

BOOST_AUTO_TEST_CASE(the_end_of_the_peers_side_is_told) {
  watched_pair pair{loop};
  pair.watch();
  loop.poll();
  BOOST_REQUIRE(::shutdown(pair.theirs.get(), SHUT_WR) == 0);
  loop.poll();
  BOOST_TEST(pair.was_told_of(EPOLLRDHUP));
}

BOOST_AUTO_TEST_CASE(who_is_forgotten_is_not_told_what_the_kernel_said_already) {
  watched_pair first{loop};
  watched_pair second{loop};
  const auto end_the_other = [&](watched_pair& other) { return [&] { loop.forget(other.ours.get(), other); }; };
  first.then = end_the_other(second);
  second.then = end_the_other(first);
  first.watch();
  second.watch();
  loop.poll();
  BOOST_TEST(first.told.size() + second.told.size() == 1U);
}

BOOST_AUTO_TEST_CASE(another_thread_wakes_it) {
  std::vector<int> done;
  std::thread other{[&] {
    loop.post([&] { done.push_back(1); });
    loop.post([&] { done.push_back(2); });
    loop.post([&] { loop.stop(); });
  }};
  loop.run();
  other.join();
  BOOST_TEST(done == (std::vector<int>{1, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(another_thread_ends_it) {
  std::thread other{[&] { loop.stop(); }};
  loop.run();
  other.join();
}

BOOST_AUTO_TEST_CASE(what_posts_itself_again_lets_the_sockets_have_their_turn) {
  watched_pair pair{loop};
  pair.watch(event_loop::trigger::input);
  pair.send();
  int turns = 0;
  std::function<void()> again = [&] {
    if (pair.told.empty() && ++turns < 10) loop.post(again);
  };
  loop.post(again);
  loop.run_one();
  loop.run_one();
  BOOST_TEST(!pair.told.empty());
  BOOST_TEST(turns <= 1);
}

BOOST_AUTO_TEST_CASE(alarms_go_off_once_in_the_order_of_their_times) {
  std::vector<int> rung;
  loop.call_after(2ms, [&] {
    rung.push_back(2);
    loop.stop();
  });
  loop.call_after(1ms, [&] { rung.push_back(1); });
  loop.run();
  BOOST_TEST(rung == (std::vector<int>{1, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_alarm_may_set_the_next) {
  int rung = 0;
  std::function<void()> ring = [&] {
    if (++rung == 3) {
      loop.stop();
    } else {
      loop.call_after(1ms, ring);
    }
  };
  loop.call_after(1ms, ring);
  loop.run();
  BOOST_TEST(rung == 3);
}

BOOST_AUTO_TEST_CASE(who_yields_lets_everything_go_first_that_is_ready) {
  std::string order;
  const auto yields = [&]() -> task {
    loop.post([&] { order += "posted "; });
    co_await loop.yield_turn();
    order += "yielded";
  };
  start(yields(), [](std::exception_ptr failure) { BOOST_TEST(!failure); });
  loop.poll();
  loop.poll();
  BOOST_TEST(order == "posted yielded");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::net
