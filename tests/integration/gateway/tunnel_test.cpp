#include "tests/support/gateway_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>

namespace modelgate::test {
namespace {

// The key and the answer to it of RFC 6455 section 1.3.
const std::string ask_fields =
    "connection: keep-alive, upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Version: 13\r\n";
const std::string switching =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

std::string upgrade(std::string_view path = "/deployment/pub/socket", std::string_view more = {}) {
  return get(path, ask_fields + std::string{more});
}

std::string receive_exactly(raw_socket& socket, std::size_t size) {
  std::string bytes;
  while (bytes.size() < size) {
    const std::string more = socket.receive_some(size - bytes.size());
    if (more.empty()) break;
    bytes += more;
  }
  return bytes;
}

/// Switches, then sends back what comes until the other side has said all.
void echo(raw_socket& connection, scripted_upstream& self) {
  std::string request = connection.receive_message();
  if (request.empty()) return;
  self.note(std::move(request));
  connection.send(switching);
  for (;;) {
    const std::string bytes = connection.receive_some();
    if (bytes.empty() || !connection.try_send(bytes)) return;
  }
}

config::deployment_config allowing(const std::vector<const scripted_upstream*>& replicas) {
  config::deployment_config deployment = gateway_fixture::make("pub", replicas);
  deployment.serving.allow_upgrade = true;
  return deployment;
}

/// Nothing is cut for being silent.
config::settings patient() {
  config::settings settings = gateway_fixture::short_settings();
  settings.timeouts.stream_idle = 3 * patience;
  return settings;
}

double outcomes(const gateway_fixture& fixture, const std::string& outcome) {
  return fixture.metric("modelgate_tunnels_total{outcome=\"" + outcome + "\"}");
}

/// A tunnel is closed a moment after its outcome was counted.
void await_none_open(const gateway_fixture& fixture) {
  const steady_time end = steady_clock::now() + patience;
  while (fixture.metric("modelgate_tunnels_open") > 0 && steady_clock::now() < end) std::this_thread::yield();
  BOOST_TEST(fixture.metric("modelgate_tunnels_open") == 0);
}

void await_outcome(const gateway_fixture& fixture, const std::string& outcome, double count = 1) {
  const steady_time end = steady_clock::now() + patience;
  while (outcomes(fixture, outcome) < count && steady_clock::now() < end) std::this_thread::yield();
  BOOST_TEST(outcomes(fixture, outcome) == count, outcome);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tunnel)

BOOST_AUTO_TEST_CASE(carries_bytes_both_ways_until_both_ends_have_closed) {
  scripted_upstream replica{echo};
  gateway_fixture fixture{patient()};
  fixture.deploy(allowing({&replica}));
  raw_socket client = fixture.connect();
  client.send(upgrade());
  const std::string answer = client.receive_message();
  BOOST_TEST(answer.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
  BOOST_TEST(field_of(answer, "Upgrade") == "websocket");
  BOOST_TEST(field_of(answer, "Connection") == "Upgrade");
  BOOST_TEST(field_of(answer, "Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  BOOST_TEST(field_of(answer, "Via") == "1.1 modelgate");
  BOOST_TEST(field_of(answer, "X-Request-Id").size() == 36U);
  const std::string seen = replica.requests().at(0);
  BOOST_TEST(seen.starts_with("GET /socket HTTP/1.1\r\n"));
  BOOST_TEST(field_of(seen, "Upgrade") == "websocket");
  BOOST_TEST(field_of(seen, "Connection") == "Upgrade");
  BOOST_TEST(field_of(seen, "Sec-WebSocket-Key") == "dGhlIHNhbXBsZSBub25jZQ==");
  BOOST_TEST(field_of(seen, "X-Request-Id") == field_of(answer, "X-Request-Id"));
  for (const char* once : {"Upgrade", "Connection", "Via", "X-Forwarded-For"})
    BOOST_TEST(count_of(seen, once) == 1, once);

  const std::string small{"\x81\x00GET / HTTP/1.1\r\n\r\n", 20};
  client.send(small);
  BOOST_TEST(receive_exactly(client, small.size()) == small);
  const std::string large(3'000'017, 'x');
  std::jthread sending{[&] {
    client.send(large);
    client.shutdown_send();
  }};
  BOOST_TEST((receive_exactly(client, large.size()) == large));
  BOOST_TEST(client.receive_some().empty());
  BOOST_TEST(!client.was_reset());
  await_outcome(fixture, "closed");
  await_none_open(fixture);
  const auto moved = static_cast<double>(small.size() + large.size());
  BOOST_TEST(fixture.metric("modelgate_tunnel_bytes_total{direction=\"upstream\"}") == moved);
  BOOST_TEST(fixture.metric("modelgate_tunnel_bytes_total{direction=\"downstream\"}") == moved);
}

BOOST_AUTO_TEST_CASE(another_limit_is_for_tunnels_that_come) {
  scripted_upstream replica{echo};
  gateway_fixture fixture{patient()};
  fixture.deploy(allowing({&replica}));
  raw_socket open = fixture.connect();
  open.send(upgrade());
  BOOST_TEST(status_of(open.receive_message()) == 101);
  config::settings none = patient();
  none.limits.tunnels = 0;
  fixture.gateway->reconfigure(none);
  BOOST_TEST(status_of(fixture.ask(upgrade())) == 503);
  open.send("still");
  BOOST_TEST(receive_exactly(open, 5) == "still");
}

BOOST_AUTO_TEST_CASE(passes_a_half_close_on_in_either_direction) {
  scripted_upstream replica{[](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    connection.send(switching + "last words");
    connection.shutdown_send();
    self.note(connection.receive_all());
  }};
  gateway_fixture fixture{patient()};
  fixture.deploy(allowing({&replica}));
  raw_socket client = fixture.connect();
  client.send(upgrade());
  BOOST_TEST(status_of(client.receive_message()) == 101);
  BOOST_TEST(client.receive_all() == "last words");
  BOOST_TEST(!client.was_reset());
  client.send("and mine");
  client.shutdown_send();
  BOOST_TEST(replica.await_requests(2).back() == "and mine");
  await_outcome(fixture, "closed");
}

BOOST_AUTO_TEST_CASE(a_reset_at_one_end_is_one_at_the_other) {
  std::atomic<bool> replica_resets{true};
  scripted_upstream replica{[&](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    connection.send(switching);
    if (replica_resets) {
      static_cast<void>(connection.receive_some());
      connection.reset();
      return;
    }
    self.note(connection.receive_all());
    self.note(connection.was_reset() ? "reset" : "closed");
  }};
  gateway_fixture fixture{patient()};
  fixture.deploy(allowing({&replica}));
  {
    raw_socket client = fixture.connect();
    client.send(upgrade());
    BOOST_TEST(status_of(client.receive_message()) == 101);
    client.send("x");
    BOOST_TEST(client.receive_all().empty());
    BOOST_TEST(client.was_reset());
  }
  await_outcome(fixture, "replica_lost");
  replica_resets = false;
  raw_socket client = fixture.connect();
  client.send(upgrade());
  BOOST_TEST(status_of(client.receive_message()) == 101);
  client.reset();
  BOOST_TEST(replica.await_requests(4).back() == "reset");
  await_outcome(fixture, "client_lost");
  await_none_open(fixture);
}

BOOST_AUTO_TEST_CASE(what_a_client_sends_early_waits_for_the_101) {
  std::atomic<bool> nothing_early{false};
  scripted_upstream replica{[&](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    nothing_early = connection.is_silent_for(milliseconds{50});
    connection.send(switching);
    self.note(receive_exactly(connection, 1'010));
  }};
  gateway_fixture fixture{patient()};
  fixture.deploy(allowing({&replica}));
  raw_socket client = fixture.connect();
  client.send(upgrade() + "GET /ping HTTP/1.1\r\n\r\n");
  client.send(std::string(988, 'e'));
  BOOST_TEST(status_of(client.receive_message()) == 101);
  BOOST_TEST(replica.await_requests(2).back() == "GET /ping HTTP/1.1\r\n\r\n" + std::string(988, 'e'));
  BOOST_TEST(nothing_early.load());
  BOOST_TEST(client.receive_all().empty());
}

BOOST_AUTO_TEST_CASE(is_cut_when_nothing_moves) {
  scripted_upstream replica{echo};
  gateway_fixture fixture;
  fixture.deploy(allowing({&replica}));
  raw_socket client = fixture.connect();
  client.send(upgrade());
  BOOST_TEST(status_of(client.receive_message()) == 101);
  BOOST_TEST(client.receive_all().empty());
  BOOST_TEST(client.was_reset());
  await_outcome(fixture, "idle");
}

BOOST_AUTO_TEST_CASE(a_slow_reader_holds_the_replica_back) {
  constexpr std::size_t whole = 67'108'864;
  std::atomic<std::size_t> sent{0};
  scripted_upstream replica{[&](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    connection.send(switching);
    const std::string piece(65'536, 'p');
    while (sent < whole && connection.try_send(piece)) sent += piece.size();
  }};
  gateway_fixture fixture;
  fixture.deploy(allowing({&replica}));
  raw_socket client = fixture.connect();
  client.send(upgrade());
  BOOST_TEST(status_of(client.receive_message()) == 101);
  await_outcome(fixture, "idle");  // nobody reads: full buffers everywhere, and nothing moves
  BOOST_TEST(sent.load() < whole);
}

BOOST_AUTO_TEST_CASE(has_a_longest_life_where_the_config_says_so) {
  scripted_upstream replica{echo};
  config::settings settings = patient();
  settings.timeouts.tunnel_life = milliseconds{300};
  gateway_fixture fixture{settings};
  fixture.deploy(allowing({&replica}));
  raw_socket client = fixture.connect();
  client.send(upgrade());
  BOOST_TEST(status_of(client.receive_message()) == 101);
  while (client.try_send("ping") && !client.receive_some().empty()) {
  }
  await_outcome(fixture, "expired");
}

BOOST_AUTO_TEST_CASE(more_than_may_be_open_are_503_over_all_workers) {
  scripted_upstream replica{echo};
  config::settings settings = patient();
  settings.limits.tunnels = 2;
  gateway_fixture fixture{settings};
  fixture.deploy(allowing({&replica}));
  std::vector<raw_socket> open;
  for (int i = 0; i < 2; ++i) {
    open.push_back(fixture.connect());
    open.back().send(upgrade());
    BOOST_TEST(status_of(open.back().receive_message()) == 101);
  }
  BOOST_TEST(fixture.metric("modelgate_tunnels_open") == 2);
  for (int i = 0; i < 4; ++i) {
    const std::string refused = fixture.ask(upgrade());
    BOOST_TEST(status_of(refused) == 503);
    BOOST_TEST(body_of(refused).find("OVERLOADED") != std::string::npos);
    BOOST_TEST(!field_of(refused, "Retry-After").empty());
  }
  BOOST_TEST(outcomes(fixture, "refused") == 4);
  BOOST_TEST(replica.requests().size() == 2U);
  BOOST_TEST(status_of(fixture.ask(get("/deployment/none/x"))) == 404);
  open.clear();
  await_outcome(fixture, "closed", 2);
  raw_socket again = fixture.connect();
  std::string answer;
  do {  // the place is left a moment after the end is counted
    again.send(upgrade());
    answer = again.receive_message();
  } while (status_of(answer) == 503);
  BOOST_TEST(status_of(answer) == 101);
}

BOOST_AUTO_TEST_CASE(goes_on_in_a_drain_and_nothing_new_is_opened) {
  scripted_upstream replica{echo};
  config::settings settings = patient();
  settings.prediction.workers = 1;
  settings.timeouts.drain_idle = 3 * patience;
  gateway_fixture fixture{settings};
  fixture.deploy(allowing({&replica}));
  raw_socket client = fixture.connect();
  client.send(upgrade());
  BOOST_TEST(status_of(client.receive_message()) == 101);
  raw_socket late = fixture.connect();
  late.send(get("/ping"));
  BOOST_TEST(status_of(late.receive_message()) == 200);

  const net::endpoint address = fixture.gateway->address();
  std::thread draining{[&] { fixture.gateway->drain(steady_clock::now() + 6 * patience); }};
  try {
    for (;;) raw_socket{address}.close();
  } catch (const std::runtime_error&) {  // from here on it drains
  }
  late.send(upgrade());
  const std::string refused = late.receive_message();
  BOOST_TEST(status_of(refused) == 503);
  BOOST_TEST(body_of(refused).find("DRAINING") != std::string::npos);
  client.send("still here");
  BOOST_TEST(receive_exactly(client, 10) == "still here");
  client.shutdown_send();
  BOOST_TEST(client.receive_all().empty());
  BOOST_TEST(!client.was_reset());
  BOOST_TEST(late.receive_all().empty());
  draining.join();
  BOOST_TEST(outcomes(fixture, "closed") == 1);
}

BOOST_AUTO_TEST_CASE(is_cut_at_the_end_of_a_drain) {
  scripted_upstream replica{echo};
  gateway_fixture fixture{patient()};
  fixture.deploy(allowing({&replica}));
  raw_socket client = fixture.connect();
  client.send(upgrade());
  BOOST_TEST(status_of(client.receive_message()) == 101);
  BOOST_TEST(!fixture.gateway->drain(steady_clock::now() + milliseconds{50}));
  BOOST_TEST(client.receive_all().empty());
  BOOST_TEST(client.was_reset());
  BOOST_TEST(outcomes(fixture, "drained") == 1);
}

BOOST_AUTO_TEST_CASE(holds_its_replicas_slot_also_when_the_replica_goes) {
  scripted_upstream replica{echo};
  gateway_fixture fixture{patient()};
  config::deployment_config deployment = allowing({&replica});
  gateway_fixture::declare(deployment, 1);
  deployment.serving.queue_timeout = milliseconds{100};
  fixture.deploy(deployment);
  raw_socket client = fixture.connect();
  client.send(upgrade());
  BOOST_TEST(status_of(client.receive_message()) == 101);
  BOOST_TEST(fixture.gateway->observe().endpoints.at(0).in_flight == 1U);
  const std::string waited = fixture.ask(get("/deployment/pub/x"));
  BOOST_TEST(status_of(waited) == 503);
  BOOST_TEST(body_of(waited).find("QUEUE_TIMEOUT") != std::string::npos);

  scripted_upstream next;
  fixture.deploy(allowing({&next}));
  const auto loads = fixture.gateway->observe().endpoints;
  BOOST_TEST_REQUIRE(loads.size() == 2U);
  BOOST_TEST(loads[1].in_flight == 1U);
  client.send("x");
  BOOST_TEST(receive_exactly(client, 1) == "x");
  client.shutdown_send();
  BOOST_TEST(client.receive_all().empty());
  await_outcome(fixture, "closed");
  while (fixture.gateway->observe().endpoints.size() > 1) std::this_thread::yield();
}

BOOST_AUTO_TEST_CASE(is_not_counted_in_a_limit_that_is_learnt_from_answers) {
  scripted_upstream replica{echo};
  gateway_fixture fixture{patient()};
  fixture.deploy(allowing({&replica}));
  std::vector<raw_socket> open;
  constexpr std::uint32_t more_than_is_learnt = 20;
  for (std::uint32_t i = 0; i < more_than_is_learnt; ++i) {
    open.push_back(fixture.connect());
    open.back().send(upgrade());
    BOOST_TEST_REQUIRE(status_of(open.back().receive_message()) == 101);
  }
  BOOST_TEST(fixture.metric("modelgate_replica_in_flight{deployment_name=\"pub\",replica=\"deploy-pub-r1-0\"}") == 0);
  const config::observation seen = fixture.gateway->observe();
  BOOST_TEST_REQUIRE(seen.endpoints.size() == 1U);
  BOOST_TEST(seen.endpoints.front().in_flight == more_than_is_learnt);  // a drain waits for them
}

BOOST_AUTO_TEST_CASE(is_asked_for_once_also_where_requests_may_be_repeated) {
  const auto dies = [](raw_socket& connection, scripted_upstream& self) { self.note(connection.receive_message()); };
  scripted_upstream one{dies};
  scripted_upstream two{dies};
  gateway_fixture fixture;
  config::deployment_config deployment = allowing({&one, &two});
  deployment.serving.idempotent = true;
  deployment.serving.hedge = true;
  fixture.deploy(deployment);
  const std::string answer = fixture.ask(upgrade());
  BOOST_TEST(status_of(answer) == 502);
  BOOST_TEST(body_of(answer).find("UPSTREAM_RESET") != std::string::npos);
  BOOST_TEST(one.requests().size() + two.requests().size() == 1U);
  // An ordinary request goes to the second one too: it is the upgrade that makes the difference.
  BOOST_TEST(status_of(fixture.ask(get("/deployment/pub/x"))) == 502);
  BOOST_TEST(one.requests().size() + two.requests().size() == 3U);
}

BOOST_AUTO_TEST_CASE(another_answer_is_an_ordinary_one) {
  scripted_upstream replica{"no socket here"};
  gateway_fixture fixture;
  fixture.deploy(allowing({&replica}));
  raw_socket client = fixture.connect();
  for (int i = 0; i < 2; ++i) {
    client.send(upgrade());
    const std::string answer = client.receive_message();
    BOOST_TEST(status_of(answer) == 200);
    BOOST_TEST(body_of(answer) == "no socket here");
    BOOST_TEST(count_of(answer, "Upgrade") == 0);
  }
  BOOST_TEST(replica.connections() == 1);
  await_outcome(fixture, "declined", 2);
  // What followed a declined request was never sent anywhere: it is read as HTTP.
  client.send(upgrade() + "\x81\x05hello\r\n\r\n");
  BOOST_TEST(status_of(client.receive_message()) == 200);
  BOOST_TEST(status_of(client.receive_message()) == 400);
  BOOST_TEST(client.receive_all().empty());
  BOOST_TEST(replica.requests().size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_101_that_was_not_asked_for_is_502) {
  const std::string start = "HTTP/1.1 101 Switching Protocols\r\n";
  const std::string right = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
  for (const std::string& fields :
       {std::string{
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAALMBiTxaQ9kYGzzhZRbK+xOo=\r\n"},
        std::string{"Upgrade: websocket\r\nConnection: Upgrade\r\n"}, "Upgrade: h2c\r\nConnection: Upgrade\r\n" + right,
        "Connection: Upgrade\r\n" + right, "Upgrade: websocket\r\n" + right}) {
    scripted_upstream replica{[&](raw_socket& connection, scripted_upstream& self) {
      self.note(connection.receive_message());
      connection.send(start + fields + "\r\nTUNNEL");
      self.note("then " + connection.receive_all());
    }};
    gateway_fixture fixture;
    fixture.deploy(allowing({&replica}));
    raw_socket client = fixture.connect();
    client.send(upgrade() + "early");
    const std::string answer = client.receive_message();
    BOOST_TEST(status_of(answer) == 502, fields);
    BOOST_TEST(body_of(answer).find("UPSTREAM_INVALID") != std::string::npos);
    BOOST_TEST(answer.find("TUNNEL") == std::string::npos);
    BOOST_TEST(replica.await_requests(2).back() == "then ");
    BOOST_TEST(outcomes(fixture, "declined") == 1);
  }
}

BOOST_AUTO_TEST_CASE(where_it_is_not_allowed_or_not_asked_right_the_upgrade_is_dropped) {
  scripted_upstream replica;
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  BOOST_TEST(status_of(fixture.ask(upgrade())) == 200);
  fixture.deploy(allowing({&replica}));
  const std::string asked = "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ";
  const std::string key = "dGhlIHNhbXBsZSBub25jZQ==\r\n";
  for (const std::string& fields : {asked + key + "Upgrade: h2c\r\n", asked + key + "Upgrade: h2c, websocket\r\n",
                                    asked + "short\r\nUpgrade: websocket\r\n"}) {
    BOOST_TEST(status_of(fixture.ask(get("/deployment/pub/x", fields))) == 200, fields);
  }
  BOOST_TEST(status_of(fixture.ask(post("/deployment/pub/x", "{}", ask_fields))) == 200);
  BOOST_TEST(status_of(fixture.ask("GET /deployment/pub/x HTTP/1.0\r\n" + ask_fields + "\r\n")) == 200);
  for (const std::string& seen : replica.requests()) {
    BOOST_TEST(count_of(seen, "Upgrade") == 0, seen);
    BOOST_TEST(count_of(seen, "Connection") == 0, seen);
  }
  BOOST_TEST(replica.requests().size() == 6U);
  BOOST_TEST(outcomes(fixture, "declined") == 0);
}

BOOST_AUTO_TEST_CASE(a_private_deployment_asks_who_calls_and_is_counted_at_the_head) {
  scripted_upstream replica{echo};
  gateway_fixture fixture{patient()};
  config::deployment_config deployment = allowing({&replica});
  deployment.serving.protocol = config::upstream_protocol::seldon;
  deployment.access = config::access_type::clients;
  deployment.clients.push_back(fixture.credential("alice", "mgc_secret"));
  fixture.deploy(deployment);
  const std::string path = "/deployment/pub/api/v1.0/predictions";
  BOOST_TEST(status_of(fixture.ask(upgrade(path))) == 401);
  raw_socket client = fixture.connect();
  client.send(upgrade(path, "Authorization: Basic " + base64("alice:mgc_secret")
                                + "\r\nX_Forwarded_User: root\r\nX-Forwarded-User: root\r\n"));
  BOOST_TEST(status_of(client.receive_message()) == 101);
  const std::string seen = replica.requests().at(0);
  BOOST_TEST(count_of(seen, "Authorization") == 0);
  BOOST_TEST(field_of(seen, "X-Forwarded-User") == "alice");
  BOOST_TEST(count_of(seen, "X-Forwarded-User") == 1);
  BOOST_TEST(count_of(seen, "X_Forwarded_User") == 0);
  // While it is open: once, and no request is in flight any more.
  client.send("x");
  BOOST_TEST(receive_exactly(client, 1) == "x");
  BOOST_TEST(fixture.gateway->metrics_text().find("method=\"get\",code=\"101\",status=\"101\"} 1\n")
             != std::string::npos);
  BOOST_TEST(fixture.metric("modelgate_requests_in_flight") == 0);
  BOOST_TEST(fixture.metric("modelgate_tunnels_open") == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
