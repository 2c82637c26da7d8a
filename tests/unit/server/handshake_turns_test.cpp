#include "gateway/server/handshake_turns.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <vector>

namespace modelgate::server {
namespace {

struct turns_of_a_loop {
  boost::asio::io_context loop{1};
  handshake_turns turns{loop.get_executor()};
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
  loop.poll_one();
  BOOST_TEST(second->has_come());
  BOOST_TEST(!third->has_come());
  loop.poll_one();
  BOOST_TEST(third->has_come());
}

BOOST_AUTO_TEST_CASE(what_is_ready_goes_before_the_next_one) {
  const auto first = join();
  const auto second = join();
  const auto third = join();
  bool second_had_come = false;
  bool third_had_come = true;
  boost::asio::post(loop, [&] {
    second_had_come = second->has_come();
    third_had_come = third->has_come();
  });
  loop.poll();
  BOOST_TEST(second_had_come);  // that one was there before
  BOOST_TEST(!third_had_come);
  BOOST_TEST(third->has_come());
}

BOOST_AUTO_TEST_CASE(bytes_that_have_come_on_a_socket_go_before_the_next_one_but_one) {
  using boost::asio::local::stream_protocol;
  stream_protocol::socket ours{loop};
  stream_protocol::socket theirs{loop};
  boost::asio::local::connect_pair(ours, theirs);
  std::optional<int> come_before_the_bytes;
  std::vector<std::unique_ptr<handshake_turns::place>> line;
  for (int i = 0; i < 32; ++i) line.push_back(join());
  ours.async_wait(stream_protocol::socket::wait_read, [&](const boost::system::error_code&) {
    come_before_the_bytes = 0;
    for (const auto& each : line) *come_before_the_bytes += each->has_come() ? 1 : 0;
  });
  boost::asio::write(theirs, boost::asio::buffer("a prediction"));
  loop.poll();
  BOOST_REQUIRE(come_before_the_bytes);
  BOOST_TEST(*come_before_the_bytes <= 2);
  BOOST_TEST(line.back()->has_come());
}

BOOST_AUTO_TEST_CASE(what_has_begun_and_what_is_new_take_turns) {
  const auto first = join();
  const auto fresh = join();
  const auto next_fresh = join();
  const auto begun = join(true);
  const auto next_begun = join(true);
  loop.poll_one();
  BOOST_TEST(begun->has_come());  // although it came later
  BOOST_TEST(!fresh->has_come());
  loop.poll_one();
  BOOST_TEST(fresh->has_come());
  BOOST_TEST(!next_begun->has_come());
  loop.poll_one();
  BOOST_TEST(next_begun->has_come());
  loop.poll_one();
  BOOST_TEST(next_fresh->has_come());
}

BOOST_AUTO_TEST_CASE(who_leaves_the_line_is_passed_over) {
  const auto first = join();
  auto second = join();
  const auto third = join();
  second.reset();
  loop.poll_one();
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
  boost::asio::co_spawn(loop.get_executor(), listen, [](std::exception_ptr failure) { BOOST_TEST(!failure); });
  loop.poll();
  BOOST_TEST(woken);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::server
