#include "tests/support/gated_replica.hpp"
#include "tests/support/gateway_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>
#include <vector>

namespace modelgate::test {
namespace {

using namespace std::chrono_literals;

config::deployment_config with_one_slot(const gated_replica& replica) {
  config::deployment_config made = gateway_fixture::make("pub", {&replica.upstream});
  gateway_fixture::declare(made, 1);
  return made;
}

void await_waiting(const gateway_fixture& fixture, double count) {
  while (fixture.metric("modelgate_queue_depth{deployment_name=\"pub\"}") != count) std::this_thread::yield();
}

/// A client whose request takes the one slot.
raw_socket occupy(const gateway_fixture& fixture, const gated_replica& replica) {
  raw_socket client = fixture.connect();
  client.send(post("/deployment/pub/x", "{}"));
  static_cast<void>(replica.upstream.await_requests(1));
  return client;
}

/// A client whose request is the first that waits.
raw_socket join_queue(const gateway_fixture& fixture) {
  raw_socket client = fixture.connect();
  client.send(post("/deployment/pub/x", "{}"));
  await_waiting(fixture, 1);
  return client;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(queue)

BOOST_AUTO_TEST_CASE(requests_wait_for_the_one_slot_in_their_order_over_all_workers) {
  gated_replica replica;
  config::settings settings = gateway_fixture::short_settings();
  settings.prediction.workers = 2;
  gateway_fixture fixture{settings};
  fixture.deploy(with_one_slot(replica));
  std::vector<raw_socket> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(fixture.connect());
    clients.back().send(post("/deployment/pub/" + std::to_string(i), "{}"));
    if (i == 0)
      static_cast<void>(replica.upstream.await_requests(1));
    else
      await_waiting(fixture, i);
  }
  BOOST_TEST(replica.upstream.requests().size() == 1U);
  for (std::size_t i = 0; i < clients.size(); ++i) {
    ++replica.let_go;
    BOOST_TEST(status_of(clients[i].receive_message()) == 200);
  }
  const std::vector<std::string> served = replica.upstream.requests();
  for (std::size_t i = 0; i < served.size(); ++i) {
    BOOST_TEST(served[i].find("POST /" + std::to_string(i) + " ") == 0U, served[i]);
  }
  BOOST_TEST(fixture.metric("modelgate_queued_requests_total") == 7);
}

BOOST_AUTO_TEST_CASE(a_body_that_came_before_its_slot_is_sent_whole) {
  gated_replica replica;
  gateway_fixture fixture;
  fixture.deploy(with_one_slot(replica));
  raw_socket first = occupy(fixture, replica);
  const std::string large(300'000, 'x');
  raw_socket second = fixture.connect();
  std::thread sending{[&] { second.send(post("/deployment/pub/y", large)); }};
  await_waiting(fixture, 1);
  replica.let_go = 2;
  BOOST_TEST(status_of(first.receive_message()) == 200);
  BOOST_TEST(status_of(second.receive_message()) == 200);
  sending.join();
  BOOST_TEST(body_of(replica.upstream.requests().at(1)) == large);
}

BOOST_AUTO_TEST_CASE(a_full_queue_is_503_and_says_when_to_come_back) {
  gated_replica replica;
  gateway_fixture fixture;
  config::deployment_config deployment = with_one_slot(replica);
  deployment.serving.max_queue = 1;
  fixture.deploy(deployment);
  raw_socket first = occupy(fixture, replica);
  raw_socket second = join_queue(fixture);

  raw_socket third = fixture.connect();
  third.send(post("/deployment/pub/x", "{}"));
  const std::string refused = third.receive_message();
  BOOST_TEST(status_of(refused) == 503);
  BOOST_TEST(body_of(refused).find("QUEUE_FULL") != std::string::npos);
  BOOST_TEST(refused.find("\r\nRetry-After: 1\r\n") != std::string::npos);
  BOOST_TEST(fixture.metric("modelgate_queue_refusals_total{reason=\"full\"}") == 1);

  replica.let_go = 3;
  BOOST_TEST(status_of(first.receive_message()) == 200);
  BOOST_TEST(status_of(second.receive_message()) == 200);
  third.send(post("/deployment/pub/x", "{}"));  // its connection is good
  BOOST_TEST(status_of(third.receive_message()) == 200);
}

BOOST_AUTO_TEST_CASE(who_waits_too_long_is_503_and_never_reaches_the_replica) {
  gated_replica replica;
  gateway_fixture fixture;
  config::deployment_config deployment = with_one_slot(replica);
  deployment.serving.queue_timeout = 50ms;
  fixture.deploy(deployment);
  raw_socket first = occupy(fixture, replica);
  const std::string refused = fixture.ask(post("/deployment/pub/late", "{}"));
  BOOST_TEST(status_of(refused) == 503);
  BOOST_TEST(body_of(refused).find("QUEUE_TIMEOUT") != std::string::npos);
  BOOST_TEST(refused.find("\r\nRetry-After: ") != std::string::npos);
  replica.let_go = 10;
  BOOST_TEST(status_of(first.receive_message()) == 200);
  BOOST_TEST(status_of(fixture.ask(post("/deployment/pub/next", "{}"))) == 200);
  for (const std::string& each : replica.upstream.requests()) BOOST_TEST(each.find("/late") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_deadline_that_passes_in_the_queue_is_504_and_says_where_the_time_went) {
  gated_replica replica;
  gateway_fixture fixture;
  config::deployment_config deployment = with_one_slot(replica);
  fixture.deploy(deployment);
  raw_socket first = occupy(fixture, replica);
  deployment.serving.timeout = 60ms;
  fixture.deploy(deployment);
  const std::string late = fixture.ask(post("/deployment/pub/late", "{}"));
  BOOST_TEST(status_of(late) == 504);
  BOOST_TEST(body_of(late).find("for a free replica, 0.000 s for the connection") != std::string::npos, late);
  replica.let_go = 10;
  BOOST_TEST(status_of(first.receive_message()) == 200);
  BOOST_TEST(replica.upstream.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_the_queue_never_reaches_the_replica) {
  gated_replica replica;
  gateway_fixture fixture;
  fixture.deploy(with_one_slot(replica));
  raw_socket first = occupy(fixture, replica);
  for (const bool with_reset : {false, true}) {
    for (const std::size_t size : {std::size_t{2}, std::size_t{20'000}}) {  // the larger one does not fit in our input
      raw_socket leaves = fixture.connect();
      leaves.send(post("/deployment/pub/left", std::string(size, 'x')));
      await_waiting(fixture, 1);
      if (with_reset)
        leaves.reset();
      else
        leaves.shutdown_send();
      await_waiting(fixture, 0);
    }
  }
  replica.let_go = 10;
  BOOST_TEST(status_of(first.receive_message()) == 200);
  BOOST_TEST(status_of(fixture.ask(post("/deployment/pub/x", "{}"))) == 200);
  BOOST_TEST(replica.upstream.requests().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_new_replica_serves_who_waits) {
  gated_replica busy;
  scripted_upstream free;
  gateway_fixture fixture;
  fixture.deploy(with_one_slot(busy));
  raw_socket first = occupy(fixture, busy);
  raw_socket second = join_queue(fixture);
  config::deployment_config both = gateway_fixture::make("pub", {&busy.upstream, &free});
  gateway_fixture::declare(both, 1);
  fixture.deploy(both);
  BOOST_TEST(status_of(second.receive_message()) == 200);
  BOOST_TEST(free.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_deployment_that_stops_is_told_so) {
  gated_replica replica;
  gateway_fixture fixture;
  fixture.deploy(with_one_slot(replica));
  raw_socket first = occupy(fixture, replica);
  raw_socket second = join_queue(fixture);
  config::deployment_config stopped = with_one_slot(replica);
  stopped.state = config::deployment_state::stopped;
  stopped.endpoints.clear();
  fixture.deploy(stopped);
  BOOST_TEST(status_of(second.receive_message()) == 503);
  replica.let_go = 1;
  BOOST_TEST(status_of(first.receive_message()) == 200);  // what was on its way is finished
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
