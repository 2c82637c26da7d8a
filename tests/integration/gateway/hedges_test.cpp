#include "tests/support/gateway_fixture.hpp"

#include "modelgate/base/trace_context.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace modelgate::test {
namespace {

std::string answer_with(unsigned status, std::string_view body) {
  std::string answer = "HTTP/1.1 " + std::to_string(status) + " Status\r\nContent-Length: ";
  return answer.append(std::to_string(body.size())).append("\r\n\r\n").append(body);
}

/// Two replicas that answer at once, but for requests to /slow: with those, the test says what the first and the second
/// replica that sees one does before it closes.
class two_replicas {
 public:
  using act = std::function<void(raw_socket& connection)>;

  two_replicas(act first, act second) : first_{std::move(first)}, second_{std::move(second)} {}

  [[nodiscard]] config::deployment_config deployment() const {
    config::deployment_config made = gateway_fixture::make("pub", {&one_, &two_});
    made.serving.idempotent = true;
    made.serving.hedge = true;
    gateway_fixture::declare(made, 100);  // nobody waits for a place
    return made;
  }
  [[nodiscard]] int slow_seen() const noexcept { return slow_seen_; }
  void await_slow(int count) const {
    while (slow_seen_ < count) std::this_thread::yield();
  }
  /// The raw requests to /slow.
  [[nodiscard]] std::vector<std::string> slow_requests() const {
    std::vector<std::string> found;
    for (const scripted_upstream* each : {&one_, &two_}) {
      for (std::string& request : each->requests()) {
        if (request.starts_with("POST /slow ")) found.push_back(std::move(request));
      }
    }
    return found;
  }

 private:
  void play(raw_socket& connection, scripted_upstream& self) {
    for (;;) {
      std::string request = connection.receive_message();
      if (request.empty()) return;
      const bool slow = request.starts_with("POST /slow ");
      self.note(std::move(request));
      if (slow) return (++slow_seen_ == 1 ? first_ : second_)(connection);
      connection.send(answer_with(200, "fast"));
    }
  }

  act first_;
  act second_;
  std::atomic<int> slow_seen_{0};
  scripted_upstream one_{[this](raw_socket& connection, scripted_upstream& self) { play(connection, self); }};
  scripted_upstream two_{[this](raw_socket& connection, scripted_upstream& self) { play(connection, self); }};
};

/// What is learnt is learnt per worker, so there is one, and a client that has asked often enough.
struct hedging {
  explicit hedging(const config::deployment_config& deployment, std::size_t hedge_percent = 100)
      : fixture{settings_with(hedge_percent)} {
    fixture.deploy(deployment);
    for (int i = 0; i < 40; ++i) {
      client.send(post("/deployment/pub/fast", "{}"));
      BOOST_TEST(status_of(client.receive_message()) == 200);
    }
    await_idle();
    for (const char* word : {"won", "lost", "limited", "no_idle_replica"}) before_[word] = counted(word);
  }

  static config::settings settings_with(std::size_t hedge_percent) {
    config::settings settings = gateway_fixture::short_settings();
    settings.prediction.workers = 1;
    settings.limits.hedge_percent = hedge_percent;
    settings.limits.held_body_bytes = 0;  // requests whose body is still coming are what keeps replicas busy here
    settings.timeouts.body_grace = patience;
    return settings;
  }
  void ask_slowly() { client.send(post("/deployment/pub/slow", "{\"a\":1}")); }
  /// Since those requests: on a busy machine one of them may have been slow enough itself.
  [[nodiscard]] double outcome(const std::string& word) const { return counted(word) - before_.at(word); }
  void await_outcome(const std::string& word) const {
    while (outcome(word) < 1) std::this_thread::yield();
  }

  /// Requests on the replicas, as the gateway counts them.
  [[nodiscard]] std::vector<std::uint32_t> in_flight() const {
    std::vector<std::uint32_t> counts;
    for (const config::endpoint_load& load : fixture.gateway->observe().endpoints) counts.push_back(load.in_flight);
    return counts;
  }
  void await_idle() const {
    while (in_flight() != std::vector<std::uint32_t>{0, 0}) std::this_thread::yield();
  }

  gateway_fixture fixture;
  raw_socket client = fixture.connect();

 private:
  [[nodiscard]] double counted(const std::string& word) const {
    return fixture.metric("modelgate_hedges_total{outcome=\"" + word + "\"}");
  }

  std::map<std::string, double> before_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(hedges)

BOOST_AUTO_TEST_CASE(a_slow_request_is_answered_by_an_idle_replica_and_cancelled_at_the_slow_one) {
  std::atomic<bool> cancelled{false};
  two_replicas replicas{[&](raw_socket& connection) { cancelled = connection.receive_all().empty(); },
                        [](raw_socket& connection) { connection.send(answer_with(200, "second")); }};
  hedging run{replicas.deployment()};
  run.ask_slowly();
  BOOST_TEST(body_of(run.client.receive_message()) == "second");
  while (!cancelled) std::this_thread::yield();
  BOOST_TEST(run.outcome("won") == 1);
  BOOST_TEST(run.outcome("lost") == 0);
  const std::vector<std::string> seen = replicas.slow_requests();
  BOOST_TEST(seen.size() == 2U);
  for (const std::string& each : seen) BOOST_TEST(body_of(each) == "{\"a\":1}");
  BOOST_TEST((field_of(seen.at(0), "Host") != field_of(seen.at(1), "Host")));
  BOOST_TEST(field_of(seen.at(0), "X-Request-Id") == field_of(seen.at(1), "X-Request-Id"));
  // One trace, in which each replica has a parent of its own.
  const auto parent_of = [&](std::size_t which) { return parse_traceparent(field_of(seen.at(which), "traceparent")); };
  BOOST_TEST_REQUIRE((parent_of(0).has_value() && parent_of(1).has_value()));
  BOOST_TEST((parent_of(0)->trace == parent_of(1)->trace));
  BOOST_TEST((parent_of(0)->parent != parent_of(1)->parent));
  // The slow one's time is counted without a status: what it would have said, nobody knows.
  std::uint64_t given_up = 0;
  for (const config::endpoint_load& each : run.fixture.gateway->observe_with_counts().endpoints)
    given_up += each.counted.answers.at(0);
  BOOST_TEST(given_up >= 1U);
  // Both places are free again, and the client's connection is good for more.
  run.await_idle();
  run.client.send(post("/deployment/pub/fast", "{}"));
  BOOST_TEST(body_of(run.client.receive_message()) == "fast");
}

BOOST_AUTO_TEST_CASE(a_hedge_that_comes_second_is_cancelled) {
  std::atomic<bool> second_there{false};
  std::atomic<bool> cancelled{false};
  two_replicas replicas{[&](raw_socket& connection) {
                          while (!second_there) std::this_thread::yield();
                          connection.send(answer_with(200, "first"));
                        },
                        [&](raw_socket& connection) {
                          second_there = true;
                          cancelled = connection.receive_all().empty();
                        }};
  hedging run{replicas.deployment()};
  run.ask_slowly();
  BOOST_TEST(body_of(run.client.receive_message()) == "first");
  while (!cancelled) std::this_thread::yield();
  BOOST_TEST(run.outcome("won") == 0);
  BOOST_TEST(run.outcome("lost") == 1);
}

BOOST_AUTO_TEST_CASE(the_failure_of_a_hedge_is_not_the_answer) {
  std::atomic<bool> second_failed{false};
  two_replicas replicas{[&](raw_socket& connection) {
                          while (!second_failed) std::this_thread::yield();
                          connection.send(answer_with(200, "first"));
                        },
                        [&](raw_socket& connection) {
                          connection.send(answer_with(503, "overloaded"));
                          second_failed = connection.receive_all().empty();  // the gateway lets go of it
                        }};
  hedging run{replicas.deployment()};
  run.ask_slowly();
  const std::string answer = run.client.receive_message();
  BOOST_TEST(status_of(answer) == 200);
  BOOST_TEST(body_of(answer) == "first");
  BOOST_TEST(run.outcome("lost") == 1);
}

BOOST_AUTO_TEST_CASE(a_hedge_goes_on_when_the_first_replica_is_lost) {
  std::atomic<bool> second_there{false};
  std::atomic<bool> first_lost{false};
  two_replicas replicas{[&](raw_socket& connection) {
                          while (!second_there) std::this_thread::yield();
                          connection.shutdown_send();
                          first_lost = true;
                        },
                        [&](raw_socket& connection) {
                          second_there = true;
                          while (!first_lost) std::this_thread::yield();
                          connection.send(answer_with(200, "second"));
                        }};
  hedging run{replicas.deployment()};
  run.ask_slowly();
  BOOST_TEST(body_of(run.client.receive_message()) == "second");
  BOOST_TEST(run.outcome("won") == 1);
  BOOST_TEST(replicas.slow_seen() == 2);
}

BOOST_AUTO_TEST_CASE(when_both_are_lost_it_is_502_and_nobody_else_is_asked) {
  std::atomic<bool> second_there{false};
  two_replicas replicas{[&](raw_socket&) {
                          while (!second_there) std::this_thread::yield();
                        },
                        [&](raw_socket&) { second_there = true; }};
  hedging run{replicas.deployment()};
  run.ask_slowly();
  const std::string answer = run.client.receive_message();
  BOOST_TEST(status_of(answer) == 502, answer);
  BOOST_TEST(body_of(answer).find("UPSTREAM_RESET") != std::string::npos);
  BOOST_TEST(replicas.slow_seen() == 2);
  BOOST_TEST(run.outcome("lost") == 1);
}

BOOST_AUTO_TEST_CASE(a_busy_replica_is_not_bothered) {
  // Where a busy machine made one replica look much slower than the other it gets no request: then all is made anew.
  constexpr int attempts = 10;
  constexpr std::size_t most_others = 90;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    std::atomic<bool> let_go{false};
    const auto hold = [&](raw_socket& connection) {
      while (!let_go) std::this_thread::yield();
      connection.send(answer_with(200, "held"));
    };
    two_replicas replicas{hold, hold};
    hedging run{replicas.deployment()};
    // Each replica has a request whose body is still coming: those are not hedged themselves.
    std::vector<raw_socket> others;
    const auto all_are_busy = [&] {
      std::vector<std::uint32_t> counts{0, 0};
      while (counts[0] + counts[1] != others.size()) counts = run.in_flight();
      return counts[0] > 0 && counts[1] > 0;
    };
    do {
      others.push_back(run.fixture.connect());
      others.back().send("POST /deployment/pub/fast HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab");
    } while (!all_are_busy() && others.size() < most_others);
    if (!all_are_busy()) continue;
    run.ask_slowly();
    run.await_outcome("no_idle_replica");
    let_go = true;
    BOOST_TEST(body_of(run.client.receive_message()) == "held");
    BOOST_TEST(replicas.slow_seen() == 1);
    for (raw_socket& each : others) {
      each.send("cd");
      BOOST_TEST(body_of(each.receive_message()) == "fast");
    }
    BOOST_TEST(run.outcome("won") + run.outcome("lost") == 0);
    return;
  }
  BOOST_FAIL("one replica looked too slow each time");
}

BOOST_AUTO_TEST_CASE(hedges_are_at_most_their_share_of_the_requests) {
  for (const std::size_t percent : {0U, 1U}) {  // of forty-one requests: less than one
    std::atomic<bool> let_go{false};
    const auto hold = [&](raw_socket& connection) {
      while (!let_go) std::this_thread::yield();
      connection.send(answer_with(200, "held"));
    };
    two_replicas replicas{hold, hold};
    hedging run{replicas.deployment(), percent};
    run.ask_slowly();
    run.await_outcome("limited");
    BOOST_TEST(replicas.slow_seen() == 1);
    let_go = true;
    BOOST_TEST(body_of(run.client.receive_message()) == "held");
    BOOST_TEST(replicas.slow_seen() == 1);
  }
}

BOOST_AUTO_TEST_CASE(only_idempotent_deployments_that_ask_for_it_are_hedged) {
  for (const bool is_idempotent : {true, false}) {
    std::atomic<bool> let_go{false};
    const auto hold = [&](raw_socket& connection) {
      while (!let_go) std::this_thread::yield();
      connection.send(answer_with(200, "held"));
    };
    two_replicas replicas{hold, hold};
    config::deployment_config deployment = replicas.deployment();
    deployment.serving.idempotent = is_idempotent;
    deployment.serving.hedge = !is_idempotent;
    hedging run{deployment};
    run.ask_slowly();
    BOOST_TEST(run.client.is_silent_for(milliseconds{200}));
    BOOST_TEST(replicas.slow_seen() == 1);
    let_go = true;
    BOOST_TEST(body_of(run.client.receive_message()) == "held");
  }
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_cancels_both) {
  std::atomic<int> cancelled{0};
  const auto wait = [&](raw_socket& connection) {
    if (connection.receive_all().empty()) ++cancelled;
  };
  two_replicas replicas{wait, wait};
  hedging run{replicas.deployment()};
  run.ask_slowly();
  replicas.await_slow(2);
  run.client.reset();
  while (cancelled < 2) std::this_thread::yield();
  run.await_idle();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
