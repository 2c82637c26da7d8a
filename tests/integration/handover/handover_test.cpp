#include "gateway/handover.hpp"

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace modelgate::test {
namespace {

struct channels {
  channels() {
    std::array<int, 2> ends{};
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    running.emplace(file_handle{ends[0]});
    next.emplace(file_handle{ends[1]});
  }

  std::optional<handover_channel> running;
  std::optional<handover_channel> next;
  steady_time soon = steady_clock::now() + std::chrono::seconds{20};
};

bool is_same_file(int a, int b) {
  struct stat first {};
  struct stat second {};
  return ::fstat(a, &first) == 0 && ::fstat(b, &second) == 0 && first.st_dev == second.st_dev
         && first.st_ino == second.st_ino;
}

int some_descriptor() {
  return ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(handover, channels)

BOOST_AUTO_TEST_CASE(words_arrive) {
  BOOST_TEST(next->send({"failed", "no port\nat all", {}}, soon));
  const auto message = running->receive(soon);
  BOOST_TEST_REQUIRE(message.has_value());
  BOOST_TEST(message->kind == "failed");
  BOOST_TEST(message->why == "no port\nat all");
}

BOOST_AUTO_TEST_CASE(all_sockets_arrive_in_their_order_however_many_and_none_is_inherited) {
  constexpr int workers = 300;
  handover_offer offer;
  offer.prediction = {{"0.0.0.0", 0}, {"0.0.0.0", 4711}, {}};
  for (int i = 0; i < workers; ++i) offer.prediction.sockets.push_back(some_descriptor());
  offer.control = {{"127.0.0.1", 1}, {"127.0.0.1", 1}, {some_descriptor()}};
  offer.metrics = {{"::1", 2}, {"::1", 2}, {some_descriptor()}};
  offer.upgrade_socket = some_descriptor();
  offer.store_lock = some_descriptor();
  offer.runtime_lock = some_descriptor();
  for (int i = 0; i < 20'000; ++i) offer.served.push_back("deploy-some-model-r1-" + std::to_string(i));
  offer.upgrades = 7;
  offer.failed_upgrades = 2;
  std::thread sending{[&] { BOOST_TEST(running->send({"offer", "", offer}, soon)); }};
  auto message = next->receive(soon);
  sending.join();
  BOOST_TEST_REQUIRE(message.has_value());
  handover_offer& got = message->offer;
  BOOST_TEST_REQUIRE(got.prediction.sockets.size() == workers);
  for (int i = 0; i < workers; ++i) {
    const int socket = got.prediction.sockets[static_cast<std::size_t>(i)];
    BOOST_TEST(is_same_file(socket, offer.prediction.sockets[static_cast<std::size_t>(i)]));
    BOOST_TEST((::fcntl(socket, F_GETFD) & FD_CLOEXEC) != 0);
  }
  BOOST_TEST(is_same_file(got.control.sockets.at(0), offer.control.sockets.at(0)));
  BOOST_TEST(is_same_file(got.metrics.sockets.at(0), offer.metrics.sockets.at(0)));
  BOOST_TEST(is_same_file(got.upgrade_socket, offer.upgrade_socket));
  BOOST_TEST(is_same_file(got.store_lock, offer.store_lock));
  BOOST_TEST(is_same_file(got.runtime_lock, offer.runtime_lock));
  BOOST_TEST((got.metrics.bound == net::endpoint{"::1", 2}));
  BOOST_TEST(got.served == offer.served);
  BOOST_TEST(got.upgrades == 7U);
  BOOST_TEST(got.failed_upgrades == 2U);

  BOOST_TEST(take_sockets(got.prediction, {"0.0.0.0", 0}).size() == workers, "where it was configured to listen");
  BOOST_TEST(take_sockets(got.metrics, {"::1", 2}).size() == 1U);
  const int other = got.control.sockets.at(0);
  BOOST_TEST(take_sockets(got.control, {"127.0.0.1", 9}).empty());
  BOOST_TEST(::fcntl(other, F_GETFD) == -1, "closed: nobody here listens there");
}

BOOST_AUTO_TEST_CASE(the_end_of_the_other_and_nonsense_are_no_message) {
  BOOST_TEST(::send(next->descriptor(), "\1\0\0\0\0\0\0\0{", 9, 0) == 9);
  BOOST_TEST(!running->receive(soon).has_value());
  next->close();
  BOOST_TEST(!running->receive(soon).has_value());
  BOOST_TEST(!running->send({"commit", "", {}}, soon));
}

BOOST_AUTO_TEST_CASE(waiting_has_an_end_and_tells_who_is_readable) {
  const std::array<int, 3> waited{running->descriptor(), -1, next->descriptor()};
  BOOST_TEST(wait_readable(waited, steady_clock::now()) == -1);
  BOOST_TEST(running->send({"hello", "", {}}, soon));
  BOOST_TEST(wait_readable(waited, soon) == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
