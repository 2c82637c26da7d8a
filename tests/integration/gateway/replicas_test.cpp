#include "tests/support/gateway_fixture.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace modelgate::test {

BOOST_AUTO_TEST_SUITE(replicas)

BOOST_AUTO_TEST_CASE(a_connection_is_kept_for_the_next_request) {
  scripted_upstream replica;
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  raw_socket client = fixture.connect();
  for (int i = 0; i < 5; ++i) {
    client.send(get("/deployment/pub/x"));
    BOOST_TEST(status_of(client.receive_message()) == 200);
  }
  BOOST_TEST(replica.connections() == 1);
  BOOST_TEST(fixture.metric("modelgate_upstream_reuses_total") == 4);
}

BOOST_AUTO_TEST_CASE(a_replica_may_be_a_socket_of_this_machine) {
  const tests::temporary_folder folder;
  scripted_upstream replica{scripted_upstream::socket_path{folder.path() / "model.sock"}};
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  raw_socket client = fixture.connect();
  for (int i = 0; i < 3; ++i) {
    client.send(post("/deployment/pub/x", "{}"));
    BOOST_TEST(status_of(client.receive_message()) == 200);
    BOOST_TEST(field_of(replica.requests().back(), "Host") == "localhost");
    BOOST_TEST(body_of(replica.requests().back()) == "{}");
  }
  BOOST_TEST(replica.connections() == 1);

  replica.stop();
  client.send(post("/deployment/pub/x", "{}"));
  const std::string answer = client.receive_message();
  BOOST_TEST(status_of(answer) == 502);
  BOOST_TEST(fixture.metric("modelgate_upstream_connect_failures_total") > 0);
}

BOOST_AUTO_TEST_CASE(a_connection_that_the_replica_closed_is_not_used_again) {
  scripted_upstream replica{[](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");  // and closes without having said so
  }};
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  raw_socket client = fixture.connect();
  for (int i = 0; i < 20; ++i) {
    client.send(get("/deployment/pub/x"));
    BOOST_TEST(status_of(client.receive_message()) == 200);
    // The close comes a moment after the answer; what is tested is that it is seen, not how fast.
    while (replica.connections() > 0 && !replica.all_closed()) std::this_thread::yield();
  }
  BOOST_TEST(replica.requests().size() == 20U);
}

BOOST_AUTO_TEST_CASE(a_replica_that_closes_connections_as_they_are_used_is_not_given_one_twice) {
  scripted_upstream replica{[](raw_socket& connection, scripted_upstream&) {
    static_cast<void>(connection.receive_message());
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    static_cast<void>(connection.receive_message());  // and closes: this one is lost
  }};
  config::settings settings = gateway_fixture::short_settings();
  settings.prediction.workers = 1;
  gateway_fixture fixture{settings};
  fixture.deploy("pub", {&replica});
  raw_socket client = fixture.connect();
  std::vector<int> statuses;
  for (int i = 0; i < 40; ++i) {
    client.send(post("/deployment/pub/x", "{}"));
    statuses.push_back(status_of(client.receive_message()));
  }
  // Every second one would be lost. Three are, and one more for each second that this takes at most.
  BOOST_TEST(std::count(statuses.begin(), statuses.end(), 502) >= 3);
  BOOST_TEST(std::count(statuses.begin(), statuses.end(), 502) <= 6);
  BOOST_TEST(std::count(statuses.begin(), statuses.end(), 200) >= 34);
}

BOOST_AUTO_TEST_CASE(a_refused_connection_goes_to_another_replica) {
  scripted_upstream dead;
  dead.stop();
  scripted_upstream alive;
  gateway_fixture fixture;
  fixture.deploy("pub", {&dead, &alive});
  for (int i = 0; i < 10; ++i) {
    const std::string answer = fixture.ask(post("/deployment/pub/x", "{}"));
    BOOST_TEST(status_of(answer) == 200, answer);
  }
  BOOST_TEST(fixture.metric("modelgate_retries_total{reason=\"connect\"}") > 0);
  for (const std::string& seen : alive.requests()) {
    BOOST_TEST(field_of(seen, "Host") == net::to_string(alive.address()));
    BOOST_TEST(body_of(seen) == "{}");
  }
}

BOOST_AUTO_TEST_CASE(without_another_replica_it_is_502) {
  scripted_upstream dead;
  dead.stop();
  gateway_fixture fixture;
  fixture.deploy("pub", {&dead});
  const std::string answer = fixture.ask(post("/deployment/pub/x", "{}"));
  BOOST_TEST(status_of(answer) == 502);
  BOOST_TEST(body_of(answer).find("UPSTREAM_CONNECT") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_request_that_was_sent_is_never_sent_twice) {
  scripted_upstream resets{
      [](raw_socket& connection, scripted_upstream& self) { self.note(connection.receive_message()); }};
  scripted_upstream other;
  gateway_fixture fixture;
  fixture.deploy("pub", {&resets});
  config::deployment_config both = gateway_fixture::make("both", {&resets, &other});
  fixture.deploy(both);
  const std::string answer = fixture.ask(post("/deployment/pub/x", "{}"));
  BOOST_TEST(status_of(answer) == 502);
  BOOST_TEST(body_of(answer).find("UPSTREAM_RESET") != std::string::npos);
  std::size_t failed = 0;
  for (int i = 0; i < 10; ++i) failed += status_of(fixture.ask(post("/deployment/both/x", "{}"))) == 502 ? 1 : 0;
  BOOST_TEST(resets.requests().size() == failed + 1);
  BOOST_TEST(other.requests().size() == 10 - failed);
}

BOOST_AUTO_TEST_CASE(a_replica_that_reset_a_request_does_not_attract_the_next) {
  scripted_upstream resets{
      [](raw_socket& connection, scripted_upstream& self) { self.note(connection.receive_message()); }};
  std::atomic<bool> let_go{false};
  scripted_upstream holds{[&](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    while (!let_go) std::this_thread::yield();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    static_cast<void>(connection.receive_some());
  }};
  config::settings settings = gateway_fixture::short_settings();
  settings.timeouts.replica_doubt = std::chrono::minutes{10};
  gateway_fixture fixture{settings};
  fixture.deploy("pub", {&resets, &holds});
  std::vector<raw_socket> clients;
  for (int i = 0; i < 8; ++i) {
    const std::size_t before = resets.requests().size();
    clients.push_back(fixture.connect());
    clients.back().send(post("/deployment/pub/x", "{}"));
    while (resets.requests().size() + holds.requests().size() < clients.size()) std::this_thread::yield();
    // From here on the one that reset has nothing in flight, and the other one more and more.
    if (resets.requests().size() > before) BOOST_TEST(status_of(clients.back().receive_message()) == 502);
  }
  BOOST_TEST(resets.requests().size() == 1U);
  BOOST_TEST(holds.requests().size() == 7U);
  let_go = true;
}

BOOST_AUTO_TEST_CASE(a_replica_that_returns_keeps_its_count) {
  std::atomic<bool> let_go{false};
  scripted_upstream holds{[&](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    while (!let_go) std::this_thread::yield();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    static_cast<void>(connection.receive_some());
  }};
  scripted_upstream other;
  gateway_fixture fixture;
  fixture.deploy("pub", {&holds});
  raw_socket client = fixture.connect();
  client.send(post("/deployment/pub/x", "{}"));
  static_cast<void>(holds.await_requests(1));
  fixture.deploy("pub", {&other});
  fixture.deploy("pub", {&holds, &other});
  std::uint32_t in_flight = 0;
  const auto loads = fixture.gateway->observe().endpoints;
  BOOST_TEST(loads.size() == 2U);
  for (const config::endpoint_load& load : loads) in_flight += load.in_flight;
  BOOST_TEST(in_flight == 1U);
  // On one connection: another worker might have the next request before this one has given its slot back.
  raw_socket next = fixture.connect();
  for (int i = 0; i < 4; ++i) {
    next.send(post("/deployment/pub/x", "{}"));
    BOOST_TEST(status_of(next.receive_message()) == 200);
  }
  BOOST_TEST(holds.requests().size() == 1U);
  let_go = true;
  BOOST_TEST(status_of(client.receive_message()) == 200);
}

BOOST_AUTO_TEST_CASE(the_replica_with_the_fewest_requests_gets_the_next) {
  std::atomic<bool> let_go{false};
  const auto holds = [&](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    while (!let_go) std::this_thread::yield();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    static_cast<void>(connection.receive_some());
  };
  scripted_upstream one{holds};
  scripted_upstream two{holds};
  gateway_fixture fixture;
  fixture.deploy("pub", {&one, &two});
  std::vector<raw_socket> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(fixture.connect());
    clients.back().send(post("/deployment/pub/x", "{}"));
    while (one.requests().size() + two.requests().size() < clients.size()) std::this_thread::yield();
  }
  BOOST_TEST(one.requests().size() == 4U);
  BOOST_TEST(two.requests().size() == 4U);
  for (const config::endpoint_load& load : fixture.gateway->observe().endpoints) BOOST_TEST(load.in_flight == 4U);
  let_go = true;
  for (raw_socket& client : clients) BOOST_TEST(status_of(client.receive_message()) == 200);
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_cancels_its_request) {
  std::atomic<bool> closed{false};
  scripted_upstream replica{[&](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    static_cast<void>(connection.receive_all());
    closed = true;
  }};
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  for (const bool with_reset : {false, true}) {
    closed = false;
    raw_socket client = fixture.connect();
    const std::size_t before = replica.requests().size();
    client.send(post("/deployment/pub/x", "{}"));
    static_cast<void>(replica.await_requests(before + 1));
    if (with_reset)
      client.reset();
    else
      client.shutdown_send();
    while (!closed) std::this_thread::yield();
  }
  while (fixture.metric("modelgate_requests_in_flight") != 0) std::this_thread::yield();
  BOOST_TEST(fixture.gateway->metrics_text().find("code=\"499\"") != std::string::npos);
}

// A clock that ticks every 20 ms would show: most of the tries would take longer than ten.
BOOST_AUTO_TEST_CASE(a_client_that_leaves_is_followed_within_ten_milliseconds) {
  std::atomic<steady_time> closed_at{steady_time{}};
  scripted_upstream replica{[&](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    static_cast<void>(connection.receive_all());
    closed_at = steady_clock::now();
  }};
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("pub", {&replica});
  gateway_fixture::declare(deployment, 1);
  fixture.deploy(deployment);
  const auto ask = [&] {
    raw_socket client = fixture.connect();
    client.send(post("/deployment/pub/x", "{}"));
    return client;
  };
  const auto await_waiting = [&](double count) {
    while (fixture.metric("modelgate_queue_depth{deployment_name=\"pub\"}") != count) std::this_thread::yield();
  };
  std::vector<double> at_replica;
  std::vector<double> in_queue;
  const auto milliseconds_since = [](steady_time start, steady_time end) {
    return std::chrono::duration<double, std::milli>(end - start).count();
  };
  for (std::size_t i = 0; i < 21; ++i) {
    closed_at = steady_time{};
    raw_socket served = ask();
    static_cast<void>(replica.await_requests(i + 1));
    raw_socket waiting = ask();
    await_waiting(1);
    steady_time left_at = steady_clock::now();
    waiting.reset();
    await_waiting(0);
    in_queue.push_back(milliseconds_since(left_at, steady_clock::now()));
    left_at = steady_clock::now();
    served.reset();
    while (closed_at.load() == steady_time{}) std::this_thread::yield();
    at_replica.push_back(milliseconds_since(left_at, closed_at));
  }
  for (std::vector<double>* each : {&at_replica, &in_queue}) {
    std::sort(each->begin(), each->end());
    BOOST_TEST_MESSAGE("left: median " << each->at(10) << " ms, longest " << each->back() << " ms");
    BOOST_TEST(each->at(5) < 10.0);  // the first quarter: the machine may be busy with other things
  }
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_is_seen_behind_what_it_pipelined) {
  std::atomic<bool> closed{false};
  scripted_upstream replica{[&](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    static_cast<void>(connection.receive_all());
    closed = true;
  }};
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  for (const bool with_reset : {false, true}) {
    closed = false;
    raw_socket client = fixture.connect();
    const std::size_t before = replica.requests().size();
    client.send(post("/deployment/pub/x", "{}"));
    static_cast<void>(replica.await_requests(before + 1));
    client.send(get("/ping"));
    if (with_reset)
      client.reset();
    else
      client.shutdown_send();
    while (!closed) std::this_thread::yield();
  }
}

BOOST_AUTO_TEST_CASE(a_half_closed_client_is_served_where_the_config_says_so) {
  scripted_upstream replica;
  config::settings settings = gateway_fixture::short_settings();
  settings.prediction.cancel_on_half_close = false;
  gateway_fixture fixture{settings};
  fixture.deploy("pub", {&replica});
  raw_socket client = fixture.connect();
  client.send(post("/deployment/pub/x", "{}"));
  client.shutdown_send();
  BOOST_TEST(status_of(client.receive_message()) == 200);
}

BOOST_AUTO_TEST_CASE(replicas_come_and_go_without_a_failed_request) {
  scripted_upstream one;
  scripted_upstream two;
  gateway_fixture fixture;
  fixture.deploy("pub", {&one});
  std::atomic<bool> stop{false};
  std::atomic<int> answered{0};
  std::atomic<int> failed{0};
  std::vector<std::thread> load;
  for (int i = 0; i < 4; ++i) {
    load.emplace_back([&] {
      raw_socket client = fixture.connect();
      while (!stop) {
        client.send(post("/deployment/pub/x", "{}"));
        if (status_of(client.receive_message()) == 200)
          ++answered;
        else
          ++failed;
      }
    });
  }
  for (int change = 0; change < 50; ++change) {
    if (change % 3 == 0)
      fixture.deploy("pub", {&two});
    else if (change % 3 == 1)
      fixture.deploy("pub", {&one, &two});
    else
      fixture.deploy("pub", {&one});
    const int before = answered;
    while (answered < before + 20 && failed == 0) std::this_thread::yield();
  }
  stop = true;
  for (std::thread& thread : load) thread.join();
  BOOST_TEST(failed == 0);
  BOOST_TEST(answered >= 1'000);
}

BOOST_AUTO_TEST_CASE(the_seldon_histograms_count_what_was_answered) {
  scripted_upstream replica;
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("iris", {&replica});
  deployment.serving.protocol = config::upstream_protocol::seldon;
  deployment.predictor_version = "v1";
  fixture.deploy(deployment);
  const std::string server =
      "seldon_api_executor_server_requests_seconds_count{deployment_name=\"iris\",predictor_name=\"deploy\","
      "predictor_version=\"v1\",service=\"predictions\",method=\"post\",code=\"";
  const std::string client =
      "seldon_api_executor_client_requests_seconds_count{deployment_name=\"iris\",predictor_name=\"deploy\","
      "predictor_version=\"v1\",service=\"/predict\",model_name=\"model\",model_image=\"demo/iris\","
      "model_version=\"1.0\",method=\"post\",code=\"";
  for (const char* code : {"200\",status=\"200\"}", "400\",status=\"400\"}", "500\",status=\"500\"}"}) {
    BOOST_TEST(fixture.metric(server + code) == 0, code);
    BOOST_TEST(fixture.metric(client + code) == 0, code);
  }
  for (int i = 0; i < 7; ++i)
    BOOST_TEST(status_of(fixture.ask(post("/deployment/iris/api/v1.0/predictions", "{}"))) == 200);
  // The last byte of an answer is on its way before it is counted.
  while (fixture.metric(server + "200\",status=\"200\"}") < 7) std::this_thread::yield();
  BOOST_TEST(fixture.metric(server + "200\",status=\"200\"}") == 7);
  BOOST_TEST(fixture.metric(client + "200\",status=\"200\"}") == 7);

  replica.stop();
  BOOST_TEST(status_of(fixture.ask(post("/deployment/iris/api/v1.0/predictions", "{}"))) == 502);
  BOOST_TEST(fixture.metric(server + "502\",status=\"502\"}") == 1);
  BOOST_TEST(fixture.metric(client + "502\",status=\"502\"}") == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
