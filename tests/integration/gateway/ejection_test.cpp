// Replicas that do much worse than the others of their deployment, and replicas that begin to serve.
#include "tests/support/gateway_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <poll.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace modelgate::test {
namespace {

using namespace std::chrono_literals;

const std::string good = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

std::string answer_with(const std::string& status) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n";
}

/// Answers each request with what a test has set; nothing: it closes instead.
struct moody_replica {
  explicit moody_replica(std::string first) : mood{std::make_shared<const std::string>(std::move(first))} {}

  void answer(std::string text) { std::atomic_store(&mood, std::make_shared<const std::string>(std::move(text))); }

  std::shared_ptr<const std::string> mood;
  scripted_upstream upstream{[this](raw_socket& connection, scripted_upstream& self) {
    for (;;) {
      const std::string request = connection.receive_message();
      if (request.empty()) return;
      self.note(request);
      const auto now = std::atomic_load(&mood);
      if (now->empty()) return;
      connection.send(*now);
    }
  }};
};

/// Slower than one that answers at once, which dispatch therefore prefers.
void answer_slowly(raw_socket& connection, scripted_upstream& self) {
  constexpr int work_ms = 5;
  for (;;) {
    const std::string request = connection.receive_message();
    if (request.empty()) return;
    self.note(request);
    ::poll(nullptr, 0, work_ms);
    connection.send(good);
  }
}

config::settings settings_for_ejection(std::chrono::milliseconds ejected) {
  config::settings settings = gateway_fixture::short_settings();
  settings.timeouts.replica_doubt = 1ms;
  settings.health.ejection_time = ejected;
  settings.health.ejection_time_max = 1h;
  return settings;
}

struct ejection_fixture : gateway_fixture {
  explicit ejection_fixture(std::chrono::milliseconds ejected = 10min)
      : gateway_fixture{settings_for_ejection(ejected)} {}

  int ask_once() const { return status_of(ask(post("/deployment/pub/x", "{}"))); }
  /// Asks until it holds; false when it does not in time.
  template <class Holds>
  bool ask_until(Holds holds) const {
    const auto deadline = steady_clock::now() + patience;
    while (!holds()) {
      if (steady_clock::now() > deadline) return false;
      static_cast<void>(ask_once());
    }
    return true;
  }
  double ejections(const std::string& cause) const {
    return metric("modelgate_ejections_total{deployment_name=\"pub\",cause=\"" + cause + "\"}");
  }
  double all_ejections() const {
    double sum = 0;
    for (const char* cause : {"connect", "reset", "invalid", "status", "timeout", "latency"}) sum += ejections(cause);
    return sum;
  }
  bool is_ejected(int index) const {
    return metric("modelgate_replica_ejected{deployment_name=\"pub\",replica=\"deploy-pub-r1-" + std::to_string(index)
                  + "\"}")
           == 1;
  }
};

struct quick_ejection_fixture : ejection_fixture {
  quick_ejection_fixture() : ejection_fixture{200ms} {}
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(ejection, ejection_fixture)

BOOST_AUTO_TEST_CASE(failures_in_a_row_eject_whatever_they_are) {
  const std::vector<std::pair<std::string, std::string>> ways{{"status", answer_with("500 Oh")},
                                                              {"status", answer_with("503 Busy")},
                                                              {"reset", ""},
                                                              {"invalid", "what?\r\n\r\n"}};
  for (const auto& [cause, mood] : ways) {
    moody_replica fails{mood};
    scripted_upstream works;
    deploy("pub", {&fails.upstream, &works});
    const double before = ejections(cause);
    BOOST_TEST_REQUIRE(ask_until([&] { return is_ejected(0); }), cause);
    BOOST_TEST(ejections(cause) == before + 1);
    BOOST_TEST(metric("modelgate_breakers{deployment_name=\"pub\",state=\"open\"}") == 1);
    BOOST_TEST(metric("modelgate_breakers{deployment_name=\"pub\",state=\"closed\"}") == 1);
    BOOST_TEST(fails.upstream.requests().size() == 5U);
    for (int i = 0; i < 20; ++i) BOOST_TEST(ask_once() == 200);
    BOOST_TEST(fails.upstream.requests().size() == 5U);
  }
}

BOOST_AUTO_TEST_CASE(a_replica_that_takes_no_connection_is_ejected) {
  scripted_upstream dead;
  dead.stop();
  scripted_upstream works;
  deploy("pub", {&dead, &works});
  BOOST_TEST_REQUIRE(ask_until([&] { return is_ejected(0); }));
  BOOST_TEST(ejections("connect") == 1);
  const double retries = metric("modelgate_retries_total{reason=\"connect\"}");
  for (int i = 0; i < 20; ++i) BOOST_TEST(ask_once() == 200);
  BOOST_TEST(metric("modelgate_retries_total{reason=\"connect\"}") == retries);
}

BOOST_AUTO_TEST_CASE(a_replica_that_never_answers_is_ejected) {
  scripted_upstream hangs{[](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    static_cast<void>(connection.receive_some());
  }};
  scripted_upstream works;
  config::deployment_config deployment = make("pub", {&hangs, &works});
  deployment.serving.timeout = 50ms;
  deploy(deployment);
  BOOST_TEST_REQUIRE(ask_until([&] { return is_ejected(0); }));
  BOOST_TEST(ejections("timeout") == 1);
}

BOOST_AUTO_TEST_CASE(a_client_that_gives_little_time_ejects_nobody) {
  scripted_upstream hangs{[](raw_socket& connection, scripted_upstream& self) {
    self.note(connection.receive_message());
    static_cast<void>(connection.receive_some());
  }};
  scripted_upstream works;
  deploy("pub", {&hangs, &works});
  const auto deadline = steady_clock::now() + patience;
  while (hangs.requests().size() < 20 && steady_clock::now() < deadline) {
    static_cast<void>(ask(post("/deployment/pub/x", "{}", "X-Request-Timeout: 0.02\r\n")));
  }
  BOOST_TEST(hangs.requests().size() >= 20U);
  BOOST_TEST(all_ejections() == 0);
}

BOOST_AUTO_TEST_CASE(answers_that_blame_the_request_never_eject) {
  for (const char* status : {"400 Bad", "404 Not Found", "422 No", "429 Slow", "501 Not Implemented", "505 Old"}) {
    moody_replica refuses{answer_with(status)};
    scripted_upstream works{answer_slowly};
    deploy("pub", {&refuses.upstream, &works});
    BOOST_TEST_REQUIRE(ask_until([&] { return refuses.upstream.requests().size() >= 20; }), status);
    BOOST_TEST(all_ejections() == 0, status);
  }
}

BOOST_AUTO_TEST_CASE(the_last_replica_is_never_ejected) {
  moody_replica only{answer_with("500 Oh")};
  deploy("pub", {&only.upstream});
  for (int i = 0; i < 20; ++i) BOOST_TEST(ask_once() == 500);
  BOOST_TEST(only.upstream.requests().size() == 20U);
  BOOST_TEST(all_ejections() == 0);
}

BOOST_AUTO_TEST_CASE(what_every_replica_answers_empties_no_pool) {
  moody_replica one{answer_with("500 Oh")};
  moody_replica two{answer_with("500 Oh")};
  moody_replica three{answer_with("500 Oh")};
  deploy("pub", {&one.upstream, &two.upstream, &three.upstream});
  for (int i = 0; i < 60; ++i) BOOST_TEST(ask_once() == 500);
  BOOST_TEST(all_ejections() == 0);
}

BOOST_AUTO_TEST_CASE(an_ejected_replica_serves_when_it_is_the_last_one) {
  moody_replica fails{answer_with("500 Oh")};
  scripted_upstream works;
  deploy("pub", {&fails.upstream, &works});
  BOOST_TEST_REQUIRE(ask_until([&] { return is_ejected(0); }));
  fails.answer(good);
  deploy("pub", {&fails.upstream});
  BOOST_TEST(!is_ejected(0));
  for (int i = 0; i < 10; ++i) BOOST_TEST(ask_once() == 200);
}

BOOST_FIXTURE_TEST_CASE(one_good_request_restores_it, quick_ejection_fixture) {
  moody_replica moody{answer_with("500 Oh")};
  scripted_upstream works{answer_slowly};
  deploy("pub", {&moody.upstream, &works});
  BOOST_TEST_REQUIRE(ask_until([&] { return is_ejected(0); }));
  moody.answer(good);
  BOOST_TEST_REQUIRE(ask_until([&] { return moody.upstream.requests().size() >= 6; }));
  // Nobody asks any more: a client has its answer a moment before it counts.
  const auto deadline = steady_clock::now() + patience;
  while (is_ejected(0) && steady_clock::now() < deadline) std::this_thread::yield();
  BOOST_TEST(!is_ejected(0));
  BOOST_TEST(all_ejections() == 1);
  BOOST_TEST(moody.upstream.requests().size() == 6U);
  BOOST_TEST(ask_until([&] { return moody.upstream.requests().size() >= 20; }));
}

BOOST_FIXTURE_TEST_CASE(one_bad_request_ejects_it_again_and_no_second_one_is_lost, quick_ejection_fixture) {
  moody_replica moody{answer_with("500 Oh")};
  scripted_upstream works;
  deploy("pub", {&moody.upstream, &works});
  for (const double times : {1, 2, 3}) {
    BOOST_TEST_REQUIRE(ask_until([&] { return all_ejections() == times; }));
    // Five made the first one, and each trial is one request.
    BOOST_TEST(static_cast<double>(moody.upstream.requests().size()) == 4 + times);
  }
}

BOOST_FIXTURE_TEST_CASE(only_one_request_at_a_time_tries_it, quick_ejection_fixture) {
  std::atomic<bool> fails{true};
  std::atomic<bool> let_go{false};
  scripted_upstream moody{[&](raw_socket& connection, scripted_upstream& self) {
    for (;;) {
      const std::string request = connection.receive_message();
      if (request.empty()) return;
      self.note(request);
      if (fails) {
        connection.send(answer_with("500 Oh"));
        continue;
      }
      while (!let_go) std::this_thread::yield();
      connection.send(good);
    }
  }};
  scripted_upstream works;
  deploy("pub", {&moody, &works});
  BOOST_TEST_REQUIRE(ask_until([&] { return is_ejected(0); }));
  fails = false;
  // Whoever gets the trial waits until it is let go: asked one after the other, each on a connection of its own.
  std::vector<raw_socket> clients;
  const std::size_t before = moody.requests().size();
  const auto deadline = steady_clock::now() + patience;
  while (moody.requests().size() == before && steady_clock::now() < deadline) {
    const std::size_t seen = works.requests().size() + moody.requests().size();
    clients.push_back(connect());
    clients.back().send(post("/deployment/pub/x", "{}"));
    while (works.requests().size() + moody.requests().size() == seen) std::this_thread::yield();
  }
  BOOST_TEST_REQUIRE(moody.requests().size() == before + 1);
  for (int i = 0; i < 20; ++i) BOOST_TEST(ask_once() == 200);
  BOOST_TEST(moody.requests().size() == before + 1);
  BOOST_TEST(is_ejected(0));
  let_go = true;
  for (raw_socket& each : clients) BOOST_TEST(status_of(each.receive_message()) == 200);
  BOOST_TEST(ask_until([&] { return !is_ejected(0); }));
}

BOOST_AUTO_TEST_CASE(a_gross_outlier_is_ejected) {
  std::atomic<int> pause{1};
  const auto serve = [](const std::atomic<int>* own) {
    return [own](raw_socket& connection, scripted_upstream& self) {
      for (;;) {
        const std::string request = connection.receive_message();
        if (request.empty()) return;
        self.note(request);
        ::poll(nullptr, 0, *own);
        connection.send(good);
      }
    };
  };
  std::atomic<int> usual{1};
  scripted_upstream slow{serve(&pause)};
  scripted_upstream fast{serve(&usual)};
  config::deployment_config deployment = make("pub", {&slow, &fast});
  gateway_fixture::declare(deployment, 1);
  deployment.serving.max_queue = 1'000;
  deployment.serving.queue_timeout = 60s;
  deploy(deployment);
  // So many at a time that the slow one, too, is needed; else dispatch leaves it idle by itself.
  const auto deadline = steady_clock::now() + patience;
  std::vector<raw_socket> clients;
  for (int i = 0; i < 150; ++i) clients.push_back(connect());
  const auto ask_all = [&] {
    for (raw_socket& each : clients) each.send(post("/deployment/pub/x", "{}"));
    for (raw_socket& each : clients) BOOST_TEST(status_of(each.receive_message()) == 200);
  };
  while ((slow.requests().size() < 20 || fast.requests().size() < 20) && steady_clock::now() < deadline) ask_all();
  pause = 400;
  while (!is_ejected(0) && steady_clock::now() < deadline) ask_all();
  BOOST_TEST(is_ejected(0));
  BOOST_TEST(ejections("latency") == 1);
  const std::size_t before = slow.requests().size();
  ask_all();
  BOOST_TEST(slow.requests().size() == before);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ramp)

BOOST_AUTO_TEST_CASE(a_new_replica_gets_one_request_at_a_time_first_and_nobody_is_refused_for_it) {
  std::atomic<int> answers_left{0};
  scripted_upstream replica{[&](raw_socket& connection, scripted_upstream& self) {
    for (;;) {
      const std::string request = connection.receive_message();
      if (request.empty()) return;
      self.note(request);
      for (int left = answers_left; left == 0 || !answers_left.compare_exchange_weak(left, left - 1);
           left = answers_left) {
        std::this_thread::yield();
      }
      connection.send(good);
    }
  }};
  scripted_upstream other;
  config::settings settings = gateway_fixture::short_settings();
  settings.health.ramp_time = 10min;
  gateway_fixture fixture{settings};
  fixture.deploy("other", {&other});  // what the first snapshot has is taken to have been serving
  config::deployment_config deployment = gateway_fixture::make("pub", {&replica});
  gateway_fixture::declare(deployment, 4);
  deployment.serving.max_queue = 2;
  fixture.deploy(deployment);
  const auto limit = [&] {
    return fixture.metric("modelgate_replica_concurrency_limit{deployment_name=\"pub\",replica=\"deploy-pub-r1-0\"}");
  };
  BOOST_TEST(limit() == 1);
  std::vector<raw_socket> clients;
  for (int i = 0; i < 6; ++i) {  // four that it would take, and two that would wait
    clients.push_back(fixture.connect());
    clients.back().send(post("/deployment/pub/x", "{}"));
  }
  static_cast<void>(replica.await_requests(1));
  while (fixture.metric("modelgate_queue_depth{deployment_name=\"pub\"}") < 5) std::this_thread::yield();
  BOOST_TEST(replica.requests().size() == 1U);
  const std::string refused = fixture.ask(post("/deployment/pub/x", "{}"));
  BOOST_TEST(status_of(refused) == 503);
  BOOST_TEST(body_of(refused).find("QUEUE_FULL") != std::string::npos);

  answers_left = 1;
  static_cast<void>(replica.await_requests(3));  // one was answered: two at a time
  while (limit() != 2) std::this_thread::yield();
  BOOST_TEST(fixture.metric("modelgate_replica_in_flight{deployment_name=\"pub\",replica=\"deploy-pub-r1-0\"}") == 2);
  answers_left = 100;
  for (raw_socket& each : clients) BOOST_TEST(status_of(each.receive_message()) == 200);
  BOOST_TEST(limit() == 4);

  deployment.serving.max_queue = 3;
  fixture.deploy(deployment);  // the same replica: it has been serving
  BOOST_TEST(limit() == 4);
}

BOOST_AUTO_TEST_CASE(what_the_first_snapshot_has_is_taken_to_have_been_serving) {
  scripted_upstream replica;
  config::settings settings = gateway_fixture::short_settings();
  settings.health.ramp_time = 10min;
  gateway_fixture fixture{settings};
  config::deployment_config deployment = gateway_fixture::make("pub", {&replica});
  gateway_fixture::declare(deployment, 4);
  fixture.deploy(deployment);
  BOOST_TEST(fixture.metric("modelgate_replica_concurrency_limit{deployment_name=\"pub\",replica=\"deploy-pub-r1-0\"}")
             == 4);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
