// Clients whose passwords came from another server, through the gateway.
#include "tests/support/gateway_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace modelgate::test {
namespace {

// "secret", with the least cost, and something that nobody knows, with the largest: about a second.
const std::string quick = "$2y$04$4W0vGMEcyHCy17be3EQyiemHG78DShLrThnwmnAhmg9PeVCKeUU/i";
const std::string slow = "$2y$14$4W0vGMEcyHCy17be3EQyiemHG78DShLrThnwmnAhmg9PeVCKeUU/i";

config::settings patient() {
  config::settings settings = gateway_fixture::short_settings();
  settings.timeouts.imported_password = patience;
  return settings;
}

struct deployment_with_passwords {
  explicit deployment_with_passwords(const config::settings& settings = patient()) : fixture{settings} {
    fixture.gateway->set_proof_listener([] {});
    publish({imported("alice", quick), imported("bob", quick), imported("slow", slow),
             fixture.credential("app", token.reveal())});
  }

  static config::client_credential imported(const std::string& name, const std::string& hash) {
    config::client_credential client;
    client.name = name;
    client.created_at = system_time{std::chrono::hours{1}};
    client.is_password = true;
    client.foreign_hash = hash;
    client.digest.bytes.fill(static_cast<std::uint8_t>(name.size()));
    return client;
  }
  void publish(std::vector<config::client_credential> clients) {
    config::deployment_config deployment = gateway_fixture::make("priv", {&replica});
    deployment.access = config::access_type::clients;
    deployment.clients = std::move(clients);
    fixture.deploy(deployment);
  }
  [[nodiscard]] static std::string asking(std::string_view credential) {
    return post("/deployment/priv/x", "{}", "Authorization: Basic " + base64(credential) + "\r\n");
  }
  [[nodiscard]] int status(std::string_view credential) const { return status_of(fixture.ask(asking(credential))); }
  [[nodiscard]] double checks(const std::string& outcome) const {
    return fixture.metric("modelgate_imported_password_checks_total{outcome=\"" + outcome + "\"}");
  }

  scripted_upstream replica;
  gateway_fixture fixture;
  crypto::secret token = crypto::generate_token(crypto::token_kind::client);
};

BOOST_FIXTURE_TEST_SUITE(imported_passwords, deployment_with_passwords)

BOOST_AUTO_TEST_CASE(hold_with_their_name_and_are_compared_once) {
  BOOST_TEST(status("alice:secret") == 200);
  BOOST_TEST(field_of(replica.requests().back(), "X-Forwarded-User") == "alice");
  BOOST_TEST(status("alice:secret") == 200);
  BOOST_TEST(status("alice:Secret") == 401);
  BOOST_TEST(checks("right") == 1);
  BOOST_TEST(checks("wrong") == 0, "what is known needs no comparison");
  // Another client may have the same one; alone it is nobody's.
  BOOST_TEST(status("bob:secret") == 200);
  BOOST_TEST(field_of(replica.requests().back(), "X-Forwarded-User") == "bob");
  BOOST_TEST(status("nobody:secret") == 401);
  BOOST_TEST(status_of(fixture.ask(post("/deployment/priv/x", "{}", "Authorization: Bearer secret\r\n"))) == 401);
  BOOST_TEST(checks("right") == 2);
}

BOOST_AUTO_TEST_CASE(that_are_wrong_are_refused_like_any_and_compared_once_each) {
  const std::string refused = fixture.ask(asking("alice:wrong"));
  BOOST_TEST(status_of(refused) == 401);
  BOOST_TEST(body_of(refused).find("AUTH_FAILED") != std::string::npos);
  BOOST_TEST(status("alice:wrong") == 401);
  BOOST_TEST(checks("wrong") == 1);
  BOOST_TEST(checks("known") == 1);
  BOOST_TEST(status("alice:secret") == 200);
}

BOOST_AUTO_TEST_CASE(are_told_once_proven_and_hold_by_their_digest_from_then_on) {
  BOOST_TEST(status("alice:secret") == 200);
  const auto seen = fixture.gateway->observe();
  BOOST_REQUIRE(seen.passwords.size() == 1u);
  BOOST_TEST(seen.passwords[0].client == "alice");
  BOOST_TEST(seen.passwords[0].foreign_hash == quick);
  BOOST_TEST(seen.passwords[0].digest.equal(fixture.key.hash("secret")));
  BOOST_REQUIRE(seen.clients.size() == 1u);
  BOOST_TEST(seen.clients[0].requests == 1u);

  auto proven = imported("alice", "");
  proven.digest = seen.passwords[0].digest;
  publish({proven});
  BOOST_TEST(status("alice:secret") == 200);
  BOOST_TEST(status("alice:wrong") == 401);
  BOOST_TEST(checks("right") == 1);
  const auto later = fixture.gateway->observe();
  BOOST_TEST(later.passwords.empty());
  BOOST_REQUIRE(later.clients.size() == 1u);
  BOOST_TEST(later.clients[0].requests == 2u, "its count goes on");
}

BOOST_AUTO_TEST_CASE(other_requests_on_the_same_connection_come_after) {
  raw_socket client = fixture.connect();
  client.send(asking("alice:secret") + asking("app:" + std::string{token.reveal()}) + asking("alice:wrong"));
  BOOST_TEST(status_of(client.receive_message()) == 200);
  BOOST_TEST(status_of(client.receive_message()) == 200);
  BOOST_TEST(status_of(client.receive_message()) == 401);
}

struct deployment_without_patience : deployment_with_passwords {
  static config::settings impatient() {
    config::settings settings = gateway_fixture::short_settings();
    settings.timeouts.imported_password = milliseconds{1};
    return settings;
  }
  deployment_without_patience() : deployment_with_passwords{impatient()} {}
};

BOOST_FIXTURE_TEST_CASE(that_take_too_long_are_sent_away_and_nobody_else_waits, deployment_without_patience) {
  const std::string answer = fixture.ask(asking("slow:guess"));
  BOOST_TEST(status_of(answer) == 503);
  BOOST_TEST(body_of(answer).find("AUTH_BUSY") != std::string::npos);
  BOOST_TEST(field_of(answer, "Retry-After") == "1");
  BOOST_TEST(checks("timeout") == 1);
  BOOST_TEST(status("app:" + std::string{token.reveal()}) == 200);
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_while_it_waits_harms_nobody) {
  {
    raw_socket client = fixture.connect();
    client.send(asking("slow:guess"));
    while (fixture.metric("modelgate_imported_password_checks_waiting") < 1) BOOST_REQUIRE(status("nobody:x") == 401);
  }
  BOOST_TEST(status("app:" + std::string{token.reveal()}) == 200);
  BOOST_TEST(status("alice:secret") == 200);
}

BOOST_AUTO_TEST_CASE(nobody_who_is_disabled_or_expired_is_compared) {
  auto disabled = imported("alice", quick);
  disabled.is_disabled = true;
  auto expired = imported("bob", quick);
  expired.expires_at = system_time{std::chrono::hours{2}};
  publish({disabled, expired});
  BOOST_TEST(status("alice:secret") == 401);
  BOOST_TEST(status("bob:secret") == 401);
  BOOST_TEST(checks("right") == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::test
