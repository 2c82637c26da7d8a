#include "gateway/routing/route_match.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::routing {

using config::upstream_protocol;

BOOST_AUTO_TEST_SUITE(route_match_suite)

BOOST_AUTO_TEST_CASE(splits_the_deployment_from_the_rest) {
  BOOST_TEST((split_request_path("/ping").kind == path_kind::ping));
  const split_path path = split_request_path("/deployment/iris-1/api/v1.0/predictions");
  BOOST_TEST((path.kind == path_kind::deployment));
  BOOST_TEST(path.deployment.id == "iris-1");
  BOOST_TEST(path.deployment.rest == "/api/v1.0/predictions");
  BOOST_TEST(split_request_path("/deployment/iris").deployment.rest == "/");
  for (const char* unknown :
       {"/", "/pings", "/ping/", "/deployment", "/deployment/", "/DEPLOYMENT/iris/x", "/x/deployment/iris"}) {
    BOOST_TEST((split_request_path(unknown).kind == path_kind::unknown), unknown);
  }
}

BOOST_AUTO_TEST_CASE(seldon_serves_known_paths_only) {
  const auto upstream_of = [](std::string_view rest) {
    return match_route(upstream_protocol::seldon, rest).upstream_path;
  };
  BOOST_TEST(upstream_of("/api/v1.0/predictions") == "/predict");
  BOOST_TEST(upstream_of("/api/v0.1/feedback") == "/send-feedback");
  BOOST_TEST(upstream_of("/api/v1.0/health/status") == "/health/status");
  BOOST_TEST(upstream_of("/v2") == "/v2");
  BOOST_TEST(upstream_of("/v2/models/m/infer") == "/v2/models/m/infer");
  BOOST_TEST(upstream_of("/openai/v1/chat/completions") == "/openai/v1/chat/completions");
  for (const char* unknown : {"/", "/api/v1.0", "/api/v1.0/", "/api/v2.0/predictions", "/api/v1.0/predictions/x",
                              "/v2x", "/v1/other", "/metrics", "/prometheus", "/predict", "/openai/v2"}) {
    BOOST_TEST(!match_route(upstream_protocol::seldon, unknown).found, unknown);
  }
}

BOOST_AUTO_TEST_CASE(passthrough_serves_everything_but_metrics) {
  BOOST_TEST(match_route(upstream_protocol::passthrough, "/any/path").upstream_path == "/any/path");
  BOOST_TEST(match_route(upstream_protocol::passthrough, "/metricsx").found);
  for (const char* hidden : {"/metrics", "/metrics/x", "/prometheus", "/METRICS", "/Prometheus/"})
    BOOST_TEST(!match_route(upstream_protocol::passthrough, hidden).found, hidden);
}

BOOST_AUTO_TEST_CASE(methods_follow_the_route) {
  const route_match predictions = match_route(upstream_protocol::seldon, "/api/v1.0/predictions");
  const route_match feedback = match_route(upstream_protocol::seldon, "/api/v1.0/feedback");
  const route_match any = match_route(upstream_protocol::passthrough, "/x");
  for (const http::method verb : {http::method::get, http::method::head, http::method::post})
    BOOST_TEST(method_is_allowed(predictions, verb));
  BOOST_TEST(!method_is_allowed(predictions, http::method::put));
  BOOST_TEST(method_is_allowed(feedback, http::method::post));
  BOOST_TEST(!method_is_allowed(feedback, http::method::get));
  BOOST_TEST(method_is_allowed(any, http::method::other));
  for (const http::method verb : {http::method::connect, http::method::trace})
    BOOST_TEST(!method_is_allowed(any, verb));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::routing
