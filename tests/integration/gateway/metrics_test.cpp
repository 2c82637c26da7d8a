// What a scrape shows of requests: the rules of Seldon's rows, and what is our own.
#include "tests/support/gated_replica.hpp"
#include "tests/support/gateway_fixture.hpp"

#include "modelgate/http/reason.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

namespace modelgate::test {
namespace {

using namespace std::chrono_literals;

const std::string server = "seldon_api_executor_server_requests_seconds_count";
const std::string client = "seldon_api_executor_client_requests_seconds_count";
const std::string request = post("/deployment/pub/x", "{}");

/// The sum of all series of that name that have all of these labels, written as `code="200"`; -1: there is none.
double sum_of(const gateway_fixture& fixture, const std::string& name, const std::vector<std::string>& labels = {}) {
  std::istringstream lines{fixture.gateway->metrics_text()};
  double sum = -1;
  for (std::string line; std::getline(lines, line);) {
    bool is_asked_for = line.rfind(name + "{", 0) == 0;
    for (const std::string& label : labels) is_asked_for = is_asked_for && line.find(label) != std::string::npos;
    if (is_asked_for) sum = (sum < 0 ? 0 : sum) + std::strtod(line.c_str() + line.rfind(' '), nullptr);
  }
  return sum;
}

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

}  // namespace

BOOST_AUTO_TEST_SUITE(metrics)

BOOST_AUTO_TEST_CASE(answers_of_the_gateway_are_there_before_the_first_of_each_reason) {
  const gateway_fixture fixture;
  for (std::size_t i = 0; i < http::reason_count; ++i) {
    const std::string reason{http::word(static_cast<http::reason>(i))};
    BOOST_TEST(fixture.metric("modelgate_replies_total{reason=\"" + reason + "\"}") == 0, reason);
  }
}

BOOST_AUTO_TEST_CASE(what_no_replica_was_there_for_is_a_failed_call_of_the_model) {
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("pub", {});
  deployment.model_image = "demo/iris";
  deployment.model_version = "1.0";
  fixture.deploy(deployment);
  BOOST_TEST(status_of(fixture.ask(request)) == 503);
  const std::vector<std::string> labels{"code=\"503\"", "status=\"503\"", "model_image=\"demo/iris\""};
  BOOST_TEST(comes_true([&] { return sum_of(fixture, client, labels) == 1; }));
  BOOST_TEST(comes_true([&] { return sum_of(fixture, server, {"code=\"503\""}) == 1; }));
}

BOOST_AUTO_TEST_CASE(bytes_and_requests_in_flight_belong_to_their_deployment) {
  gated_replica replica;
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica.upstream});
  fixture.deploy("idle", {&replica.upstream});
  raw_socket caller = fixture.connect();
  caller.send(request);
  static_cast<void>(replica.upstream.await_requests(1));
  const std::string in_flight = "modelgate_deployment_requests_in_flight";
  BOOST_TEST(fixture.metric(of_pub(in_flight)) == 1);
  BOOST_TEST(fixture.metric(in_flight + "{deployment_name=\"idle\"}") == 0);
  replica.let_go = 1;
  BOOST_TEST(status_of(caller.receive_message()) == 200);
  BOOST_TEST(comes_true([&] { return fixture.metric(of_pub(in_flight)) == 0; }));
  BOOST_TEST(fixture.metric(of_pub("modelgate_deployment_request_body_bytes_total")) == 2);
  BOOST_TEST(fixture.metric(of_pub("modelgate_deployment_response_body_bytes_total")) == 2);
  BOOST_TEST(fixture.metric("modelgate_deployment_request_body_bytes_total{deployment_name=\"idle\"}") == 0);
}

BOOST_AUTO_TEST_CASE(failures_on_the_way_are_in_both_rows_with_one_code) {
  gateway_fixture fixture;
  scripted_upstream refusing;
  refusing.stop();
  scripted_upstream resetting{
      [](raw_socket& connection, scripted_upstream&) { static_cast<void>(connection.receive_message()); }};
  scripted_upstream silent{
      [](raw_socket& connection, scripted_upstream&) { static_cast<void>(connection.receive_all()); }};
  fixture.deploy("refusing", {&refusing});
  fixture.deploy("resetting", {&resetting});
  config::deployment_config deployment = gateway_fixture::make("silent", {&silent});
  deployment.serving.timeout = 50ms;
  fixture.deploy(deployment);
  for (const auto& [id, status] : {std::pair{"refusing", 502}, std::pair{"resetting", 502}, std::pair{"silent", 504}}) {
    BOOST_TEST(status_of(fixture.ask(post("/deployment/" + std::string{id} + "/x", "{}"))) == status, id);
    const std::vector<std::string> labels{"deployment_name=\"" + std::string{id} + "\"", "service=\"",
                                          "code=\"" + std::to_string(status) + "\",status=\"" + std::to_string(status)};
    BOOST_TEST(sum_of(fixture, server, labels) == 1, id);
    BOOST_TEST(sum_of(fixture, client, labels) == 1, id);
  }
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_is_a_499_in_both_rows) {
  gated_replica replica;
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica.upstream});
  {
    raw_socket caller = fixture.connect();
    caller.send(request);
    static_cast<void>(replica.upstream.await_requests(1));
  }
  BOOST_TEST(comes_true([&] { return sum_of(fixture, server, {"code=\"499\",status=\"499\""}) == 1; }));
  BOOST_TEST(sum_of(fixture, client, {"code=\"499\",status=\"499\""}) == 1);
}

BOOST_AUTO_TEST_CASE(what_the_gateway_answers_begins_with_zero_where_there_is_a_replica) {
  scripted_upstream replica;
  gateway_fixture fixture;
  config::deployment_config stopped = gateway_fixture::make("pub", {});
  stopped.state = config::deployment_state::stopped;
  fixture.deploy(stopped);
  const auto in = [&](const std::string& row, const char* status) {
    return sum_of(fixture, row, {std::string{"code=\""} + status + "\""});
  };
  BOOST_TEST(in(server, "200") == -1);
  fixture.deploy("pub", {});
  for (const char* status : {"200", "400", "500"}) {
    BOOST_TEST(in(server, status) == 0, status);
    BOOST_TEST(in(client, status) == 0, status);
  }
  BOOST_TEST(in(server, "502") == -1);
  fixture.deploy("pub", {&replica});
  for (const char* status : {"499", "502", "503", "504"}) {
    BOOST_TEST(in(server, status) == 0, status);
    BOOST_TEST(in(client, status) == 0, status);
  }
  for (const char* status : {"401", "429"}) {
    BOOST_TEST(in(server, status) == 0, status);
    BOOST_TEST(in(client, status) == -1, status);
  }
}

BOOST_AUTO_TEST_CASE(what_asks_about_a_model_is_no_prediction) {
  scripted_upstream replica;
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("iris", {&replica});
  deployment.serving.protocol = config::upstream_protocol::seldon;
  fixture.deploy(deployment);
  BOOST_TEST(status_of(fixture.ask(get("/deployment/iris/v2/models/m/ready"))) == 200);
  BOOST_TEST(status_of(fixture.ask(get("/deployment/iris/v1/models/m"))) == 200);
  BOOST_TEST(status_of(fixture.ask(post("/deployment/iris/v2/models/m/infer", "{}"))) == 200);
  BOOST_TEST(comes_true([&] { return sum_of(fixture, server, {"service=\"predictions\"", "code=\"200\""}) == 1; }));
  BOOST_TEST(comes_true([&] { return sum_of(fixture, server, {"service=\"metadata\"", "method=\"get\""}) == 2; }));
}

BOOST_AUTO_TEST_CASE(what_asks_for_no_model_is_in_no_row) {
  scripted_upstream replica;
  config::settings settings = gateway_fixture::short_settings();
  settings.prediction.cors = false;
  gateway_fixture fixture{settings};
  config::deployment_config deployment = gateway_fixture::make("iris", {&replica});
  deployment.serving.protocol = config::upstream_protocol::seldon;
  fixture.deploy(deployment);
  fixture.deploy("pub", {&replica});
  const std::string host = " HTTP/1.1\r\nHost: a\r\n\r\n";
  BOOST_TEST(status_of(fixture.ask(post("/deployment/none/api/v1.0/predictions", "{}"))) == 404);
  BOOST_TEST(status_of(fixture.ask(post("/deployment/iris/api/v1.0/nothing", "{}"))) == 404);
  BOOST_TEST(status_of(fixture.ask("DELETE /deployment/iris/api/v1.0/predictions" + host)) == 405);
  BOOST_TEST(status_of(fixture.ask("OPTIONS /deployment/iris/api/v1.0/predictions" + host)) == 405);
  BOOST_TEST(status_of(fixture.ask("OPTIONS /deployment/pub/x" + host)) == 200);
  BOOST_TEST(status_of(fixture.ask(get("/deployment/iris/ready"))) == 200);
  BOOST_TEST(status_of(fixture.ask(get("/deployment/iris/live"))) == 200);
  BOOST_TEST(sum_of(fixture, server) == 0);
  BOOST_TEST(sum_of(fixture, client) == 0);
  BOOST_TEST(fixture.metric("modelgate_unrouted_total{reason=\"method_not_allowed\"}") == 2);
}

BOOST_AUTO_TEST_CASE(every_series_of_a_deployment_has_the_name_that_the_template_gives) {
  scripted_upstream replica;
  config::settings settings = gateway_fixture::short_settings();
  settings.metrics_deployment_name = "deploy-{id}";
  gateway_fixture fixture{settings};
  config::deployment_config deployment = gateway_fixture::make("pub", {&replica});
  deployment.clients.push_back(fixture.credential("app", "token"));
  fixture.deploy(deployment);
  BOOST_TEST(status_of(fixture.ask(request)) == 200);
  const std::string text = fixture.gateway->metrics_text();
  BOOST_TEST(text.find("deployment_name=\"deploy-pub\"") != std::string::npos);
  BOOST_TEST(text.find("deployment_name=\"pub\"") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_path_that_was_called_may_be_a_label) {
  scripted_upstream replica;
  config::settings settings = gateway_fixture::short_settings();
  settings.metrics.client_service = config::client_service_label::path;
  gateway_fixture fixture{settings};
  fixture.deploy("pub", {&replica});
  BOOST_TEST(status_of(fixture.ask(post("/deployment/pub/v2/models/m/infer?x=y", "{}"))) == 200);
  BOOST_TEST(comes_true([&] {
    return sum_of(fixture, client, {"service=\"/v2/models/m/infer\"", "code=\"200\""}) == 1;
  }));
  BOOST_TEST(sum_of(fixture, client, {"service=\"/predict\""}) == 0);
}

BOOST_AUTO_TEST_CASE(clients_are_counted_by_name_and_the_rest_as_one) {
  scripted_upstream replica;
  config::settings settings = gateway_fixture::short_settings();
  settings.metrics.clients_per_deployment = 1;
  gateway_fixture fixture{settings};
  config::deployment_config deployment = gateway_fixture::make("pub", {&replica});
  deployment.access = config::access_type::clients;
  for (const char* name : {"alice", "bob"}) deployment.clients.push_back(fixture.credential(name, name));
  fixture.deploy(deployment);
  const auto count_of = [&](const std::string& name) {
    return fixture.metric("modelgate_client_requests_total{deployment_name=\"pub\",client=\"" + name + "\"}");
  };
  const auto ask_as = [&](const std::string& name) {
    return status_of(fixture.ask(post("/deployment/pub/x", "{}", "Authorization: Bearer " + name + "\r\n")));
  };
  BOOST_TEST(count_of("alice") == 0);
  BOOST_TEST(count_of("other") == 0);
  BOOST_TEST(ask_as("bob") == 200);
  BOOST_TEST(count_of("bob") == 1);
  BOOST_TEST(ask_as("alice") == 200);
  BOOST_TEST(ask_as("alice") == 200);
  BOOST_TEST(ask_as("nobody") == 401);
  BOOST_TEST(count_of("bob") == 1);
  BOOST_TEST(count_of("alice") == -1);
  BOOST_TEST(count_of("other") == 2);
}

BOOST_AUTO_TEST_CASE(breakers_are_counted_by_state) {
  scripted_upstream replica;
  gateway_fixture fixture;
  fixture.deploy("pub", {&replica});
  const auto breakers = [&](const std::string& state) {
    return fixture.metric("modelgate_breakers{deployment_name=\"pub\",state=\"" + state + "\"}");
  };
  BOOST_TEST(breakers("closed") == 1);
  BOOST_TEST(breakers("open") == 0);
  BOOST_TEST(breakers("half_open") == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
