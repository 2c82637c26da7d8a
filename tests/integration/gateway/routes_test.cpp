#include "tests/support/gateway_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::test {
namespace {

BOOST_AUTO_TEST_SUITE(routes)

BOOST_AUTO_TEST_CASE(maps_seldon_paths_to_the_wrapper) {
  scripted_upstream replica;
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("iris", {&replica});
  deployment.serving.protocol = config::upstream_protocol::seldon;
  fixture.deploy(deployment);

  const std::vector<std::pair<std::string, std::string>> mapped{
      {post("/deployment/iris/api/v1.0/predictions", "{}"), "POST /predict HTTP/1.1\r\n"},
      {post("/deployment/iris/api/v0.1/predictions?x=1", "{}"), "POST /predict?x=1 HTTP/1.1\r\n"},
      {post("/deployment/iris/api/v1.0/feedback", "{}"), "POST /send-feedback HTTP/1.1\r\n"},
      {get("/deployment/iris/api/v1.0/status"), "GET /health/status HTTP/1.1\r\n"},
      {get("/deployment/iris/api/v1.0/metadata"), "GET /metadata HTTP/1.1\r\n"},
      {get("/deployment/iris/api/v1.0/doc"), "GET /seldon.json HTTP/1.1\r\n"},
      {get("/deployment/iris/v2/models/m/ready"), "GET /v2/models/m/ready HTTP/1.1\r\n"},
      {post("/deployment/iris/v1/models/m:predict", "{}"), "POST /v1/models/m:predict HTTP/1.1\r\n"},
  };
  for (const auto& [request, upstream_line] : mapped) {
    BOOST_TEST(status_of(fixture.ask(request)) == 200);
    BOOST_TEST(replica.requests().back().starts_with(upstream_line), replica.requests().back());
  }
  BOOST_TEST(replica.requests().size() == mapped.size());
}

BOOST_AUTO_TEST_CASE(strips_the_prefix_for_passthrough) {
  scripted_upstream replica;
  gateway_fixture fixture;
  fixture.deploy("flask", {&replica});
  BOOST_TEST(status_of(fixture.ask(get("/deployment/flask/some/path?q=%20a"))) == 200);
  BOOST_TEST(replica.requests().back().starts_with("GET /some/path?q=%20a HTTP/1.1\r\n"));
}

BOOST_AUTO_TEST_CASE(answers_unknown_deployments_and_routes_in_seldons_shape) {
  scripted_upstream replica;
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("iris", {&replica});
  deployment.serving.protocol = config::upstream_protocol::seldon;
  fixture.deploy(deployment);

  const std::string unknown = fixture.ask(get("/deployment/none/api/v1.0/predictions", "X-Request-Id: req-1\r\n"));
  BOOST_TEST(status_of(unknown) == 404);
  BOOST_TEST(field_of(unknown, "Content-Type") == "application/json");
  BOOST_TEST(field_of(unknown, "X-Request-Id") == "req-1");
  BOOST_TEST(
      body_of(unknown)
      == R"({"status":{"code":404,"info":"there is no deployment with this id","reason":"DEPLOYMENT_NOT_FOUND","status":"FAILURE"},"meta":{"requestId":"req-1"}})");
  for (const char* path :
       {"/deployment/iris/metrics", "/deployment/iris/prometheus", "/deployment/iris/api/v2.0/predictions",
        "/deployment/iris/api/v1.0/other", "/deployment/iris", "/", "/other"}) {
    const std::string answer = fixture.ask(get(path));
    BOOST_TEST(status_of(answer) == 404, path);
    BOOST_TEST(body_of(answer).find("ROUTE_NOT_FOUND") != std::string::npos, path);
  }
  BOOST_TEST(replica.requests().empty());
  BOOST_TEST(fixture.metric("modelgate_unrouted_total{reason=\"deployment_not_found\"}") == 1);
  BOOST_TEST(fixture.metric("modelgate_unrouted_total{reason=\"route_not_found\"}") == 7);
}

BOOST_AUTO_TEST_CASE(never_forwards_metrics_of_a_passthrough_replica) {
  scripted_upstream replica;
  gateway_fixture fixture;
  fixture.deploy("flask", {&replica});
  BOOST_TEST(status_of(fixture.ask(get("/deployment/flask/metrics"))) == 404);
  BOOST_TEST(status_of(fixture.ask(get("/deployment/flask/prometheus/x"))) == 404);
  BOOST_TEST(replica.requests().empty());
}

BOOST_AUTO_TEST_CASE(refuses_other_methods_with_allow) {
  scripted_upstream replica;
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("iris", {&replica});
  deployment.serving.protocol = config::upstream_protocol::seldon;
  fixture.deploy(deployment);
  const std::string answer = fixture.ask("DELETE /deployment/iris/api/v1.0/predictions HTTP/1.1\r\nHost: a\r\n\r\n");
  BOOST_TEST(status_of(answer) == 405);
  BOOST_TEST(field_of(answer, "Allow") == "GET, HEAD, OPTIONS, POST");
  const std::string feedback = fixture.ask(get("/deployment/iris/api/v1.0/feedback"));
  BOOST_TEST(status_of(feedback) == 405);
  BOOST_TEST(field_of(feedback, "Allow") == "OPTIONS, POST");
  BOOST_TEST(status_of(fixture.ask("TRACE /deployment/iris/v2/x HTTP/1.1\r\nHost: a\r\n\r\n")) == 405);
  BOOST_TEST(replica.requests().empty());
}

BOOST_AUTO_TEST_CASE(answers_a_preflight_itself) {
  scripted_upstream replica;
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("iris", {&replica});
  deployment.serving.protocol = config::upstream_protocol::seldon;
  fixture.deploy(deployment);
  const std::string answer = fixture.ask("OPTIONS /deployment/iris/api/v1.0/predictions HTTP/1.1\r\nHost: a\r\n\r\n");
  BOOST_TEST(status_of(answer) == 200);
  BOOST_TEST(field_of(answer, "Access-Control-Allow-Origin") == "*");
  BOOST_TEST(replica.requests().empty());
}

BOOST_AUTO_TEST_CASE(tells_stopped_from_not_ready) {
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("iris", {});
  fixture.deploy(deployment);
  const std::string waiting = fixture.ask(post("/deployment/iris/predict", "{}"));
  BOOST_TEST(status_of(waiting) == 503);
  BOOST_TEST(body_of(waiting).find("NO_READY_REPLICA") != std::string::npos);
  BOOST_TEST(!field_of(waiting, "Retry-After").empty());

  deployment.state = config::deployment_state::stopped;
  fixture.deploy(deployment);
  const std::string stopped = fixture.ask(post("/deployment/iris/predict", "{}"));
  BOOST_TEST(status_of(stopped) == 503);
  BOOST_TEST(body_of(stopped).find("DEPLOYMENT_STOPPED") != std::string::npos);
  BOOST_TEST(body_of(stopped).find("503 Service Temporarily Unavailable") != std::string::npos);
  // Its group may have been disabled: then nobody can start it.
  BOOST_TEST(body_of(stopped).find("start it") == std::string::npos);
  BOOST_TEST(!field_of(stopped, "Retry-After").empty());
}

BOOST_AUTO_TEST_CASE(answers_ping_ready_and_live_itself) {
  scripted_upstream replica;
  gateway_fixture fixture;
  config::deployment_config deployment = gateway_fixture::make("iris", {});
  deployment.serving.protocol = config::upstream_protocol::seldon;
  fixture.deploy(deployment);
  BOOST_TEST(body_of(fixture.ask(get("/ping"))) == "pong");
  BOOST_TEST(status_of(fixture.ask(get("/deployment/iris/live"))) == 200);
  BOOST_TEST(status_of(fixture.ask(get("/deployment/iris/ready"))) == 503);
  deployment.endpoints = gateway_fixture::make("iris", {&replica}).endpoints;
  fixture.deploy(deployment);
  BOOST_TEST(status_of(fixture.ask(get("/deployment/iris/ready"))) == 200);
  BOOST_TEST(replica.requests().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::test
