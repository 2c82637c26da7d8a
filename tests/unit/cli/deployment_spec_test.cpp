#include "control/cli/deployment_spec.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

namespace modelgate::control::cli {
namespace json = boost::json;
namespace {

json::value made_of(const spec_flags& flags, std::string_view base = "{}") {
  const auto file = parse_deployment_file(base, "iris.json");
  BOOST_REQUIRE(file.has_value());
  const auto spec = make_deployment_spec(flags, *file);
  BOOST_REQUIRE(spec.has_value());
  return *spec;
}

BOOST_AUTO_TEST_SUITE(deployment_spec_suite)

BOOST_AUTO_TEST_CASE(flags_become_members_and_what_was_not_said_is_left_out) {
  spec_flags flags;
  flags.id = "iris";
  flags.image = "demo/iris:1.0";
  flags.replicas = 2;
  flags.private_access = true;
  flags.stop = false;
  flags.auto_rollback = false;
  flags.progress_deadline = "60s";
  flags.env = {"A=b=c", "EMPTY="};
  flags.metadata = {"team=ml"};
  BOOST_CHECK(made_of(flags) == json::parse(R"({
    "id": "iris", "modelImage": "demo/iris:1.0", "replicas": 2, "endpointAccessType": "private", "stop": false,
    "autoRollback": false, "progressDeadline": 60,
    "env": [{"name": "A", "value": "b=c"}, {"name": "EMPTY", "value": ""}], "metadata": {"team": "ml"}})"));
}

BOOST_AUTO_TEST_CASE(an_empty_text_is_said_too) {
  spec_flags flags;
  flags.description = "";
  flags.private_access = false;
  BOOST_CHECK(made_of(flags) == json::parse(R"({"description": "", "endpointAccessType": "public"})"));
}

BOOST_AUTO_TEST_CASE(urls_stand_for_an_external_source) {
  spec_flags flags;
  flags.urls = {"http://a", "http://b"};
  flags.health_path = "/health";
  BOOST_CHECK(made_of(flags, R"({"external": {"healthPath": "/old"}})")
              == json::parse(R"({"external": {"healthPath": "/health", "urls": ["http://a", "http://b"]}})"));
  spec_flags file;
  file.url_file = "iris.txt";
  BOOST_CHECK(made_of(file) == json::parse(R"({"external": {"file": "iris.txt"}})"));
}

BOOST_AUTO_TEST_CASE(flags_lie_over_the_file) {
  spec_flags flags;
  flags.group = "research";
  BOOST_CHECK(made_of(flags, R"({"id": "iris", "group": "other", "serving": {"timeout": 5}})")
              == json::parse(R"({"id": "iris", "group": "research", "serving": {"timeout": 5}})"));
}

BOOST_AUTO_TEST_CASE(toml_says_the_same_as_json) {
  const char* toml = R"(
# who serves the flowers
id = "iris"
replicas = 2
autoRollback = true
metadata = { team = "ml" }

[serving]
timeout = 2.5

[[env]]
name = "A"
value = "1"
)";
  BOOST_CHECK(made_of({}, toml) == json::parse(R"({
    "id": "iris", "replicas": 2, "autoRollback": true, "metadata": {"team": "ml"}, "serving": {"timeout": 2.5},
    "env": [{"name": "A", "value": "1"}]})"));
}

BOOST_AUTO_TEST_CASE(broken_files_are_wrong_usage_and_the_place_is_told) {
  for (const char* base : {"{", "[]", "5", "{\"a\":}", "{} {}"}) {
    BOOST_CHECK(parse_deployment_file(base, "x").error().code == exit_code::usage);
  }
  BOOST_TEST(
      parse_deployment_file("{\n  \"a\": }", "iris.json").error().text.starts_with("iris.json:2:8: is not valid JSON"));
  BOOST_TEST(parse_deployment_file("a = 1\nb = \n", "iris.toml").error().text.starts_with("iris.toml:2:"));
}

BOOST_AUTO_TEST_CASE(pairs_without_an_equals_sign_are_wrong_usage) {
  spec_flags flags;
  for (const char* pair : {"A", "=b", ""}) {
    flags.env = {pair};
    BOOST_CHECK(make_deployment_spec(flags, {}).error().code == exit_code::usage);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::control::cli
