// Other settings for a gateway that runs: what is open stays open, what begins afterwards goes by the new ones.
#include "tests/support/gateway_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <thread>

namespace modelgate::test {
namespace {

config::settings settings_with(std::size_t head_bytes) {
  config::settings settings = gateway_fixture::short_settings();
  settings.limits.head_bytes = head_bytes;
  settings.limits.target_bytes = 1'024;
  settings.timeouts.head = patience;
  return settings;
}

std::string get_with_head_of(std::size_t bytes) {
  return get("/ping", "X-Filler: " + std::string(bytes, 'x') + "\r\n");
}

/// A gateway and a deployment whose publication shows that every worker has taken the settings before it.
struct running_gateway : gateway_fixture {
  explicit running_gateway(const config::settings& settings) : gateway_fixture{settings} { deploy("pub", {&replica}); }

  void take(const config::settings& settings) {
    gateway->reconfigure(settings);
    deploy("pub", {&replica});
  }

  scripted_upstream replica;
};

/// Connects until the gateway lets a connection in: another one's end is noticed a moment later.
raw_socket connect_at_last(const gateway_fixture& fixture) {
  const steady_time due = steady_clock::now() + patience;
  for (;;) {
    raw_socket client = fixture.connect();
    if (client.try_send(get("/ping")) && status_of(client.receive_message()) == 200) return client;
    BOOST_REQUIRE(steady_clock::now() < due);
  }
}

bool is_let_in(const gateway_fixture& fixture) {
  raw_socket client = fixture.connect();
  return client.try_send(get("/ping")) && status_of(client.receive_message()) == 200;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reconfigure)

BOOST_AUTO_TEST_CASE(an_open_connection_goes_by_the_new_limits_with_its_next_request) {
  running_gateway fixture{settings_with(4'096)};
  raw_socket client = fixture.connect();
  client.send(get_with_head_of(2'000));
  BOOST_TEST(status_of(client.receive_message()) == 200);
  fixture.take(settings_with(16'384));
  client.send(get_with_head_of(12'000));
  BOOST_TEST(status_of(client.receive_message()) == 200);
  fixture.take(settings_with(1'024));
  client.send(get_with_head_of(500));
  BOOST_TEST(status_of(client.receive_message()) == 200);
  client.send(get_with_head_of(2'000));
  BOOST_TEST(status_of(client.receive_message()) == 431);
}

BOOST_AUTO_TEST_CASE(a_head_that_is_half_there_is_read_to_its_end) {
  for (const std::size_t other : {std::size_t{1'024}, std::size_t{16'384}}) {
    running_gateway fixture{settings_with(4'096)};
    raw_socket client = fixture.connect();
    client.send("GET /ping HTTP/1.1\r\nHost: a\r\n");
    // A second client's answer shows that the worker had time to read: both workers are asked until both have.
    for (int i = 0; i < 8; ++i) BOOST_TEST(is_let_in(fixture));
    fixture.take(settings_with(other));
    client.send("X-More: y\r\n\r\n");
    BOOST_TEST(status_of(client.receive_message()) == 200);
    client.send(get("/ping"));
    BOOST_TEST(status_of(client.receive_message()) == 200);
  }
}

BOOST_AUTO_TEST_CASE(a_request_under_way_is_answered) {
  std::promise<void> may_answer;
  scripted_upstream slow{[&](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    may_answer.get_future().wait();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow");
  }};
  running_gateway fixture{settings_with(4'096)};
  fixture.deploy("slow", {&slow});
  raw_socket client = fixture.connect();
  client.send(post("/deployment/slow/x", "body"));
  static_cast<void>(slow.await_requests(1));
  config::settings other = settings_with(1'024);
  other.limits.pool_connections = 0;
  other.limits.connections = 1;
  other.timeouts.upstream_idle = milliseconds{1};
  fixture.take(other);
  may_answer.set_value();
  BOOST_TEST(body_of(client.receive_message()) == "slow");
  client.send(get("/ping"));
  BOOST_TEST(status_of(client.receive_message()) == 200);
}

BOOST_AUTO_TEST_CASE(a_time_limit_holds_for_waits_that_begin_afterwards) {
  running_gateway fixture{settings_with(4'096)};
  config::settings impatient = settings_with(4'096);
  impatient.timeouts.head = milliseconds{100};
  fixture.take(impatient);
  raw_socket client = fixture.connect();
  client.send("GET /ping");
  BOOST_TEST(status_of(client.receive_all()) == 408);
}

BOOST_AUTO_TEST_CASE(flags_and_proxies_are_taken_over) {
  running_gateway fixture{settings_with(4'096)};
  config::deployment_config seldon = gateway_fixture::make("seldon", {&fixture.replica});
  seldon.serving.protocol = config::upstream_protocol::seldon;
  fixture.deploy(seldon);
  const std::string preflight = "OPTIONS /deployment/seldon/api/v1.0/predictions HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string relayed = get("/deployment/pub/x", "X-Forwarded-For: 192.0.2.7\r\n");
  raw_socket client = fixture.connect();
  client.send(preflight);
  BOOST_TEST(status_of(client.receive_message()) == 200);
  client.send(relayed);
  BOOST_TEST(status_of(client.receive_message()) == 200);
  config::settings other = settings_with(4'096);
  other.prediction.cors = false;
  other.prediction.trusted_proxies = {"127.0.0.1"};
  fixture.take(other);
  client.send(preflight);
  BOOST_TEST(status_of(client.receive_message()) == 405);
  client.send(relayed);
  BOOST_TEST(status_of(client.receive_message()) == 200);
  const auto seen = fixture.replica.requests();
  BOOST_REQUIRE(seen.size() == 2U);
  BOOST_TEST(field_of(seen[0], "X-Forwarded-For") == "127.0.0.1");
  BOOST_TEST(field_of(seen[1], "X-Forwarded-For") == "192.0.2.7, 127.0.0.1");
}

BOOST_AUTO_TEST_CASE(connections_to_replicas_are_kept_as_the_new_settings_say) {
  config::settings one_worker = settings_with(4'096);
  one_worker.prediction.workers = 1;
  one_worker.timeouts.upstream_idle = patience;
  running_gateway fixture{one_worker};
  const auto ask_twice = [&] {
    for (int i = 0; i < 2; ++i) BOOST_TEST(status_of(fixture.ask(post("/deployment/pub/x", "a"))) == 200);
  };
  ask_twice();
  BOOST_TEST(fixture.replica.connections() == 1U);
  config::settings none = one_worker;
  none.limits.pool_connections = 0;
  fixture.take(none);
  ask_twice();  // the kept one, which is not given back any more, and a new one
  BOOST_TEST(fixture.replica.connections() == 2U);
  fixture.take(one_worker);
  ask_twice();
  BOOST_TEST(fixture.replica.connections() == 3U);
}

BOOST_AUTO_TEST_CASE(other_bounds_of_connections_hold_for_those_that_come) {
  for (const bool per_address : {false, true}) {
    running_gateway fixture{settings_with(4'096)};
    raw_socket first = connect_at_last(fixture);
    raw_socket second = connect_at_last(fixture);
    config::settings two = settings_with(4'096);
    (per_address ? two.limits.connections_per_address : two.limits.connections) = 2;
    fixture.take(two);
    BOOST_TEST(!is_let_in(fixture));
    first.send(get("/ping"));  // those that are open stay
    BOOST_TEST(status_of(first.receive_message()) == 200);
    first.close();
    raw_socket third = connect_at_last(fixture);
    BOOST_TEST(!is_let_in(fixture));
    fixture.take(settings_with(4'096));
    BOOST_TEST(is_let_in(fixture));
  }
}

BOOST_AUTO_TEST_CASE(a_hundred_changes_lose_no_request) {
  running_gateway fixture{settings_with(4'096)};
  std::atomic<bool> ending{false};
  std::atomic<unsigned> answered{0};
  std::atomic<unsigned> failed{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      raw_socket client = fixture.connect();
      while (!ending) {
        const bool sent = client.try_send(post("/deployment/pub/x", std::string(5'000, 'b')));
        if (!sent || status_of(client.receive_message()) != 200) {
          ++failed;
          return;
        }
        ++answered;
      }
    });
  }
  config::settings other = settings_with(1'024);
  other.limits.pool_connections = 1;
  other.limits.connections_per_address = 4;
  other.prediction.trusted_proxies = {"127.0.0.1", "192.0.2.1"};
  for (int i = 0; i < 100 && failed == 0; ++i) {
    const unsigned before = answered;
    fixture.take(i % 2 == 0 ? other : settings_with(4'096));
    const steady_time due = steady_clock::now() + patience;
    while (answered == before && failed == 0 && steady_clock::now() < due) std::this_thread::yield();
  }
  ending = true;
  for (std::thread& each : clients) each.join();
  BOOST_TEST(failed == 0U);
  BOOST_TEST(answered >= 100U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
