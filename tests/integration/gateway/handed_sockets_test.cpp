// One gateway after another on the same listening sockets: whoever connects at any time is served.
#include "tests/support/gateway_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace modelgate::test {
namespace {

config::settings with_workers(std::size_t count, net::endpoint address = {"127.0.0.1", 0}) {
  config::settings settings = gateway_fixture::short_settings();
  settings.prediction.workers = count;
  settings.listen.prediction = std::move(address);
  return settings;
}

/// As a process that takes over has them.
std::vector<int> copies_of(const std::vector<int>& sockets) {
  std::vector<int> copies;
  for (const int socket : sockets) copies.push_back(::fcntl(socket, F_DUPFD_CLOEXEC, 0));
  return copies;
}

struct change {
  std::size_t from;
  std::size_t to;
  friend std::ostream& operator<<(std::ostream& out, const change& it) {
    return out << it.from << " -> " << it.to << " workers";
  }
};

const change changes[] = {{2, 2}, {3, 1}, {1, 3}};

}  // namespace

BOOST_AUTO_TEST_SUITE(handed_sockets)

BOOST_DATA_TEST_CASE(nobody_who_connects_is_lost, changes, workers) {
  constexpr int connections = 24;
  const crypto::token_key key = crypto::token_key::generate();
  modelgate::gateway earlier{with_workers(workers.from), key};
  earlier.prepare();  // takes none, so that all of them are in the sockets' queues
  std::vector<raw_socket> clients;
  const auto connect_more = [&](const net::endpoint& to) {
    for (int i = 0; i < connections; ++i) clients.emplace_back(to).send(get("/ping"));
  };
  connect_more(earlier.address());

  modelgate::gateway later{with_workers(workers.to, earlier.address()), key, copies_of(earlier.listening_sockets())};
  BOOST_TEST((later.address() == earlier.address()));
  later.prepare();
  connect_more(earlier.address());
  later.accept();
  BOOST_TEST(earlier.drain(steady_clock::now() + patience));
  connect_more(later.address());
  for (raw_socket& client : clients) {
    BOOST_TEST(body_of(client.receive_message()) == "pong");
    BOOST_TEST(!client.was_reset());
  }
}

BOOST_AUTO_TEST_CASE(a_gateway_that_never_takes_them_leaves_them_to_the_other) {
  const crypto::token_key key = crypto::token_key::generate();
  modelgate::gateway serving{with_workers(2), key};
  serving.start();
  {
    modelgate::gateway fails{with_workers(3, serving.address()), key, copies_of(serving.listening_sockets())};
    fails.prepare();
  }
  for (int i = 0; i < 16; ++i) {
    raw_socket client{serving.address()};
    client.send(get("/ping"));
    BOOST_TEST(body_of(client.receive_message()) == "pong");
  }
}

BOOST_AUTO_TEST_CASE(what_the_kernel_takes_for_a_client_is_what_the_config_of_the_later_one_says) {
  const crypto::token_key key = crypto::token_key::generate();
  const auto bound_of = [](int socket) {
    unsigned bytes = 0;
    socklen_t size = sizeof bytes;
    BOOST_TEST(::getsockopt(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, &size) == 0);
    return bytes;
  };
  modelgate::gateway earlier{with_workers(2), key};
  for (const int socket : earlier.listening_sockets()) BOOST_TEST(bound_of(socket) == 262'144U);
  config::settings other = with_workers(3, earlier.address());
  other.limits.unsent_bytes = 65'536;
  modelgate::gateway later{other, key, copies_of(earlier.listening_sockets())};
  BOOST_TEST(later.listening_sockets().size() == 3U);
  for (const int socket : later.listening_sockets()) BOOST_TEST(bound_of(socket) == 65'536U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
