// Clients from an htpasswd file.
#include "control/service/client_service.hpp"
#include "control/store/client_store.hpp"
#include "control/store/stored_state.hpp"
#include "tests/integration/rest/fixture.hpp"
#include "tests/support/desired_deployments.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using modelgate::tests::control_port;
using modelgate::tests::reply;

namespace {

namespace config = modelgate::config;
namespace domain = modelgate::control::domain;

const std::string apr1 = "$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/";  // "secret"
const std::string sha1 = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=";

struct with_iris : control_port {
  with_iris() {
    furnish();
    BOOST_REQUIRE(deploy("iris-1").status == 201u);
  }
  reply import(const std::string& text, bool skip_bad = false, bool replace = false, const std::string& query = {},
               const std::string& token = {}) const {
    const boost::json::object body{{"htpasswd", text}, {"skipBad", skip_bad}, {"replace", replace}};
    modelgate::tests::ask_options options;
    if (!token.empty()) options.token = token;
    return ask("POST", "/deployments/iris-1/client-imports" + query, boost::json::serialize(body), options);
  }
  std::string names() const { return get("/deployments/iris-1/clients").items("name"); }
  domain::client stored(std::string_view name) {
    modelgate::control::store::stored_state state{database};
    const auto desired = modelgate::tests::desired_deployments(state);
    for (const domain::client& each : desired.front().clients) {
      if (each.name == name) return each;
    }
    throw std::runtime_error{"there is no such client"};
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(client_imports, with_iris)

BOOST_AUTO_TEST_CASE(make_clients_whose_passwords_are_known_by_their_hashes) {
  const reply done = import("app:" + apr1 + "\n\nbatch:" + sha1 + "\n");
  BOOST_TEST(done.status == 200u, done.body);
  BOOST_TEST(boost::json::serialize(done.json) == R"({"added":["app","batch"],"replaced":[],"skipped":[]})");
  BOOST_TEST(reconciler.publications == 1);
  const reply app = get("/deployments/iris-1/clients/app");
  BOOST_TEST(app.text("/importedHash") == "apr1");
  BOOST_TEST(app.text("/prefix") == "");
  BOOST_TEST(app.text("/createdBy") == "admin");
  BOOST_TEST(app.body.find("abcdefgh") == std::string::npos, "the hash is nobody's to see");
  BOOST_TEST(get("/deployments/iris-1").text("/revision") == "1");
  BOOST_TEST(stored("app").foreign_hash.value() == apr1);
  BOOST_TEST(stored("app").is_password);
  BOOST_TEST(!stored("app").digest.equal(stored("batch").digest));
}

BOOST_AUTO_TEST_CASE(are_all_or_nothing) {
  const reply refused = import("app:" + apr1 + "\nBad Name:" + apr1 + "\nplain:hunter2\n");
  BOOST_TEST(refused.status == 422u);
  BOOST_TEST(refused.errors() == "/htpasswd MALFORMED, /htpasswd MALFORMED");
  BOOST_TEST(refused.text("/errors/0/detail").starts_with("line 2 "));
  BOOST_TEST(refused.text("/errors/1/detail").starts_with("line 3 (plain) "));
  BOOST_TEST(refused.body.find("hunter2") == std::string::npos);
  BOOST_TEST(names() == "");
  BOOST_TEST(reconciler.publications == 0);

  const reply skipped = import("app:" + apr1 + "\nBad Name:" + apr1 + "\nplain:hunter2\n", true);
  BOOST_TEST(skipped.status == 200u);
  BOOST_TEST(skipped.text("/skipped/0/line") == "2");
  BOOST_TEST(skipped.text("/skipped/0/name") == "null");
  BOOST_TEST(skipped.text("/skipped/1/name") == "plain");
  BOOST_TEST(names() == "app");
}

BOOST_AUTO_TEST_CASE(leave_who_is_there_alone_unless_told) {
  const std::string token = ask("POST", "/deployments/iris-1/clients", R"({"name":"app"})").text("/token");
  const reply refused = import("batch:" + apr1 + "\napp:" + apr1);
  BOOST_TEST(refused.errors() == "/htpasswd CLIENT_EXISTS");
  BOOST_TEST(refused.status == 409u);
  BOOST_TEST(import("Ann.Lee:" + apr1 + "\napp:" + apr1).status == 409u);
  BOOST_TEST(import("batch:hunter2\napp:" + apr1).status == 422u);
  BOOST_TEST(names() == "app");
  const reply skipped = import("batch:" + apr1 + "\napp:" + apr1, true);
  BOOST_TEST(skipped.text("/skipped/0/code") == "CLIENT_EXISTS");
  BOOST_TEST(stored("app").digest.equal(key.hash(token)));

  const reply replaced = import("app:" + sha1, false, true);
  BOOST_TEST(replaced.text("/replaced/0") == "app");
  BOOST_TEST(!stored("app").digest.equal(key.hash(token)), "its token ended");
  BOOST_TEST(stored("app").foreign_hash.value() == sha1);
}

BOOST_AUTO_TEST_CASE(list_names_that_no_client_can_have_and_go_on) {
  const reply done = import("Ann.Lee:" + apr1 + "\napp:" + apr1);
  BOOST_TEST(done.status == 200u);
  BOOST_TEST(done.text("/added/0") == "app");
  BOOST_TEST(done.text("/skipped/0/line") == "1");
  BOOST_TEST(names() == "app");
}

BOOST_AUTO_TEST_CASE(are_rehearsed) {
  BOOST_TEST(import("app:" + apr1 + "\nx:y", true, false, "?dryRun=true").text("/added/0") == "app");
  BOOST_TEST(import("x:y", false, false, "?dryRun=true").status == 422u);
  BOOST_TEST(names() == "");
  BOOST_TEST(reconciler.publications == 0);
}

BOOST_AUTO_TEST_CASE(have_a_limit_and_rules) {
  std::string many;
  for (int i = 0; i < 1'001; ++i) many += "c" + std::to_string(i) + ":" + sha1 + "\n";
  BOOST_TEST(import(many).status == 409u);
  BOOST_TEST(names() == "");
  std::string bad;
  for (int i = 0; i < 300; ++i) bad += "x\n";
  const reply refused = import(bad);
  BOOST_TEST(refused.at("/errors").as_array().size() == 100u);
  BOOST_TEST(refused.text("/detail").starts_with("300 lines"));
  BOOST_TEST(import("app:" + apr1, false, false, {}, other_token).status == 404u);
  BOOST_TEST(import("app:" + apr1, false, false, {}, member_token).status == 200u);
  BOOST_TEST(ask("POST", "/deployments/iris-1/client-imports", "{}").errors() == "/htpasswd REQUIRED");
  reconciler.live = false;
  BOOST_TEST(import("late:" + apr1).status == 202u);
}

BOOST_AUTO_TEST_CASE(forget_the_hash_when_the_password_was_shown) {
  BOOST_TEST(import("app:" + apr1 + "\nbatch:" + sha1).status == 200u);
  proven = {{"iris-1", "app", apr1, key.hash("secret")}, {"iris-1", "batch", "another hash", key.hash("x")}};
  const modelgate::control::service::client_service clients{context()};
  clients.store_seen();
  BOOST_TEST(get("/deployments/iris-1/clients/app").text("/importedHash") == "null");
  BOOST_TEST(stored("app").digest.equal(key.hash("secret")));
  BOOST_TEST(stored("app").is_password);
  BOOST_TEST(stored("batch").foreign_hash.value() == sha1, "it has another password by now");
}

BOOST_AUTO_TEST_CASE(become_tokens_when_they_are_rotated) {
  BOOST_TEST(import("app:" + apr1).status == 200u);
  const std::string path = "/deployments/iris-1/clients/app/rotate";
  BOOST_TEST(ask("POST", path, R"({"overlapSeconds":60})").status == 409u, "nobody knows its password yet");
  proven = {{"iris-1", "app", apr1, key.hash("secret")}};
  modelgate::control::service::client_service{context()}.store_seen();
  const reply rotated = ask("POST", path, R"({"overlapSeconds":60})");
  BOOST_TEST(rotated.status == 200u);
  BOOST_TEST(rotated.text("/importedHash") == "null");
  BOOST_TEST(!stored("app").is_password);
  BOOST_TEST(stored("app").previous->is_password);
  BOOST_TEST(stored("app").previous->digest.equal(key.hash("secret")));

  BOOST_TEST(import("app:" + sha1, false, true).status == 200u);
  BOOST_TEST(ask("POST", path).status == 200u);
  BOOST_TEST(!stored("app").foreign_hash.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
