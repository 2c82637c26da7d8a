// Deployments whose replicas run elsewhere, as the REST API shows them.
#include "tests/integration/rest/fixture.hpp"

#include <boost/test/unit_test.hpp>

using modelgate::tests::ask_options;
using modelgate::tests::control_port;
using modelgate::tests::reply;

namespace {

struct furnished : control_port {
  furnished() { furnish(); }

  [[nodiscard]] reply create(const std::string& id, const std::string& external, const std::string& query = {}) const {
    ask_options as_member;
    as_member.token = member_token;
    return ask("POST", "/deployments" + query,
               R"({"id":")" + id + R"(","name":"Ext","group":"research","external":)" + external + "}", as_member);
  }
};

constexpr const char* one_url = R"({"urls":["http://127.0.0.1:9000"]})";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(external_deployments, furnished)

BOOST_AUTO_TEST_CASE(one_is_made_without_image_and_instance_type) {
  const reply made = create("ext-1", one_url);
  BOOST_TEST(made.status == 201u, made.body);
  BOOST_TEST(made.text("/external/urls/0") == "http://127.0.0.1:9000");
  BOOST_TEST(made.text("/external/healthPath") == "null");
  for (const char* member : {"/modelImage", "/instanceType", "/replicas"}) BOOST_TEST(made.text(member) == "null");
  BOOST_TEST(get("/deployments/ext-1").body == made.body);
}

BOOST_AUTO_TEST_CASE(it_takes_no_cores_but_counts_as_a_deployment) {
  const reply tried = create("ext-1", one_url, "?dryRun=true");
  BOOST_TEST(tried.status == 200u, tried.body);
  BOOST_TEST(tried.text("/quota/0/requested") == "0");
  for (const char* id : {"ext-1", "ext-2", "ext-3"}) BOOST_TEST(create(id, one_url).status == 201u);
  const reply usage = get("/groups/research");
  BOOST_TEST(usage.text("/usage/deployments") == "3");
  BOOST_TEST(usage.text("/usage/cpu").starts_with("0"));
  BOOST_TEST(create("ext-4", one_url).status == 403u);
}

BOOST_AUTO_TEST_CASE(what_the_runtime_refuses_is_located) {
  BOOST_TEST(create("ext-1", R"({"file":"iris.txt"})").errors() == "/external/file NOT_AVAILABLE");
  BOOST_TEST(create("ext-1", R"({"urls":["http://127.0.0.1","ftp://a"]})").errors() == "/external/urls/1 MALFORMED");
  BOOST_TEST(create("ext-1", one_url).status == 201u);
  BOOST_TEST(patch("/deployments/ext-1", R"({"external":{"urls":null,"file":"iris.txt"}})").errors()
             == "/external/file NOT_AVAILABLE");
}

BOOST_AUTO_TEST_CASE(other_urls_are_a_revision_and_an_image_is_refused) {
  BOOST_TEST(create("ext-1", one_url).status == 201u);
  const reply moved = patch("/deployments/ext-1", R"({"external":{"urls":["http://127.0.0.1:9001"]}})");
  BOOST_TEST(moved.status == 200u, moved.body);
  BOOST_TEST(moved.text("/revision") == "2");
  BOOST_TEST(get("/deployments/ext-1/history/1").text("/spec/external/urls/0") == "http://127.0.0.1:9000");
  BOOST_TEST(patch("/deployments/ext-1", R"({"modelImage":"demo/iris:1.0"})").errors() == "/modelImage EXACTLY_ONE");
  BOOST_TEST(ask("POST", "/deployments/ext-1/stop").status == 200u);
  BOOST_TEST(ask("POST", "/deployments/ext-1/start").status == 200u);
}

BOOST_AUTO_TEST_CASE(it_has_no_logs_and_says_so) {
  BOOST_TEST(create("ext-1", one_url).status == 201u);
  const reply logs = get("/deployments/ext-1/logs");
  BOOST_TEST(logs.status == 404u);
  BOOST_TEST(logs.text("/detail").find("are external") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
