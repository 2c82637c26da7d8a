#include "tests/support/gateway_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <numeric>
#include <thread>
#include <vector>

namespace modelgate::test {
namespace {

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Takes a request whole and closes without a word.
void lose_request(raw_socket& connection, scripted_upstream& self) {
  self.note(connection.receive_message());
}

/// Closes in the middle of a request.
void lose_request_early(raw_socket& connection, scripted_upstream& self) {
  self.note(connection.receive_some(1'000));
}

config::deployment_config idempotent(const std::vector<const scripted_upstream*>& replicas) {
  config::deployment_config made = gateway_fixture::make("pub", replicas);
  made.serving.idempotent = true;
  return made;
}

/// A replica that failed a moment ago is chosen like the others: otherwise it would be left alone after the first time.
config::settings without_doubt() {
  config::settings settings = gateway_fixture::short_settings();
  settings.timeouts.replica_doubt = milliseconds{0};
  settings.health.ejection_failures = 0;  // what loses requests is to lose all it gets
  return settings;
}

std::string chunked(std::string_view body) {
  std::string request = "POST /deployment/pub/x HTTP/1.1\r\nHost: gw.test\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0; at < body.size(); at += 7'000) {
    const std::string_view part = body.substr(at, 7'000);
    std::array<char, 16> size{};
    std::snprintf(size.data(), size.size(), "%zx\r\n", part.size());
    request.append(size.data()).append(part).append("\r\n");
  }
  return request += "0\r\n\r\n";
}

std::string unchunked(std::string_view message) {
  std::string body;
  std::string_view rest = message.substr(message.find("\r\n\r\n") + 4);
  for (;;) {
    const std::size_t size = std::strtoul(std::string{rest.substr(0, rest.find("\r\n"))}.c_str(), nullptr, 16);
    if (size == 0) return body;
    rest.remove_prefix(rest.find("\r\n") + 2);
    body.append(rest.substr(0, size));
    rest.remove_prefix(size + 2);
  }
}

double retried_after_sent(const gateway_fixture& fixture) {
  return fixture.metric("modelgate_retries_total{reason=\"reset_after_sent\"}");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(retries)

BOOST_AUTO_TEST_CASE(a_kept_connection_that_turns_out_closed_is_made_anew_to_the_only_replica) {
  for (const bool is_idempotent : {true, false}) {
    scripted_upstream replica{[](raw_socket& connection, scripted_upstream& self) {
      self.note(connection.receive_message());
      connection.send(ok);
      self.note(connection.receive_message());  // and closes just as it is used again
    }};
    gateway_fixture fixture;
    config::deployment_config deployment = gateway_fixture::make("pub", {&replica});
    deployment.serving.idempotent = is_idempotent;
    fixture.deploy(deployment);
    raw_socket client = fixture.connect();
    client.send(post("/deployment/pub/first", "{}"));
    BOOST_TEST(status_of(client.receive_message()) == 200);
    client.send(post("/deployment/pub/second", "{}"));
    const std::string answer = client.receive_message();
    BOOST_TEST(status_of(answer) == (is_idempotent ? 200 : 502), answer);
    BOOST_TEST(replica.requests().size() == (is_idempotent ? 3U : 2U));
    BOOST_TEST(retried_after_sent(fixture) == (is_idempotent ? 1 : 0));
    if (is_idempotent) BOOST_TEST(body_of(replica.requests().at(2)) == "{}");
  }
}

BOOST_AUTO_TEST_CASE(a_replica_that_closes_after_each_answer_fails_no_idempotent_request) {
  scripted_upstream replica{[](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    connection.send(ok);  // and closes without having said so, while the next request may be on its way
  }};
  gateway_fixture fixture;
  fixture.deploy(idempotent({&replica}));
  raw_socket client = fixture.connect();
  for (int i = 0; i < 200; ++i) {
    client.send(post("/deployment/pub/x", "{}"));
    const std::string answer = client.receive_message();
    BOOST_TEST(status_of(answer) == 200, answer);
  }
}

BOOST_AUTO_TEST_CASE(what_a_replica_lost_is_sent_whole_to_another_one) {
  scripted_upstream loses{lose_request};
  scripted_upstream other;
  gateway_fixture fixture{without_doubt()};
  fixture.deploy(idempotent({&loses, &other}));
  for (int i = 0; i < 10; ++i) {
    const std::string answer = fixture.ask(post("/deployment/pub/x", "{\"a\":1}"));
    BOOST_TEST(status_of(answer) == 200, answer);
  }
  BOOST_TEST(loses.requests().size() > 0U);
  BOOST_TEST(retried_after_sent(fixture) == static_cast<double>(loses.requests().size()));
  BOOST_TEST(other.requests().size() == 10U);
  for (const std::string& seen : other.requests()) {
    BOOST_TEST(body_of(seen) == "{\"a\":1}");
    BOOST_TEST(field_of(seen, "Host") == net::to_string(other.address()));
    BOOST_TEST(count_of(seen, "Host") == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_body_that_was_lost_half_way_is_sent_from_its_start) {
  scripted_upstream loses{lose_request_early};
  scripted_upstream other;
  gateway_fixture fixture{without_doubt()};
  fixture.deploy(idempotent({&loses, &other}));
  std::string body;
  while (body.size() < 600'000) body += std::to_string(body.size()) + ",";
  for (int i = 0; i < 6; ++i) {
    const bool with_chunks = i % 2 == 1;
    raw_socket client = fixture.connect();
    client.send(with_chunks ? chunked(body) : post("/deployment/pub/x", body));
    const std::string answer = client.receive_message();
    BOOST_TEST(status_of(answer) == 200, answer);
  }
  BOOST_TEST(loses.requests().size() > 0U);
  BOOST_TEST(retried_after_sent(fixture) == static_cast<double>(loses.requests().size()));
  const std::vector<std::string> seen = other.requests();
  BOOST_TEST(seen.size() == 6U);
  for (const std::string& each : seen) {
    const bool with_chunks = !field_of(each, "Transfer-Encoding").empty();
    BOOST_TEST(((with_chunks ? unchunked(each) : body_of(each)) == body));
  }
}

BOOST_AUTO_TEST_CASE(a_body_over_the_limit_goes_on_its_way_and_is_not_sent_again) {
  scripted_upstream loses{lose_request};
  scripted_upstream other;
  config::settings settings = without_doubt();
  settings.limits.retry_body_bytes = 20'000;
  gateway_fixture fixture{settings};
  fixture.deploy(idempotent({&loses, &other}));
  const std::string too_large(20'001, 'x');
  for (const std::string& request : {post("/deployment/pub/x", too_large), chunked(too_large)}) {
    const std::size_t lost_before = loses.requests().size();
    const std::size_t served_before = other.requests().size();
    std::size_t failed = 0;
    for (int i = 0; i < 6; ++i) failed += status_of(fixture.ask(request)) == 502 ? 1U : 0U;
    BOOST_TEST(failed > 0U);
    BOOST_TEST(loses.requests().size() - lost_before == failed);
    BOOST_TEST(other.requests().size() - served_before == 6 - failed);
  }
  BOOST_TEST(retried_after_sent(fixture) == 0);
  for (int i = 0; i < 4; ++i)
    BOOST_TEST(status_of(fixture.ask(post("/deployment/pub/x", std::string(20'000, 'x')))) == 200);
  BOOST_TEST(retried_after_sent(fixture) > 0);
}

BOOST_AUTO_TEST_CASE(copies_of_bodies_are_the_first_to_go_when_memory_runs_out) {
  scripted_upstream loses{lose_request};
  scripted_upstream other;
  config::settings settings = without_doubt();
  settings.prediction.workers = 1;
  settings.limits.memory_bytes = 100'000;
  gateway_fixture fixture{settings};
  fixture.deploy(idempotent({&loses, &other}));
  for (int i = 0; i < 6; ++i) static_cast<void>(fixture.ask(post("/deployment/pub/x", std::string(300'000, 'x'))));
  BOOST_TEST(loses.requests().size() > 0U);
  BOOST_TEST(retried_after_sent(fixture) == 0);
  BOOST_TEST(status_of(fixture.ask(post("/deployment/pub/x", "{}"))) == 200);  // nobody is sent away for them
}

BOOST_AUTO_TEST_CASE(a_deployment_in_trouble_is_not_retried_into_more_of_it) {
  std::atomic<bool> let_go{false};
  scripted_upstream loses{lose_request};
  scripted_upstream holds{[&](raw_socket& connection, scripted_upstream& self) {
    for (;;) {
      std::string request = connection.receive_message();
      if (request.empty()) return;
      self.note(std::move(request));
      while (!let_go) std::this_thread::yield();
      connection.send(ok);
    }
  }};
  gateway_fixture fixture{without_doubt()};
  fixture.deploy(idempotent({&loses, &holds}));
  std::vector<raw_socket> held;
  // With requests on it, the one that holds them is the worse choice, and what the other loses comes back to it.
  while (retried_after_sent(fixture) < 1) {
    held.push_back(fixture.connect());
    held.back().send(post("/deployment/pub/x", "{}"));
    static_cast<void>(holds.await_requests(held.size()));
  }
  const std::string refused = fixture.ask(post("/deployment/pub/x", "{}"));
  BOOST_TEST(status_of(refused) == 502, refused);
  BOOST_TEST(body_of(refused).find("UPSTREAM_RESET") != std::string::npos);
  BOOST_TEST(fixture.metric("modelgate_retry_budget_exhausted_total") == 1);
  let_go = true;
  for (raw_socket& each : held) BOOST_TEST(status_of(each.receive_message()) == 200);
  while (fixture.metric("modelgate_requests_in_flight") != 0) std::this_thread::yield();
  const double before = retried_after_sent(fixture);
  for (int i = 0; i < 4; ++i) BOOST_TEST(status_of(fixture.ask(post("/deployment/pub/x", "{}"))) == 200);
  BOOST_TEST(retried_after_sent(fixture) > before);  // what was spent has come back
}

BOOST_AUTO_TEST_CASE(each_replica_is_counted_for_what_it_was_sent) {
  scripted_upstream loses{lose_request};
  scripted_upstream other;
  gateway_fixture fixture{without_doubt()};
  fixture.deploy(idempotent({&loses, &other}));
  for (int i = 0; i < 10; ++i) BOOST_TEST(status_of(fixture.ask(post("/deployment/pub/x", "{}"))) == 200);
  // A try is counted a moment after its answer has gone on.
  const auto counted_tries = [&] {
    std::uint64_t tries = 0;
    for (const config::endpoint_load& each : fixture.gateway->observe_with_counts().endpoints)
      tries = std::accumulate(each.counted.answers.begin(), each.counted.answers.end(), tries);
    return tries;
  };
  while (counted_tries() < 10 + loses.requests().size()) std::this_thread::yield();
  const config::observation seen = fixture.gateway->observe_with_counts();
  BOOST_TEST_REQUIRE(seen.endpoints.size() == 2U);
  for (const config::endpoint_load& each : seen.endpoints) {
    const bool is_lost = each.address == net::to_string(loses.address());
    const std::uint64_t answered = is_lost ? 0 : 10;
    const config::answer_counts& counted = each.counted;
    const std::uint64_t lost = is_lost ? loses.requests().size() : 0;
    BOOST_TEST((counted.answers == std::vector<std::uint64_t>{0, 0, answered, 0, 0, lost}));
    BOOST_TEST(std::accumulate(counted.latency.begin(), counted.latency.end(), std::uint64_t{0}) == answered + lost);
  }
  BOOST_TEST(fixture.gateway->observe().endpoints.at(0).counted.answers.empty());  // only where it is asked for
}

BOOST_AUTO_TEST_CASE(no_request_reaches_more_than_two_replicas) {
  scripted_upstream one{lose_request};
  scripted_upstream two{lose_request};
  scripted_upstream three{lose_request};
  gateway_fixture fixture{without_doubt()};
  fixture.deploy(idempotent({&one, &two, &three}));
  const std::string answer = fixture.ask(post("/deployment/pub/x", "{}"));
  BOOST_TEST(status_of(answer) == 502);
  BOOST_TEST(body_of(answer).find("UPSTREAM_RESET") != std::string::npos);
  BOOST_TEST(one.requests().size() + two.requests().size() + three.requests().size() == 2U);
  for (const scripted_upstream* each : {&one, &two, &three}) BOOST_TEST(each->requests().size() <= 1U);
}

BOOST_AUTO_TEST_CASE(an_answer_that_has_begun_is_not_asked_for_again) {
  const auto breaks_off = [](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly");
  };
  scripted_upstream one{breaks_off};
  scripted_upstream two{breaks_off};
  gateway_fixture fixture;
  fixture.deploy(idempotent({&one, &two}));
  raw_socket client = fixture.connect();
  client.send(post("/deployment/pub/x", "{}"));
  BOOST_TEST(body_of(client.receive_all()) == "only");
  BOOST_TEST(client.was_reset());
  BOOST_TEST(one.requests().size() + two.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(half_a_head_is_no_answer_yet) {
  scripted_upstream loses{[](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    connection.send("HTTP/1.1 200 OK\r\nContent-Le");
  }};
  scripted_upstream other;
  gateway_fixture fixture{without_doubt()};
  fixture.deploy(idempotent({&loses, &other}));
  for (int i = 0; i < 4; ++i) BOOST_TEST(status_of(fixture.ask(get("/deployment/pub/x"))) == 200);
  BOOST_TEST(loses.requests().size() > 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
