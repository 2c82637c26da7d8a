// Changes of some of many deployments, as clients on every worker see them.
#include "tests/support/gateway_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace modelgate::test {
namespace {

constexpr std::size_t workers = 4;
constexpr std::size_t connections = 48;  // so many that every worker has some
constexpr int others = 500;

struct many_deployments {
  many_deployments() {
    snapshot.deployments.push_back(private_one({fixture.credential("alice", token.reveal())}));
    for (int i = 0; i < others; ++i) {
      config::deployment_config stopped = gateway_fixture::make("other-" + std::to_string(i), {});
      stopped.state = config::deployment_state::stopped;
      snapshot.deployments.push_back(std::make_shared<const config::deployment_config>(std::move(stopped)));
    }
    publish();
    for (std::size_t i = 0; i < connections; ++i) clients.push_back(fixture.connect());
  }

  static config::settings settings() {
    config::settings made = gateway_fixture::short_settings();
    made.prediction.workers = workers;
    made.timeouts.head = std::chrono::seconds{30};  // all connections are made before the first one asks
    return made;
  }
  config::deployment_config_ptr private_one(std::vector<config::client_credential> credentials) const {
    config::deployment_config made = gateway_fixture::make("d", {&replica});
    made.access = config::access_type::clients;
    made.clients = std::move(credentials);
    return std::make_shared<const config::deployment_config>(std::move(made));
  }
  void publish() {
    ++snapshot.generation;
    fixture.gateway->publish(std::make_shared<const config::snapshot>(snapshot));
    BOOST_TEST_REQUIRE(
        fixture.gateway->wait_until_live(snapshot.generation, steady_clock::now() + std::chrono::seconds{30}));
  }
  /// What each connection is answered; -1: not all the same.
  int statuses(const std::string& id) {
    const std::string request =
        post("/deployment/" + id + "/x", "{}", "Authorization: Bearer " + std::string{token.reveal()} + "\r\n");
    std::vector<int> all;
    for (raw_socket& client : clients) {
      client.send(request);
      all.push_back(status_of(client.receive_message()));
    }
    return std::all_of(all.begin(), all.end(), [&](int each) { return each == all.front(); }) ? all.front() : -1;
  }

  scripted_upstream replica;
  gateway_fixture fixture{settings()};
  crypto::secret token = crypto::generate_token(crypto::token_kind::client);
  config::snapshot snapshot;
  std::vector<raw_socket> clients;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(changes_of_some_of_many, many_deployments)

BOOST_AUTO_TEST_CASE(a_revocation_is_live_on_every_worker_when_it_is_said_to_be) {
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(statuses("d") == 200);
    snapshot.deployments[0] = private_one({});
    publish();
    BOOST_TEST(statuses("d") == 401);
    snapshot.deployments[0] = private_one({fixture.credential("alice", token.reveal())});
    publish();
  }
}

BOOST_AUTO_TEST_CASE(one_that_goes_is_unknown_and_the_next_one_in_its_place_is_itself) {
  BOOST_TEST(statuses("d") == 200);
  const auto kept = snapshot.deployments[0];
  snapshot.deployments.erase(snapshot.deployments.begin());
  publish();
  BOOST_TEST(statuses("d") == 404);
  config::deployment_config next = gateway_fixture::make("next", {});
  next.state = config::deployment_state::stopped;
  snapshot.deployments.push_back(std::make_shared<const config::deployment_config>(std::move(next)));
  publish();
  BOOST_TEST(statuses("d") == 404);
  BOOST_TEST(statuses("next") == 503);
  // Renamed, and back again: at once, and elsewhere in the list.
  snapshot.deployments.back() = kept;
  publish();
  BOOST_TEST(statuses("next") == 404);
  BOOST_TEST(statuses("d") == 200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
