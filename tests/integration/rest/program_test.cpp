// What is asked of the program itself, and of what it serves: its health, predictions that are tried, pages.
#include "control/console/site.hpp"
#include "tests/integration/rest/fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>

using modelgate::tests::ask_options;
using modelgate::tests::control_port;
using modelgate::tests::reply;
namespace service = modelgate::control::service;

namespace {

struct with_gateway : control_port {
  with_gateway() {
    furnish();
    BOOST_REQUIRE(deploy("iris").status == 201u);
    predict = [this](const service::prediction_call& call) -> service::answer<service::prediction_reply> {
      last = call.user + " " + call.deployment + " " + call.path + " " + call.content_type + " " + call.client + ":"
             + std::string{call.client_token.reveal()} + " " + call.body;
      return replies;
    };
  }
  [[nodiscard]] reply try_it(const std::string& document, const std::string& token, const char* id = "iris") const {
    ask_options options;
    options.token = token;
    return ask("POST", std::string{"/deployments/"} + id + "/predict", document, options);
  }

  std::string last;
  service::answer<service::prediction_reply> replies{service::prediction_reply{}};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(trying_predictions, with_gateway)

BOOST_AUTO_TEST_CASE(sends_what_the_document_says) {
  service::prediction_reply answered;
  answered.status = 200;
  answered.fields = {{"Content-Type", "text/plain"}};
  answered.body = "\xff";
  answered.trail.replica = "deploy-iris-r1-0";
  answered.trail.queue = std::chrono::milliseconds{250};
  replies = answered;
  const reply given = try_it(R"({"body":"{ }"})", member_token);
  BOOST_TEST(given.status == 200u, given.body);
  BOOST_TEST(last == "user-1 iris api/v1.0/predictions application/json : { }");
  BOOST_TEST(given.text("/body") == "/w==");
  BOOST_TEST(given.text("/bodyEncoding") == "base64");
  BOOST_TEST(given.text("/replica") == "deploy-iris-r1-0");
  BOOST_TEST(given.at("/reason").is_null());
  BOOST_TEST(given.at("/timing/queue").as_double() == 0.25);
  BOOST_TEST(
      try_it(
          R"({"body":"x","path":"v2/models/a/infer","contentType":"text/plain","client":{"name":"app","token":"t"}})",
          member_token)
          .status
      == 200u);
  BOOST_TEST(last == "user-1 iris v2/models/a/infer text/plain app:t x");
}

BOOST_AUTO_TEST_CASE(is_for_who_may_see_the_deployment) {
  BOOST_TEST(try_it(R"({"body":"x"})", other_token).status == 404u);
  BOOST_TEST(try_it(R"({"body":"x"})", "").status == 401u);
  BOOST_TEST(try_it(R"({"body":"x"})", member_token, "nothing").status == 404u);
  BOOST_TEST(last == "");
}

BOOST_AUTO_TEST_CASE(tells_every_mistake_of_the_document) {
  BOOST_TEST(try_it(R"({"body":1,"path":"/x","contentType":"\u00e4","client":{"name":"A"},"x":1})", member_token).errors()
             == "/body WRONG_TYPE, /client/name MALFORMED, /client/token REQUIRED, /contentType MALFORMED, /path MALFORMED, /x UNKNOWN_MEMBER");
  for (const char* path : {"..", "a/../b", "./a", "", "a%2e", "a?b", "a b", "a\\\\b"}) {
    BOOST_TEST(
        try_it(std::string{R"({"body":"x","path":")"} + path + "\"}", member_token).errors() == "/path MALFORMED",
        path);
  }
  BOOST_TEST(last == "");
}

BOOST_AUTO_TEST_CASE(says_when_to_come_back) {
  service::service_error busy{service::failure::busy, "later"};
  busy.retry_after = std::chrono::seconds{1};
  replies = busy;
  const reply refused = try_it(R"({"body":"x"})", member_token);
  BOOST_TEST(refused.status == 503u);
  BOOST_TEST(refused.text("/code") == "BUSY");
  BOOST_TEST(refused.field("Retry-After") == "1");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(program_health, with_gateway)

BOOST_AUTO_TEST_CASE(is_shown_to_administrators) {
  health.build.version = "0.1.0";
  health.config_file = "/etc/modelgate.toml";
  health.config_mistakes = {{"modelgate.toml:1:2", "UNKNOWN_KEY", "wrong"}};
  health.listeners = {{"prediction", "0.0.0.0:8080", true, 7}};
  health.published_generation = 12;
  health.worker_generations = {12, 11};
  const reply shown = get("/gateway");
  BOOST_TEST(shown.status == 200u, shown.body);
  BOOST_TEST(shown.text("/config/lastReload") == "refused");
  BOOST_TEST(shown.text("/config/mistakes/0/where") == "modelgate.toml:1:2");
  BOOST_TEST(shown.text("/listeners/0/connections") == "7");
  BOOST_TEST(shown.text("/generation/workers") == "[12,11]");
  BOOST_TEST(get("/gateway", member_token).text("/code") == "NOT_AUTH");
  health.config_mistakes.clear();
  BOOST_TEST(get("/gateway").text("/config/lastReload") == "none");
  health.config_reloads = 1;
  BOOST_TEST(get("/gateway").text("/config/lastReload") == "taken");
}

BOOST_AUTO_TEST_CASE(the_dashboard_is_told_of_where_there_is_one) {
  BOOST_TEST(get("/version").at("/grafanaUrl").is_null());
  grafana_url = "http://grafana/d/x?var-deployment={id}";
  BOOST_TEST(get("/version").text("/grafanaUrl") == "http://grafana/d/x?var-deployment={id}");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(console_pages, control_port)

BOOST_AUTO_TEST_CASE(are_for_everybody_and_read_only) {
  ask_options nobody;
  nobody.token = "";
  const reply page = ask("GET", "!/deployments/iris/logs", {}, nobody);
  BOOST_TEST(page.status == 200u);
  BOOST_TEST(page.field("Content-Type") == "text/html; charset=utf-8");
  BOOST_TEST(page.field("X-Content-Type-Options") == "nosniff");
  BOOST_TEST(page.field("X-Request-Id").size() == 36u);
  const reply head = ask("HEAD", "!/deployments/iris/logs", {}, nobody);
  BOOST_TEST(head.status == 200u);
  BOOST_TEST(head.body == "");
  BOOST_TEST(head.field("Content-Length") == std::to_string(page.body.size()));
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS"}) {
    const reply refused = ask(method, "!/deployments/iris", {}, nobody);
    BOOST_TEST(refused.status == 405u);
    BOOST_TEST(refused.field("Allow") == "GET, HEAD");
  }
  BOOST_TEST(get("!/nothing.txt").text("/code") == "RESOURCE_NOT_FOUND");
  BOOST_TEST(get("/api/v2/me").status == 404u);
  BOOST_TEST(get("/livez").body == "ok\n");
}

BOOST_AUTO_TEST_SUITE_END()
