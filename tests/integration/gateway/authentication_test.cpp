#include "tests/support/gateway_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::test {
namespace {

/// A private deployment with one client, "alice".
struct private_deployment {
  private_deployment() {
    config::deployment_config deployment = gateway_fixture::make("priv", {&replica});
    deployment.access = config::access_type::clients;
    deployment.clients.push_back(fixture.credential("alice", token.reveal()));
    fixture.deploy(deployment);
  }

  [[nodiscard]] std::string basic(std::string_view text) const {
    return "Authorization: Basic " + base64(text) + "\r\n";
  }
  [[nodiscard]] std::string good() const { return basic("alice:" + std::string{token.reveal()}); }

  scripted_upstream replica;
  gateway_fixture fixture;
  crypto::secret token = crypto::generate_token(crypto::token_kind::client);
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(authentication, private_deployment)

BOOST_AUTO_TEST_CASE(passes_basic_and_bearer_and_tells_the_model_who_it_is) {
  const std::string bearer = "Authorization: Bearer " + std::string{token.reveal()} + "\r\n";
  for (const std::string& credential :
       {good(), bearer, "authorization: bAsIc " + base64("alice:" + std::string{token.reveal()}) + "\r\n"}) {
    BOOST_TEST(status_of(fixture.ask(post("/deployment/priv/x", "{}", credential))) == 200);
    const std::string seen = replica.requests().back();
    BOOST_TEST(field_of(seen, "X-Forwarded-User") == "alice");
    BOOST_TEST(count_of(seen, "Authorization") == 0);
  }
}

BOOST_AUTO_TEST_CASE(refuses_missing_and_wrong_credentials_alike) {
  const std::string missing = fixture.ask(post("/deployment/priv/x", "{}"));
  BOOST_TEST(status_of(missing) == 401);
  BOOST_TEST(field_of(missing, "WWW-Authenticate") == "Basic realm=\"Authentication Required\"");
  BOOST_TEST(body_of(missing).find("AUTH_REQUIRED") != std::string::npos);

  const std::string token_text{token.reveal()};
  const crypto::secret other = crypto::generate_token(crypto::token_kind::client);
  const std::vector<std::string> wrong{
      basic("alice:" + token_text + "x"),
      basic("bob:" + token_text),
      basic("alice:" + std::string{other.reveal()}),
      basic("alice"),
      basic(std::string{"alice:" + token_text + "\0zz"}.append(1, '\0')),
      basic(std::string("alice:") + token_text + std::string("\0zz", 3)),
      "Authorization: Basic !!!!\r\n",
      "Authorization: Basic \r\n",
      "Authorization: Basic ====\r\n",
      "Authorization: Bearer abc\r\n",
      "Authorization: Digest x\r\n",
      "Authorization: Basic YWxpY2U6YmFk\r\n" + good(),
      good() + good(),
  };
  for (const std::string& credential : wrong) {
    const std::string answer = fixture.ask(post("/deployment/priv/x", "{}", credential));
    BOOST_TEST(status_of(answer) == 401, credential);
    BOOST_TEST(body_of(answer).find("AUTH_FAILED") != std::string::npos, credential);
    BOOST_TEST(field_of(answer, "WWW-Authenticate") == "Basic realm=\"Authentication Required\"");
  }
  BOOST_TEST(replica.requests().empty());
  BOOST_TEST(fixture.metric("modelgate_auth_failures_total{reason=\"missing\"}") == 1);
  BOOST_TEST(fixture.metric("modelgate_auth_failures_total{reason=\"mistyped\"}") == 1);
}

BOOST_AUTO_TEST_CASE(refuses_a_token_of_another_deployment) {
  config::deployment_config other = gateway_fixture::make("other", {&replica});
  other.access = config::access_type::clients;
  fixture.deploy(other);
  BOOST_TEST(status_of(fixture.ask(post("/deployment/other/x", "{}", good()))) == 401);
  BOOST_TEST(replica.requests().empty());
}

BOOST_AUTO_TEST_CASE(each_request_of_a_connection_has_to_show_who_sends_it) {
  config::deployment_config other = gateway_fixture::make("other", {&replica});
  other.access = config::access_type::clients;
  const crypto::secret bobs = crypto::generate_token(crypto::token_kind::client);
  other.clients.push_back(fixture.credential("bob", bobs.reveal()));
  fixture.deploy(other);
  const std::string of_bob = basic("bob:" + std::string{bobs.reveal()});
  raw_socket client = fixture.connect();
  const auto status = [&](const std::string& deployment, const std::string& credential) {
    client.send(post("/deployment/" + deployment + "/x", "{}", credential));
    return status_of(client.receive_message());
  };
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST(status("priv", good()) == 200);
    BOOST_TEST(field_of(replica.requests().back(), "X-Forwarded-User") == "alice");
    BOOST_TEST(status("priv", good()) == 200);
    BOOST_TEST(field_of(replica.requests().back(), "X-Forwarded-User") == "alice");
    BOOST_TEST(status("priv", "") == 401);
    BOOST_TEST(status("other", good()) == 401);
    BOOST_TEST(status("priv", of_bob) == 401);
    BOOST_TEST(status("priv", good() + good()) == 401);
    BOOST_TEST(status("priv", "Authorization:\r\n" + good()) == 401);
    BOOST_TEST(status("other", of_bob) == 200);
    BOOST_TEST(field_of(replica.requests().back(), "X-Forwarded-User") == "bob");
  }
}

BOOST_AUTO_TEST_CASE(a_forged_user_never_reaches_the_model) {
  fixture.deploy("pub", {&replica});
  const std::string forged =
      "X-Forwarded-User: root\r\nX_Forwarded_User: root\r\nX-Forwarded_User: root\r\nX.Forwarded.User: "
      "root\r\nx-forwarded-USER: root\r\n";
  BOOST_TEST(status_of(fixture.ask(post("/deployment/pub/x", "{}", forged))) == 200);
  BOOST_TEST(replica.requests().back().find("root") == std::string::npos);
  BOOST_TEST(status_of(fixture.ask(
                 post("/deployment/priv/x", "{}", good() + forged + "Connection: close, X-Forwarded-User\r\n")))
             == 200);
  BOOST_TEST(replica.requests().back().find("root") == std::string::npos);
  BOOST_TEST(field_of(replica.requests().back(), "X-Forwarded-User") == "alice");
}

BOOST_AUTO_TEST_CASE(an_expired_or_deleted_client_is_refused_on_an_open_connection) {
  raw_socket client = fixture.connect();
  client.send(post("/deployment/priv/x", "{}", good()));
  BOOST_TEST(status_of(client.receive_message()) == 200);

  config::deployment_config deployment = gateway_fixture::make("priv", {&replica});
  deployment.access = config::access_type::clients;
  deployment.clients.push_back(fixture.credential("alice", token.reveal()));
  deployment.clients.back().expires_at = system_clock::now() - std::chrono::seconds{1};
  fixture.deploy(deployment);
  client.send(post("/deployment/priv/x", "{}", good()));
  BOOST_TEST(status_of(client.receive_message()) == 401);

  deployment.clients.clear();
  fixture.deploy(deployment);
  client.send(post("/deployment/priv/x", "{}", good()));
  BOOST_TEST(status_of(client.receive_message()) == 401);
}

BOOST_AUTO_TEST_CASE(authorization_reaches_a_model_that_asks_for_it) {
  config::deployment_config deployment = gateway_fixture::make("own", {&replica});
  deployment.serving.forward_authorization = true;
  fixture.deploy(deployment);
  BOOST_TEST(status_of(fixture.ask(post("/deployment/own/x", "{}", "Authorization: Bearer abc\r\n"))) == 200);
  BOOST_TEST(field_of(replica.requests().back(), "Authorization") == "Bearer abc");
}

BOOST_AUTO_TEST_CASE(the_last_use_of_a_client_is_observed) {
  BOOST_TEST(fixture.gateway->observe().clients.empty());
  BOOST_TEST(status_of(fixture.ask(post("/deployment/priv/x", "{}", good()))) == 200);
  const auto clients = fixture.gateway->observe().clients;
  BOOST_REQUIRE(clients.size() == 1);
  BOOST_TEST(clients[0].client == "alice");
  BOOST_TEST((system_clock::now() - clients[0].at < std::chrono::minutes{2}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace modelgate::test
