#include "tests/integration/rest/fixture.hpp"

#include <SQLiteCpp/Database.h>
#include <boost/test/unit_test.hpp>

using modelgate::tests::ask_options;
using modelgate::tests::control_port;
using modelgate::tests::reply;

BOOST_FIXTURE_TEST_SUITE(protocol, control_port)

BOOST_AUTO_TEST_CASE(nobody_unknown_learns_anything) {
  std::string mistyped = admin_token;
  mistyped.back() = mistyped.back() == 'a' ? 'b' : 'a';
  const std::string unknown{modelgate::crypto::generate_token(modelgate::crypto::token_kind::api).reveal()};
  const std::string of_a_client{modelgate::crypto::generate_token(modelgate::crypto::token_kind::client).reveal()};
  for (const std::string& token : {std::string{}, mistyped, unknown, of_a_client, std::string{"x"}}) {
    for (const char* path : {"/deployments", "/me", "/nothing/here"}) {
      ask_options options;
      options.token = token;
      const reply refused = ask("GET", path, {}, options);
      BOOST_TEST_CONTEXT(path << " with " << token.substr(0, 8)) {
        BOOST_TEST(refused.status == 401u);
        BOOST_TEST(refused.field("WWW-Authenticate") == "Bearer realm=\"modelgate\"");
        BOOST_TEST(refused.text("/code") == "AUTH_REQUIRED");
        BOOST_TEST((token.size() < 2 || refused.body.find(token) == std::string::npos));
      }
    }
  }
  ask_options basic;
  basic.token = "";
  basic.fields = {{"Authorization", "Basic YTpi"}};
  BOOST_TEST(ask("GET", "/me", {}, basic).status == 401u);
  ask_options other_case;
  other_case.token = "";
  other_case.fields = {{"Authorization", "bearer " + admin_token}};
  BOOST_TEST(ask("GET", "/me", {}, other_case).status == 200u);
}

BOOST_AUTO_TEST_CASE(an_expired_token_is_refused) {
  const reply made = ask("POST", "/tokens", R"({"name":"soon","expiresAt":"2100-01-01T00:00:00Z"})");
  SQLite::Database other{(folder.path() / "modelgate.db").string(), SQLite::OPEN_READWRITE};
  other.exec("UPDATE api_tokens SET expires_at = 1 WHERE name = 'soon'");
  const reply refused = get("/me", made.text("/token"));
  BOOST_TEST(refused.status == 401u);
  BOOST_TEST(refused.text("/detail") == "the API token has expired");
}

BOOST_AUTO_TEST_CASE(every_answer_has_a_request_id) {
  ask_options given;
  given.fields = {{"X-Request-Id", "abc.123"}};
  BOOST_TEST(ask("GET", "/me", {}, given).field("X-Request-Id") == "abc.123");
  const reply refused = ask("GET", "/nothing", {}, given);
  BOOST_TEST(refused.text("/instance") == "abc.123");
  ask_options odd;
  odd.fields = {{"X-Request-Id", "not well formed"}};
  const std::string made = ask("GET", "/livez", {}, odd).field("X-Request-Id");
  BOOST_TEST(made.size() == 36u);
}

BOOST_AUTO_TEST_CASE(paths_and_methods_that_are_not_there) {
  const reply nothing = get("/nothing");
  BOOST_TEST(nothing.status == 404u);
  BOOST_TEST(nothing.text("/code") == "RESOURCE_NOT_FOUND");
  BOOST_TEST(nothing.text("/type") == "about:blank");
  BOOST_TEST(nothing.text("/title") == "Not Found");
  BOOST_TEST(get("/api/v2/me").status == 404u);
  BOOST_TEST(get("/api/v1").status == 404u);
  const reply wrong = ask("PUT", "/deployments", "{}");
  BOOST_TEST(wrong.status == 405u);
  BOOST_TEST(wrong.field("Allow") == "GET, HEAD, POST");
  BOOST_TEST(ask("HEAD", "/me").status == 200u);
  BOOST_TEST(ask("HEAD", "/me").body == "");
}

BOOST_AUTO_TEST_CASE(the_written_contract_is_served) {
  const reply document = get("/openapi.json");
  BOOST_TEST(document.status == 200u);
  BOOST_TEST(document.field("Content-Type") == "application/json");
  BOOST_TEST(document.text("/openapi") == "3.1.0");
  BOOST_TEST(get("/openapi.json?pretty=1").errors() == "?pretty UNKNOWN_PARAMETER");
}

BOOST_AUTO_TEST_CASE(bodies_that_are_not_json) {
  ask_options form;
  form.content_type = "application/x-www-form-urlencoded";
  const reply refused = ask("POST", "/groups", "name=a", form);
  BOOST_TEST(refused.status == 415u);
  BOOST_TEST(refused.text("/code") == "UNSUPPORTED_MEDIA_TYPE");
  const reply broken = ask("POST", "/groups", "{\"name\": ");
  BOOST_TEST(broken.status == 400u);
  BOOST_TEST(broken.text("/detail").find("line 1, column") != std::string::npos);
  BOOST_TEST(ask("POST", "/groups", "[]").errors() == " WRONG_TYPE");
  BOOST_TEST(ask("POST", "/groups", std::string(2'000'000, ' ')).status == 413u);
}

BOOST_AUTO_TEST_CASE(the_program_tells_how_it_is) {
  ask_options nobody;
  nobody.token = "";
  BOOST_TEST(ask("GET", "/livez", {}, nobody).body == "ok\n");
  BOOST_TEST(ask("GET", "/readyz", {}, nobody).status == 200u);
  BOOST_TEST(ask("GET", "/api/health", {}, nobody).text("/status") == "ok");
  not_ready = "no snapshot is live yet";
  const reply waiting = ask("GET", "/readyz", {}, nobody);
  BOOST_TEST(waiting.status == 503u);
  BOOST_TEST(waiting.text("/detail") == "no snapshot is live yet");
  BOOST_TEST(ask("GET", "/api/health", {}, nobody).status == 503u);
  BOOST_TEST(ask("GET", "/livez", {}, nobody).status == 200u);
  BOOST_TEST(ask("POST", "/livez", {}, nobody).status == 405u);
  BOOST_TEST(get("/version").text("/version") == "0.1.0");
  BOOST_TEST(get("/system").body
             == R"({"processRuntime":{"limits":"enforced","limitsBy":"cgroup1","limitsDetail":"no cgroup v2"}})");
}

BOOST_AUTO_TEST_CASE(a_locked_database_answers_503_and_reading_goes_on) {
  furnish();
  BOOST_TEST(deploy("iris-1").status == 201u);
  SQLite::Database other{(folder.path() / "modelgate.db").string(), SQLite::OPEN_READWRITE};
  other.exec("BEGIN IMMEDIATE");
  const reply refused = patch("/deployments/iris-1", R"({"replicas":2})");
  BOOST_TEST(refused.status == 503u);
  BOOST_TEST(refused.text("/code") == "STORAGE_UNAVAILABLE");
  BOOST_TEST(refused.field("Retry-After") == "1");
  BOOST_TEST(get("/deployments/iris-1").text("/replicas") == "1");
  other.exec("ROLLBACK");
  BOOST_TEST(patch("/deployments/iris-1", R"({"replicas":2})").status == 200u);
}

BOOST_AUTO_TEST_SUITE_END()
