#include "gateway/server/handshake_turns.hpp"

#include "modelgate/net/task.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <vector>

namespace modelgate::server {
namespace {

struct turns_of_a_loop {
  net::event_loop loop;
  handshake_turns turns{loop};
  net::wake_signal signal;

  std::unique_ptr<handshake_turns::place> join(bool begun = false) {
    return std::make_unique<handshake_turns::place>(turns, signal, begun);
  }
};

BOOST_FIXTURE_TEST_SUITE(handshake_turns_suite, turns_of_a_loop)

BOOST_AUTO_TEST_CASE(the_first_does_not_wait_and_the_others_go_in_the_order_of_their_coming) {
  const auto first = join();
  const auto second = join();
  const auto third = join();
  BOOST_TEST(first->has_come());
  BOOST_TEST(!second->has_come());
  loop.run_one();
  BOOST_TEST(second->has_come());
  BOOST_TEST(!third->has_come());
  loop.run_one();
  BOOST_TEST(third->has_come());
}

BOOST_AUTO_TEST_CASE(what_is_ready_goes_before_the_next_one) {
  const auto first = join();
  const auto second = join();
  const auto third = join();
  bool second_had_come = false;
  bool third_had_come = true;
  loop.post([&] {
    second_had_come = second->has_come();
    third_had_come = third->has_come();
  });
  loop.poll();
  BOOST_TEST(second_had_come);  // that one was there before
  BOOST_TEST(!third_had_come);
  BOOST_TEST(third->has_come());
}

BOOST_AUTO_TEST_CASE(bytes_that_have_come_on_a_socket_go_before_the_next_one_but_one) {
  std::array<int, 2> pair{};
  BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) == 0);
  const net::socket_handle ours{pair[0]};
  const net::socket_handle theirs{pair[1]};
  std::vector<std::unique_ptr<handshake_turns::place>> line;
  for (int i = 0; i < 32; ++i) line.push_back(join());
  struct counting_reader final : net::watcher {
    void on_ready(std::uint32_t /*events*/) override {
      come_before_the_bytes =
          std::count_if(line->begin(), line->end(), [](const auto& each) { return each->has_come(); });
    }
    const std::vector<std::unique_ptr<handshake_turns::place>>* line = nullptr;
    std::optional<std::ptrdiff_t> come_before_the_bytes;
  };
  counting_reader reader;
  reader.line = &line;
  BOOST_REQUIRE(loop.watch(ours.get(), reader, net::event_loop::trigger::input));
  BOOST_REQUIRE(::send(theirs.get(), "a prediction", 12, 0) == 12);
  loop.run_one();
  BOOST_REQUIRE(reader.come_before_the_bytes);
  BOOST_TEST(*reader.come_before_the_bytes <= 2);
  loop.forget(ours.get(), reader);
  loop.poll();
  BOOST_TEST(line.back()->has_come());
}

BOOST_AUTO_TEST_CASE(what_has_begun_and_what_is_new_take_turns) {
  const auto first = join();
  const auto fresh = join();
  const auto next_fresh = join();
  const auto begun = join(true);
  const auto next_begun = join(true);
  loop.run_one();
  BOOST_TEST(begun->has_come());  // although it came later
  BOOST_TEST(!fresh->has_come());
  loop.run_one();
  BOOST_TEST(fresh->has_come());
  BOOST_TEST(!next_begun->has_come());
  loop.run_one();
  BOOST_TEST(next_begun->has_come());
  loop.run_one();
  BOOST_TEST(next_fresh->has_come());
}

BOOST_AUTO_TEST_CASE(who_leaves_the_line_is_passed_over) {
  const auto first = join();
  auto second = join();
  const auto third = join();
  second.reset();
  loop.run_one();
  BOOST_TEST(third->has_come());
}

BOOST_AUTO_TEST_CASE(after_a_turn_without_a_taker_nobody_waits) {
  { const auto only = join(); }
  loop.poll();
  BOOST_TEST(join()->has_come());
}

BOOST_AUTO_TEST_CASE(whose_turn_comes_is_told) {
  const auto first = join();
  net::wake_signal told;
  const handshake_turns::place second{turns, told, false};
  bool woken = false;
  const auto listen = [&]() -> net::task {
    co_await told.wait();
    woken = second.has_come();
  };
  net::start(listen(), [](std::exception_ptr failure) { BOOST_TEST(!failure); });
  loop.poll();
  BOOST_TEST(woken);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::server
