// What is timed of predictions: every one that ends, and whose time it was.
#include "tests/support/gated_replica.hpp"
#include "tests/support/gateway_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <poll.h>

#include <atomic>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

namespace modelgate::test {
namespace {

using namespace std::chrono_literals;

const std::string request = post("/deployment/pub/x", "{}");
const std::vector<std::string> histograms{"modelgate_request_seconds", "modelgate_time_to_first_byte_seconds",
                                          "modelgate_overhead_seconds"};

std::string of_pub(const std::string& name) {
  return name + "{deployment_name=\"pub\"}";
}

template <class Holds>
bool comes_true(Holds holds) {
  const steady_time deadline = steady_clock::now() + patience;
  while (!holds()) {
    if (steady_clock::now() > deadline) return false;
  }
  return true;
}

/// So many predictions in each histogram, and as many in Seldon's; counted is after answered.
void expect_counts(const gateway_fixture& fixture, const std::vector<double>& expected) {
  for (std::size_t i = 0; i < histograms.size(); ++i) {
    const std::string name = of_pub(histograms[i] + "_count");
    BOOST_TEST(comes_true([&] { return fixture.metric(name) == expected[i]; }), name << fixture.metric(name));
  }
  std::istringstream lines{fixture.gateway->metrics_text()};
  double counted_by_seldon = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("seldon_api_executor_server_requests_seconds_count{", 0) == 0
        && line.find("service=\"predictions\"") != std::string::npos)
      counted_by_seldon += std::strtod(line.c_str() + line.rfind(' '), nullptr);
  }
  BOOST_TEST(counted_by_seldon == expected[0]);
}

double seconds_of(const gateway_fixture& fixture, const std::string& name) {
  return fixture.metric(of_pub(name + "_sum"));
}

/// Works for so long on each request.
struct slow_replica {
  static constexpr int work_ms = 30;
  scripted_upstream upstream{[](raw_socket& connection, scripted_upstream&) {
    while (!connection.receive_message().empty()) {
      ::poll(nullptr, 0, work_ms);
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
  }};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(times)

BOOST_AUTO_TEST_CASE(a_prediction_is_timed_and_the_replicas_time_is_no_overhead) {
  slow_replica replica;
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica.upstream});
  for (int i = 0; i < 3; ++i) BOOST_TEST(status_of(fixture.ask(request)) == 200);
  for (const char* name :
       {"modelgate_request_seconds", "modelgate_time_to_first_byte_seconds", "modelgate_overhead_seconds"}) {
    BOOST_TEST(comes_true([&] { return fixture.metric(of_pub(std::string{name} + "_count")) == 3; }), name);
  }
  const double latency = fixture.metric(of_pub("modelgate_request_seconds_sum"));
  const double first_byte = fixture.metric(of_pub("modelgate_time_to_first_byte_seconds_sum"));
  const double overhead = fixture.metric(of_pub("modelgate_overhead_seconds_sum"));
  const double worked = 3 * slow_replica::work_ms * 1e-3;
  BOOST_TEST(first_byte >= worked);
  BOOST_TEST(latency >= first_byte);
  BOOST_TEST(overhead > 0);
  BOOST_TEST(overhead <= latency - worked);
}

BOOST_AUTO_TEST_CASE(time_in_the_queue_is_no_overhead) {
  slow_replica replica;
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("pub", {&replica.upstream});
  gateway_fixture::declare(deployment, 1);
  fixture.deploy(deployment);
  std::vector<raw_socket> clients;
  clients.reserve(3);
  for (int i = 0; i < 3; ++i) clients.push_back(fixture.connect());
  for (raw_socket& each : clients) each.send(request);
  for (raw_socket& each : clients) BOOST_TEST(status_of(each.receive_message()) == 200);
  BOOST_TEST(comes_true([&] { return fixture.metric(of_pub("modelgate_overhead_seconds_count")) == 3; }));
  // One, two and three times the replica's time, of which the last two wait.
  const double waited = fixture.metric("modelgate_queue_wait_seconds_total");
  const double latency = fixture.metric(of_pub("modelgate_request_seconds_sum"));
  BOOST_TEST(waited > 0);
  BOOST_TEST(fixture.metric(of_pub("modelgate_overhead_seconds_sum"))
             <= latency - waited - 3 * slow_replica::work_ms * 1e-3 + 1e-5);
}

BOOST_AUTO_TEST_CASE(an_answer_that_comes_in_pieces_is_the_replicas_time) {
  scripted_upstream replica{[](raw_socket& connection, scripted_upstream&) {
    static_cast<void>(connection.receive_message());
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nok");
    ::poll(nullptr, 0, slow_replica::work_ms);
    connection.send("ok");
  }};
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  BOOST_TEST(status_of(fixture.ask(request)) == 200);
  BOOST_TEST(comes_true([&] { return fixture.metric(of_pub("modelgate_overhead_seconds_count")) == 1; }));
  const double latency = fixture.metric(of_pub("modelgate_request_seconds_sum"));
  const double first_byte = fixture.metric(of_pub("modelgate_time_to_first_byte_seconds_sum"));
  BOOST_TEST(latency - first_byte > slow_replica::work_ms * 1e-3 * 0.9);
  BOOST_TEST(fixture.metric(of_pub("modelgate_overhead_seconds_sum")) < latency - slow_replica::work_ms * 1e-3 * 0.9);
}

BOOST_AUTO_TEST_CASE(a_prediction_that_takes_too_long_is_timed_and_none_of_it_is_overhead) {
  scripted_upstream silent{
      [](raw_socket& connection, scripted_upstream&) { static_cast<void>(connection.receive_all()); }};
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("pub", {&silent});
  deployment.serving.timeout = 150ms;
  fixture.deploy(deployment);
  BOOST_TEST(status_of(fixture.ask(request)) == 504);
  expect_counts(fixture, {1, 1, 1});
  const double latency = seconds_of(fixture, "modelgate_request_seconds");
  BOOST_TEST(latency >= 0.15);
  BOOST_TEST(seconds_of(fixture, "modelgate_time_to_first_byte_seconds") == latency);  // that of our own answer
  BOOST_TEST(seconds_of(fixture, "modelgate_overhead_seconds") <= latency - 0.15 * 0.9);
}

BOOST_AUTO_TEST_CASE(what_the_gateway_refuses_is_timed_and_all_of_it_is_overhead) {
  scripted_upstream replica;
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("pub", {&replica});
  deployment.access = config::access_type::clients;
  deployment.clients.push_back(fixture.credential("app", "token"));
  deployment.serving.max_body_bytes = 10;
  fixture.deploy(deployment);
  BOOST_TEST(status_of(fixture.ask(request)) == 401);
  BOOST_TEST(status_of(fixture.ask(post("/deployment/pub/x", "more than ten bytes"))) == 413);
  expect_counts(fixture, {2, 2, 2});
  BOOST_TEST(seconds_of(fixture, "modelgate_overhead_seconds") == seconds_of(fixture, "modelgate_request_seconds"));
}

BOOST_AUTO_TEST_CASE(a_lost_replica_is_timed_and_its_time_is_no_overhead) {
  scripted_upstream lost{[](raw_socket& connection, scripted_upstream&) {
    static_cast<void>(connection.receive_message());
    ::poll(nullptr, 0, slow_replica::work_ms);
  }};
  gateway_fixture fixture;
  fixture.deploy("pub", {&lost});
  BOOST_TEST(status_of(fixture.ask(request)) == 502);
  expect_counts(fixture, {1, 1, 1});
  BOOST_TEST(seconds_of(fixture, "modelgate_overhead_seconds")
             <= seconds_of(fixture, "modelgate_request_seconds") - slow_replica::work_ms * 1e-3 * 0.9);
}

BOOST_AUTO_TEST_CASE(a_second_try_is_the_replicas_time_like_the_first) {
  std::atomic<int> seen{0};
  const auto first_loses = [&](raw_socket& connection, scripted_upstream&) {
    static_cast<void>(connection.receive_message());
    ::poll(nullptr, 0, slow_replica::work_ms);
    if (++seen == 2) connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  };
  scripted_upstream one{first_loses};
  scripted_upstream two{first_loses};
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("pub", {&one, &two});
  deployment.serving.idempotent = true;
  fixture.deploy(deployment);
  BOOST_TEST(status_of(fixture.ask(request)) == 200);
  expect_counts(fixture, {1, 1, 1});
  BOOST_TEST(seconds_of(fixture, "modelgate_overhead_seconds")
             <= seconds_of(fixture, "modelgate_request_seconds") - 2 * slow_replica::work_ms * 1e-3 * 0.9);
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_before_the_answer_has_no_first_byte) {
  gated_replica replica;
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica.upstream});
  {
    raw_socket caller = fixture.connect();
    caller.send(request);
    static_cast<void>(replica.upstream.await_requests(1));
  }
  expect_counts(fixture, {1, 0, 1});
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_cut_had_a_first_byte) {
  scripted_upstream cutting{[](raw_socket& connection, scripted_upstream&) {
    static_cast<void>(connection.receive_message());
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nok");
  }};
  gateway_fixture fixture;
  fixture.deploy("pub", {&cutting});
  BOOST_TEST(fixture.ask(request).find("ok") != std::string::npos);
  expect_counts(fixture, {1, 1, 1});
}

BOOST_AUTO_TEST_CASE(a_stopped_deployment_fails_nobody) {
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("pub", {});
  fixture.deploy(deployment);
  BOOST_TEST(status_of(fixture.ask(request)) == 503);
  deployment.state = config::deployment_state::stopped;
  fixture.deploy(deployment);
  for (int i = 0; i < 2; ++i) BOOST_TEST(status_of(fixture.ask(request)) == 503);
  expect_counts(fixture, {3, 3, 3});
  const auto failed = [&](const std::string& cause) {
    return fixture.metric("modelgate_failed_predictions_total{deployment_name=\"pub\",cause=\"" + cause + "\"}");
  };
  BOOST_TEST(failed("fault") == 1);
  BOOST_TEST(failed("stopped") == 2);
  // No model was asked, and none was missing.
  const std::string text = fixture.gateway->metrics_text();
  const std::string row = "seldon_api_executor_client_requests_seconds_count{";
  double called = 0;
  for (std::size_t at = text.find(row); at != std::string::npos; at = text.find(row, at + 1))
    called += std::strtod(text.c_str() + text.find("} ", at) + 2, nullptr);
  BOOST_TEST(called == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
