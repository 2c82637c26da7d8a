#include "tests/integration/rest/fixture.hpp"

#include "modelgate/base/log.hpp"

#include <boost/test/unit_test.hpp>

using modelgate::tests::ask_options;
using modelgate::tests::control_port;
using modelgate::tests::reply;

namespace {

struct furnished : control_port {
  furnished() { furnish(); }

  [[nodiscard]] reply as_member(const char* method, const char* path, const char* body = "") const {
    ask_options options;
    options.token = member_token;
    return ask(method, path, body, options);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(log_level, furnished)

BOOST_AUTO_TEST_CASE(an_administrator_changes_what_is_logged) {
  const auto before = modelgate::log::current_level();
  BOOST_TEST(ask("PUT", "/log-level", R"({"level":"error"})").body == R"({"level":"error"})");
  BOOST_CHECK(modelgate::log::current_level() == modelgate::log::level::error);
  BOOST_TEST(get("/log-level").text("/level") == "error");
  modelgate::log::set_level(before);
}

BOOST_AUTO_TEST_CASE(nobody_else_does_and_mistakes_are_told) {
  const auto before = modelgate::log::current_level();
  BOOST_TEST(as_member("PUT", "/log-level", R"({"level":"off"})").text("/code") == "NOT_AUTH");
  BOOST_TEST(as_member("GET", "/log-level").status == 403u);
  BOOST_TEST(ask("PUT", "/log-level", R"({"level":"loud","x":1})").errors()
             == "/level OUT_OF_RANGE, /x UNKNOWN_MEMBER");
  BOOST_TEST(ask("PUT", "/log-level", "{}").errors() == "/level REQUIRED");
  BOOST_TEST(ask("PUT", "/log-level", R"({"level":3})").errors() == "/level WRONG_TYPE");
  BOOST_TEST(ask("POST", "/log-level", "{}").status == 405u);
  BOOST_CHECK(modelgate::log::current_level() == before);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(groups, furnished)

BOOST_AUTO_TEST_CASE(a_group_is_shown_as_the_api_says) {
  const reply group = get("/groups/research");
  BOOST_TEST(group.body
             == R"({"name":"research","displayName":"Research","enabledDeployment":true,"maxDeploy":3,)"
                R"("quota":{"cpu":4,"memoryGiB":8,"gpu":0},"limits":null,"admins":[],"members":["user-1"],)"
                R"("usage":{"cpu":0,"memoryGiB":0,"gpu":0,"deployments":0}})");
  BOOST_TEST(get("/groups").items("name") == "research, sales");
  BOOST_TEST(get("/groups/sales").text("/maxDeploy") == "null");
  BOOST_TEST(get("/groups/sales").text("/quota/cpu") == "null");
}

BOOST_AUTO_TEST_CASE(members_see_theirs_and_change_none) {
  BOOST_TEST(get("/groups", member_token).items("name") == "research");
  BOOST_TEST(as_member("GET", "/groups/sales").status == 404u);
  BOOST_TEST(as_member("PATCH", "/groups/research", R"({"maxDeploy":99})").text("/code") == "NOT_AUTH");
  BOOST_TEST(as_member("PATCH", "/groups/sales", R"({"maxDeploy":99})").status == 404u);
  BOOST_TEST(as_member("POST", "/groups", R"({"name":"mine"})").status == 403u);
  BOOST_TEST(as_member("DELETE", "/groups/research").status == 403u);
  BOOST_TEST(get("/groups/research").text("/maxDeploy") == "3");
}

BOOST_AUTO_TEST_CASE(every_mistake_is_told) {
  BOOST_TEST(
      ask("POST", "/groups", R"({"name":"a b","members":["nobody"],"admins":["user-1","user-1"],"quota":{"cpu":-1}})")
          .errors()
      == "/admins/1 DUPLICATE, /members/0 UNKNOWN_USER, /name MALFORMED, /quota/cpu OUT_OF_RANGE");
  BOOST_TEST(ask("POST", "/groups", R"({"name":"RESEARCH"})").status == 409u);
  BOOST_TEST(patch("/groups/research", R"({"name":"other","x":null,"members":["nobody"]})").errors()
             == "/members/0 UNKNOWN_USER, /name IMMUTABLE_MEMBER, /x UNKNOWN_MEMBER");
  BOOST_TEST(patch("/groups/nowhere", "{}").status == 404u);
}

BOOST_AUTO_TEST_CASE(a_patch_changes_what_it_names) {
  const reply changed =
      patch("/groups/research", R"({"quota":{"gpu":null,"memoryGiB":0.5},"members":["user-2","user-1"]})");
  BOOST_TEST(changed.status == 200u);
  BOOST_TEST(changed.text("/quota/gpu") == "null");
  BOOST_TEST(changed.body.find(R"("memoryGiB":0.5)") != std::string::npos);
  BOOST_TEST(changed.text("/members") == R"(["user-1","user-2"])");
  BOOST_TEST(changed.text("/displayName") == "Research");
}

BOOST_AUTO_TEST_CASE(limits_of_a_group_are_set_shown_and_published) {
  BOOST_TEST(patch("/groups/research", R"({"limits":{"requestsPerSecond":0,"burst":2,"perClient":{}}})").errors()
             == "/limits/perClient UNKNOWN_MEMBER, /limits/requestsPerSecond OUT_OF_RANGE");
  const int wakes = reconciler.wakes;
  const reply changed = patch("/groups/research", R"({"limits":{"requestsPerSecond":2.5,"burst":4}})");
  BOOST_TEST(changed.status == 200u);
  BOOST_TEST(
      changed.body.find(R"("limits":{"requestsPerSecond":2.5,"burst":4,"concurrent":null})") != std::string::npos,
      changed.body);
  BOOST_TEST(reconciler.wakes > wakes);
  BOOST_TEST(get("/groups/research").text("/limits/burst") == "4");
  BOOST_TEST(patch("/groups/research", R"({"limits":null})").text("/limits") == "null");
}

BOOST_AUTO_TEST_CASE(deleting_one_needs_its_deployments_named) {
  BOOST_TEST(deploy("aaa").status == 201u);
  BOOST_TEST(deploy("bbb").status == 201u);
  const reply refused = remove("/groups/research");
  BOOST_TEST(refused.status == 409u);
  BOOST_TEST(refused.text("/detail").ends_with("?confirm=aaa,bbb"));
  BOOST_TEST(remove("/groups/research?confirm=aaa").status == 409u);
  BOOST_TEST(remove("/groups/research?confirm=aaa,bbb,ccc").status == 409u);
  BOOST_TEST(get("/deployments").items("id") == "bbb, aaa");
  BOOST_TEST(remove("/groups/research?confirm=bbb,aaa").status == 202u);
  BOOST_TEST(get("/groups/research").status == 404u);
  BOOST_TEST(get("/deployments", member_token).items("id") == "");
  BOOST_TEST(remove("/groups/sales").status == 204u);
  BOOST_TEST(remove("/groups/sales").status == 404u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(instance_types, furnished)

BOOST_AUTO_TEST_CASE(are_shown_to_those_who_may_use_them) {
  BOOST_TEST(
      get("/instance-types/cpu-1").body
      == R"({"name":"cpu-1","displayName":"cpu-1","description":"","cpu":1,"memoryGiB":1,"gpu":0,"groups":null})");
  BOOST_TEST(get("/instance-types", member_token).items("name") == "cpu-1");
  BOOST_TEST(get("/instance-types", other_token).items("name") == "cpu-1, sales-only");
  BOOST_TEST(as_member("GET", "/instance-types/sales-only").status == 404u);
  BOOST_TEST(as_member("PATCH", "/instance-types/sales-only", "{}").status == 404u);
  BOOST_TEST(as_member("PATCH", "/instance-types/cpu-1", "{}").status == 403u);
  BOOST_TEST(as_member("POST", "/instance-types", R"({"name":"x","cpu":1,"memoryGiB":1})").status == 403u);
  BOOST_TEST(as_member("DELETE", "/instance-types/cpu-1").status == 403u);
}

BOOST_AUTO_TEST_CASE(are_made_changed_and_deleted) {
  BOOST_TEST(ask("POST", "/instance-types", R"({"name":"Big","cpu":0,"groups":["nowhere"]})").errors()
             == "/cpu OUT_OF_RANGE, /groups/0 UNKNOWN_GROUP, /memoryGiB REQUIRED, /name MALFORMED");
  const reply made = ask("POST", "/instance-types", R"({"name":"half","cpu":0.5,"memoryGiB":0.1,"groups":["sales"]})");
  BOOST_TEST(made.status == 201u);
  BOOST_TEST(made.body.find(R"("cpu":0.5,"memoryGiB":0.1)") != std::string::npos);
  BOOST_TEST(ask("POST", "/instance-types", R"({"name":"half","cpu":1,"memoryGiB":1})").status == 409u);
  BOOST_TEST(patch("/instance-types/half", R"({"groups":null,"cpu":0.25})").text("/groups") == "null");
  BOOST_TEST(patch("/instance-types/half", R"({"name":"other"})").errors() == "/name IMMUTABLE_MEMBER");
  BOOST_TEST(remove("/instance-types/half").status == 204u);
  BOOST_TEST(remove("/instance-types/half").status == 404u);
}

BOOST_AUTO_TEST_CASE(one_in_use_stays) {
  BOOST_TEST(deploy("iris-1", R"("stop":true)").status == 201u);
  const reply refused = remove("/instance-types/cpu-1");
  BOOST_TEST(refused.status == 409u);
  BOOST_TEST(refused.text("/detail") == "the instance type is in use by iris-1");
  BOOST_TEST(remove("/deployments/iris-1", "*").status == 204u);
  BOOST_TEST(remove("/instance-types/cpu-1").status == 204u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(images, furnished)

BOOST_AUTO_TEST_CASE(are_listed_and_read_by_their_name) {
  BOOST_TEST(get("/images", member_token).items("image") == "demo/iris:1.0, demo/iris:2.0");
  const reply image = get("/images/demo/iris:2.0");
  BOOST_TEST(image.text("/concurrency") == "4");
  BOOST_TEST(image.text("/exampleRequest/data/ndarray/0/1") == "3.5");
  BOOST_TEST(get("/images/demo/none:1").status == 404u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(users, furnished)

BOOST_AUTO_TEST_CASE(are_made_listed_and_deleted) {
  BOOST_TEST(get("/users").items("name") == "admin, user-1, user-2");
  BOOST_TEST(ask("POST", "/users", R"({"name":"user-1"})").status == 409u);
  BOOST_TEST(ask("POST", "/users", R"({"name":"Alice","role":"root"})").errors()
             == "/name MALFORMED, /role OUT_OF_RANGE");
  BOOST_TEST(get("/users/user-1").text("/groups/0/name") == "research");
  BOOST_TEST(get("/users/nobody").status == 404u);
  BOOST_TEST(remove("/users/user-1").status == 204u);
  BOOST_TEST(remove("/users/user-1").status == 404u);
  BOOST_TEST(get("/groups/research").text("/members") == "[]");
  BOOST_TEST(get("/me", member_token).status == 401u);
}

BOOST_AUTO_TEST_CASE(are_for_administrators_but_everybody_knows_himself) {
  BOOST_TEST(as_member("GET", "/users").status == 403u);
  BOOST_TEST(as_member("GET", "/users/user-2").status == 403u);
  BOOST_TEST(as_member("GET", "/users/user-1").status == 200u);
  BOOST_TEST(as_member("POST", "/users", R"({"name":"x"})").status == 403u);
  BOOST_TEST(as_member("DELETE", "/users/user-2").status == 403u);
  const reply me = as_member("GET", "/me");
  BOOST_TEST(me.text("/name") == "user-1");
  BOOST_TEST(me.text("/role") == "member");
  BOOST_TEST(me.text("/groups") == R"([{"name":"research","displayName":"Research","role":"member"}])");
  BOOST_TEST(get("/me").text("/role") == "admin");
}

BOOST_AUTO_TEST_CASE(somebody_who_can_administer_remains) {
  BOOST_TEST(remove("/users/admin").status == 409u);
  const std::string only = get("/tokens?user=admin").text("/items/0/id");
  BOOST_TEST(remove("/tokens/" + only).status == 409u);
  BOOST_TEST(get("/me").status == 200u);
  BOOST_TEST(ask("POST", "/users", R"({"name":"second","role":"admin"})").status == 201u);
  BOOST_TEST(remove("/users/admin").status == 409u);  // the second has no token yet
  const std::string token = new_token("second");
  BOOST_TEST(remove("/users/admin").status == 204u);
  BOOST_TEST(get("/me").status == 401u);
  BOOST_TEST(get("/me", token).text("/name") == "second");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(tokens, furnished)

BOOST_AUTO_TEST_CASE(are_told_once_and_ruled_by_their_owner) {
  const reply made = as_member("POST", "/tokens", R"({"name":"laptop","expiresAt":"2100-01-01T00:00:00Z"})");
  BOOST_TEST(made.status == 201u);
  BOOST_TEST(made.field("Cache-Control") == "no-store");
  const std::string token = made.text("/token");
  BOOST_TEST(token.starts_with("mga_"));
  BOOST_TEST(get("/me", token).text("/name") == "user-1");

  const reply list = as_member("GET", "/tokens");
  BOOST_TEST(list.items("user") == "user-1, user-1");
  BOOST_TEST(list.body.find(token) == std::string::npos);
  BOOST_TEST(as_member("GET", "/tokens?user=user-2").status == 403u);
  BOOST_TEST(as_member("POST", "/tokens", R"({"name":"x","user":"user-2"})").status == 403u);
  const std::string foreign = get("/tokens?user=user-2").text("/items/0/id");
  BOOST_TEST(as_member("DELETE", ("/tokens/" + foreign).c_str()).status == 404u);

  BOOST_TEST(as_member("DELETE", ("/tokens/" + made.text("/id")).c_str()).status == 204u);
  BOOST_TEST(get("/me", token).status == 401u);
  BOOST_TEST(ask("POST", "/tokens", R"({"name":"","user":"nobody","id":"x"})").errors()
             == "/id READ_ONLY_MEMBER, /name REQUIRED, /user UNKNOWN_USER");
}

BOOST_AUTO_TEST_CASE(come_in_pages) {
  for (int i = 0; i < 4; ++i) static_cast<void>(new_token("user-1"));
  std::string token;
  std::size_t seen = 0;
  do {
    const reply page = get("/tokens?user=user-1&pageSize=2&pageToken=" + token);
    BOOST_REQUIRE_MESSAGE(page.status == 200, page.status << " " << page.body);
    seen += page.at("/items").as_array().size();
    token = page.text("/nextPageToken");
  } while (!token.empty());
  BOOST_TEST(seen == 5u);
}

BOOST_AUTO_TEST_SUITE_END()
