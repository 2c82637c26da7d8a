#include "tests/integration/rest/fixture.hpp"

#include <boost/test/unit_test.hpp>

using modelgate::tests::ask_options;
using modelgate::tests::control_port;
using modelgate::tests::reply;

namespace {

struct with_roles : control_port {
  with_roles() {
    furnish();
    BOOST_REQUIRE(ask("POST", "/users", R"({"name":"lead"})").status == 201u);
    BOOST_REQUIRE(ask("POST", "/users", R"({"name":"user-3"})").status == 201u);
    BOOST_REQUIRE(patch("/groups/research", R"({"admins":["lead"]})").status == 200u);
    lead_token = new_token("lead");
  }

  [[nodiscard]] reply as(const std::string& token, const char* method, const std::string& path,
                         const std::string& body = {}) const {
    ask_options options;
    options.token = token;
    options.if_match = std::string{method} == "PATCH" || std::string{method} == "DELETE" ? "*" : "";
    return ask(method, path, body, options);
  }
  [[nodiscard]] std::string token_with(const std::string& more) const {
    const reply made = ask("POST", "/tokens", R"({"name":"narrow",)" + more + "}");
    BOOST_REQUIRE_MESSAGE(made.status == 201u, made.body);
    return made.text("/token");
  }

  std::string lead_token;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(group_administrators, with_roles)

BOOST_AUTO_TEST_CASE(say_who_is_in_their_group) {
  const reply changed = as(lead_token, "PATCH", "/groups/research",
                           R"({"members":["user-3"],"displayName":"R","admins":["lead","user-1"]})");
  BOOST_TEST(changed.status == 200u, changed.body);
  BOOST_TEST(changed.text("/members") == R"(["user-3"])");
  BOOST_TEST(get("/groups", new_token("user-3")).items("name") == "research");
  BOOST_TEST(as(lead_token, "PATCH", "/groups/research", R"({"members":["nobody"]})").errors()
             == "/members/0 UNKNOWN_USER");
}

BOOST_AUTO_TEST_CASE(change_nothing_that_the_group_may_use) {
  const std::string before = get("/groups/research").body;
  for (const char* body : {R"({"maxDeploy":null})", R"({"maxDeploy":2})", R"({"quota":{"cpu":100}})",
                           R"({"quota":{"cpu":1}})", R"({"quota":null})", R"({"enabledDeployment":false})",
                           R"({"limits":{"concurrent":5}})", R"({"members":["user-3"],"quota":{"memoryGiB":64}})"}) {
    const reply refused = as(lead_token, "PATCH", "/groups/research", body);
    BOOST_TEST(refused.status == 403u, body);
    BOOST_TEST(refused.text("/code") == "NOT_AUTH");
  }
  BOOST_TEST(get("/groups/research").body == before);
  BOOST_TEST(as(lead_token, "PATCH", "/groups/research", R"({"maxDeploy":3,"enabledDeployment":true})").status == 200u);
  BOOST_TEST(as(lead_token, "DELETE", "/groups/research").status == 403u);
  BOOST_TEST(as(lead_token, "POST", "/groups", R"({"name":"mine"})").status == 403u);
  BOOST_TEST(as(lead_token, "PATCH", "/groups/sales", R"({"members":[]})").status == 404u);
  BOOST_TEST(as(member_token, "PATCH", "/groups/research", R"({"members":[]})").status == 403u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(people_outside, with_roles)

BOOST_AUTO_TEST_CASE(know_nothing_of_a_groups_deployments) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  for (const char* path : {"/deployments/iris-1", "/deployments/iris-1/history", "/deployments/iris-1/clients",
                           "/deployments/iris-1/replicas", "/deployments/iris-1/logs"}) {
    BOOST_TEST(as(other_token, "GET", path).status == 404u, path);
  }
  BOOST_TEST(as(other_token, "PATCH", "/deployments/iris-1", R"({"replicas":2})").status == 404u);
  BOOST_TEST(as(other_token, "DELETE", "/deployments/iris-1").status == 404u);
  for (const char* action : {"start", "stop", "restart", "rollback"}) {
    BOOST_TEST(as(other_token, "POST", "/deployments/iris-1/" + std::string{action}, "{}").status == 404u, action);
  }
  BOOST_TEST(as(other_token, "POST", "/deployments/iris-1/clients", R"({"name":"app"})").status == 404u);
  BOOST_TEST(as(other_token, "GET", "/deployments").items("id") == "");
  BOOST_TEST(deploy("mine-1", {}, other_token).status == 403u);
  BOOST_TEST(get("/deployments/iris-1").text("/revision") == "1");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(narrow_tokens, with_roles)

BOOST_AUTO_TEST_CASE(that_are_read_only_change_nothing) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  const std::string token = token_with(R"("readOnly":true)");
  BOOST_TEST(get("/deployments/iris-1", token).status == 200u);
  BOOST_TEST(get("/users", token).status == 200u);
  BOOST_TEST(get("/me", token).at("/readOnly").as_bool());
  for (const auto& [method, path, body] : {std::tuple{"POST", "/deployments", "{}"},
                                           {"PATCH", "/deployments/iris-1", R"({"replicas":2})"},
                                           {"DELETE", "/deployments/iris-1", ""},
                                           {"POST", "/deployments/iris-1/stop", ""},
                                           {"POST", "/deployments/iris-1/clients", R"({"name":"app"})"},
                                           {"POST", "/tokens", R"({"name":"wide"})"},
                                           {"PATCH", "/users/admin", R"({"password":"correct horse"})"},
                                           {"POST", "/pull-secrets", "{}"},
                                           {"PUT", "/log-level", R"({"level":"off"})"},
                                           {"POST", "/secret-key/rotate", ""},
                                           {"POST", "/deployments?dryRun=true", "{}"}}) {
    const reply refused = as(token, method, path, body);
    BOOST_TEST(refused.status == 403u, method << ' ' << path << refused.body);
    BOOST_TEST(refused.text("/code") == "NOT_AUTH");
  }
  BOOST_TEST(get("/deployments/iris-1").text("/revision") == "1");
}

BOOST_AUTO_TEST_CASE(that_are_for_groups_see_only_these) {
  BOOST_TEST(deploy("iris-1").status == 201u);
  const std::string sales = token_with(R"("groups":["sales"])");
  BOOST_TEST(get("/groups", sales).items("name") == "sales");
  BOOST_TEST(get("/deployments/iris-1", sales).status == 404u);
  BOOST_TEST(get("/deployments", sales).items("id") == "");
  BOOST_TEST(deploy("iris-2", {}, sales).status == 403u);
  BOOST_TEST(get("/users", sales).status == 403u);  // an administrator's, and yet
  BOOST_TEST(get("/me", sales).text("/tokenGroups/0") == "sales");
  BOOST_TEST(get("/me").body.find("tokenGroups") == std::string::npos);
  const std::string research = token_with(R"("groups":["research","sales"])");
  BOOST_TEST(deploy("iris-2", {}, research).status == 201u);
  BOOST_TEST(get("/groups", research).items("name") == "research, sales");
  BOOST_TEST(as(research, "PATCH", "/groups/research", R"({"maxDeploy":null})").status == 403u);
  BOOST_TEST(as(research, "PUT", "/log-level", R"({"level":"off"})").status == 403u);
}

BOOST_AUTO_TEST_CASE(lead_to_nothing_wider) {
  const std::string token = token_with(R"("groups":["sales"])");
  BOOST_TEST(as(token, "POST", "/tokens", R"({"name":"wide"})").status == 403u);
  BOOST_TEST(as(token, "PATCH", "/users/admin", R"({"password":"correct horse"})").status == 403u);
  const std::string other = get("/tokens?user=admin").text("/items/0/id");
  BOOST_TEST(as(token, "DELETE", "/tokens/" + other).status == 403u);
}

BOOST_AUTO_TEST_CASE(never_give_more_than_their_user_has) {
  const auto made = [&](const std::string& token, const std::string& groups) {
    return as(token, "POST", "/tokens", R"({"name":"x","groups":)" + groups + "}");
  };
  BOOST_TEST(made(member_token, R"(["sales","nowhere"])").errors()
             == "/groups/0 UNKNOWN_GROUP, /groups/1 UNKNOWN_GROUP");
  BOOST_TEST(made(member_token, "[]").errors() == "/groups OUT_OF_RANGE");
  const reply good = made(member_token, R"(["research"])");
  BOOST_TEST(good.status == 201u);
  BOOST_TEST(good.text("/groups") == R"(["research"])");
  BOOST_TEST(get("/groups", good.text("/token")).items("name") == "research");
  BOOST_TEST(patch("/groups/research", R"({"members":[]})").status == 200u);
  BOOST_TEST(get("/groups", good.text("/token")).items("name") == "");
}

BOOST_AUTO_TEST_CASE(of_a_group_that_is_gone_are_for_none) {
  const std::string token = token_with(R"("groups":["sales"])");
  BOOST_TEST(remove("/groups/sales").status == 204u);
  BOOST_TEST(ask("POST", "/groups", R"({"name":"sales"})").status == 201u);
  BOOST_TEST(get("/groups", token).items("name") == "");
  BOOST_TEST(get("/me", token).status == 200u);
}

BOOST_AUTO_TEST_CASE(are_shown_with_their_last_use_to_the_minute) {
  const reply made = ask("POST", "/tokens", R"({"name":"x","readOnly":true})");
  BOOST_TEST(made.at("/lastUsedAt").is_null());
  const std::string path = "/tokens/" + made.text("/id");
  BOOST_TEST(made.field("Location") == "/api/v1" + path);
  BOOST_TEST(get(path).at("/lastUsedAt").is_null());
  BOOST_TEST(get("/me", made.text("/token")).status == 200u);
  const std::string used = get(path).text("/lastUsedAt");
  BOOST_TEST(used.ends_with(":00.000Z"), used);
  do_chores();
  BOOST_TEST(get(path).text("/lastUsedAt") == used);
  BOOST_TEST(get(path).at("/readOnly").as_bool());
  BOOST_TEST(get(path).at("/groups").is_null());
  BOOST_TEST(get(path, member_token).status == 404u);
}

BOOST_AUTO_TEST_SUITE_END()
